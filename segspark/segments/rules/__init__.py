"""Conditions: written as text or YAML, stored as a tree, compiled to Spark columns or evaluated on one row."""
