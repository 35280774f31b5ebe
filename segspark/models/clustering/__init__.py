"""Behaviour groups, by K-means or by Ward's hierarchy."""
