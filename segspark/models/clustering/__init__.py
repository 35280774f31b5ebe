"""Behaviour groups by K-means."""
