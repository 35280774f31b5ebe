"""Conditions as text: parsed as a SQL where clause, never run as one."""

from segspark.segments.rules.sql import ALLOWED


def test_what_is_said_to_be_allowed_is() -> None:
    said = [w.strip() for w in ALLOWED.partition("days, and ")[2].rstrip(".").split(",")]
    assert said == ["count", "did_not_then", "did_then", "in_segment", "never", "within"]
