"""Why somebody is in a segment, condition by condition, and what would have to change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from segments.rules.trees import ROWS, trees
from written import parse_condition

from segspark.segments.explain import explain
from segspark.segments.narrative import narrative
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.tree import Node


@given(trees, st.sampled_from(ROWS))
def test_an_explanation_says_what_the_tree_says(node: Node, row: dict[str, Any]) -> None:
    told = explain(node, row, "fr")
    assert told.holds == holds(node, row)
    assert told.lines[0].startswith("✓" if told.holds else "✗")
    assert narrative(node, row, "en", "X").startswith("Is in" if told.holds else "Is not in")


def test_the_one_condition_that_fails_is_what_would_have_to_change() -> None:
    node = parse_condition("n >= 5 and city = 'Lyon'")
    assert explain(node, ROWS[0], "en").would_need == "needed: n >= 5 (2 short)"
    assert explain(node, ROWS[1], "en").would_need is None


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("a > 1 and not (b > 1)", "needed: not (b > 1)"),
        ("a > 1 and (c > 1 and a > 2)", "needed: c > 1 (2 short)"),
        ("a > 1 and (b < 1 or c > 1)", None),
        ("b < 1 and c > 1", None),
        ("c is not null and a > 1", None),
    ],
)
def test_what_would_have_to_change_is_said_where_one_thing_alone_is_missing(text: str, need: str | None) -> None:
    assert explain(parse_condition(text), {"a": 5, "b": 2, "c": 0}, "en").would_need == need


ANN: dict[str, Any] = {"n": 3, "share": 0.123456, "is_vip": True, "city": None, "m": 5}


@pytest.mark.parametrize(
    ("text", "language", "lines"),
    [
        ("n >= 1", "en", ["✓ n >= 1  (value 3)"]),
        ("n >= 5", "fr", ["✗ n >= 5  (valeur 3)"]),
        ("city = 'Lyon'", "fr", ["✗ city = 'Lyon'  (valeur inconnue)"]),
        ("share > 0.2", "en", ["✗ share > 0.2  (value 0.1235)"]),
        ("is_vip", "fr", ["✓ is_vip = true  (valeur oui)"]),
        ("n < m", "en", ["✓ n < m  (value 3 / m 5)"]),
        ("did_then('v', 'o', 2)", "en", ["✗ did_then('v', 'o', 2, 90)  (value unknown / then unknown)"]),
        ("true", "en", ["✓ default group"]),
        ("n = 3 and not (m = 5 or city is null)", "en",
         ["✗ all of", "  ✓ n = 3  (value 3)", "  ✗ none of", "    ✓ any of", "      ✓ m = 5  (value 5)",
          "      ✓ city is null  (value unknown)"]),
    ],
)  # fmt: skip
def test_every_condition_is_shown_with_its_value(text: str, language: str, lines: list[str]) -> None:
    assert list(explain(parse_condition(text), ANN, language).lines) == lines
