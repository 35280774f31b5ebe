"""Of a rule's comparisons with a value the one on the curve's side moves; all others stay."""

from dataclasses import replace

import pytest

from segspark.query.curves import EVERYBODY
from segspark.query.thresholds import own_direction, widened
from segspark.segments.rules.sql import parse_text
from segspark.segments.rules.tree import Always, text_of


@pytest.mark.parametrize(
    ("text", "own", "at_least", "at_most"),
    [
        ("n > 1", "at_least", None, "n > 1"),
        ("n <= 9", "at_most", "n <= 9", None),
        ("n > 1 and c = 2", "at_least", "c = 2", "n > 1 and c = 2"),
        ("n between 1 and 9", None, "n <= 9", "n >= 1"),
        ("n = 3", None, "n = 3", "n = 3"),
        ("n > 1 or c = 2", None, "n > 1 or c = 2", "n > 1 or c = 2"),
        ("n > c", None, "n > c", "n > c"),
    ],
)
def test_the_own_threshold_goes(text: str, own: str | None, at_least: str | None, at_most: str | None) -> None:
    rule = replace(EVERYBODY, when=parse_text(text))
    assert own_direction(rule, "n") == own
    for direction, left in (("at_least", at_least), ("at_most", at_most)):
        when = widened(rule, "n", direction).when  # type: ignore[arg-type]
        assert when == (Always() if left is None else parse_text(left)), text_of(when)
