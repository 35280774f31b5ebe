"""Spark sessions of this project, and everything specific to one machine."""
