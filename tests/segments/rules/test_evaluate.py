"""Conditions on one person: a comparison with a missing value is false, never unknown."""

from segments.rules.trees import ROWS

from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.yaml import parse_condition


def test_a_comparison_with_a_missing_value_is_false_and_its_negation_true() -> None:
    assert not holds(parse_condition("n >= 3"), ROWS[2])
    assert holds(parse_condition("not n >= 3"), ROWS[2])
