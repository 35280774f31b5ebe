"""Conditions: written as text or YAML, kept as a tree, compiled to Spark columns or evaluated on one row."""
