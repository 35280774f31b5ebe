"""Conditions on one person: a comparison with a missing value is false, never unknown."""

from datetime import date
from typing import Any

import pytest
from segments.rules.trees import ROWS
from written import parse_condition

from segspark.segments.rules.evaluate import holds, value_of
from segspark.segments.rules.tree import And, Member, Or


def test_a_comparison_with_a_missing_value_is_false_and_its_negation_true() -> None:
    assert not holds(parse_condition("n >= 3"), ROWS[2])
    assert holds(parse_condition("not n >= 3"), ROWS[2])


ANN: dict[str, Any] = {
    "n": 3, "m": 5, "city": "Lyon", "day": date(2026, 5, 1), "as_of_date": date(2026, 6, 1),
    "attributes": {"income": "52000", "card": "gold", "size": "large"},
    "did_visit_then_order_2d_of_90d_date": date(2026, 5, 1), "did_visit_not_order_2d_of_90d_date": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("n = 3", True), ("n <> 3", False), ("n < 3", False), ("n <= 3", True), ("n > 3", False), ("n >= 3", True),
        ("n between 3 and 3", True), ("n between 4 and 9", False), ("city in ('Lille', 'Lyon')", True),
        ("city in ('Lille')", False), ("city is null", False), ("unheard_of is null", True),
        # A date against text is a date; shifts are days of dates and units of numbers.
        ("day = '2026-05-01'", True), ("day > '2026-04-30'", True), ("within(day, 31)", True), ("within(day, 30)", False),
        ("n + 2 = m", True), ("n + 3 <= m", False),
        # Attributes are text, and numbers against numbers.
        ("attributes.income > 50000", True), ("attributes.card = 'gold'", True), ("attributes.size > 1", False),
        ("attributes.size < 1", False), ("attributes.shoe is null", True),
        ("did_then('visit', 'order', 2)", True), ("did_not_then('visit', 'order', 2)", False),
        ("true", True), ("n = 4 or city = 'Lyon'", True), ("n = 3 and city = 'Paris'", False), ("not n = 4", True),
    ],
)  # fmt: skip
def test_a_condition_holds_of_ann_or_does_not(text: str, answer: bool) -> None:
    assert holds(parse_condition(text), ANN) is answer


def test_of_nothing_all_holds_and_any_does_not() -> None:
    assert holds(And(()), ANN)
    assert not holds(Or(()), ANN)


def test_whoever_has_no_attributes_at_all_has_none_of_them() -> None:
    assert value_of("attributes.card", {"attributes": None}) is None
    assert value_of("attributes.card", {}) is None


def test_a_segment_that_is_not_resolved_is_no_condition() -> None:
    with pytest.raises(TypeError, match="no condition"):
        holds(Member("buyers"), ANN)
