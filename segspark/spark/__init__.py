"""Spark sessions of this project, and all that is particular to one machine."""
