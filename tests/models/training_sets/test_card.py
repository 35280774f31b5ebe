"""A card is the same after it was stored, and names values by its columns."""

import json
from datetime import date

import pytest
from models.training_sets.shown import APRIL, CARD

from segspark.models.training_sets.card import SetCard, value_of


def test_a_card_that_was_stored_is_the_same() -> None:
    stored = json.loads(json.dumps(CARD.as_dict()))
    assert SetCard.from_dict(stored) == CARD
    assert stored["rows"] == CARD.rows == 100


@pytest.mark.parametrize(
    ("at", "value", "expected"),
    [
        (0, 3, 3.0),
        (1, date(2026, 3, 22), 10.0),
        # A date after the cut is one that a column of the set cannot have.
        (1, date(2026, 4, 2), -1.0),
        (2, "hats", 1.0),
        (2, "bags", 0.0),
        (2, None, None),
    ],
)
def test_a_feature_of_another_day_is_seen_from_the_cut(at: int, value: object, expected: float | None) -> None:
    assert value_of(CARD.columns[at], value, APRIL) == expected
