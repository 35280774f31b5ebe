"""Models of a flat table with a label and no time, judged by cross-validation."""
