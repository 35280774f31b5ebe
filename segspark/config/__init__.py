"""Configuration: defaults, workspace files, environment; validated before Spark starts."""
