"""Segment memberships: who is in which segment, since when and why."""
