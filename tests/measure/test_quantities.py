"""What one person counts: a number for everybody, also where the value is missing."""

import numpy as np
import pytest

from segspark.measure.quantities import Everybody, HasAny, Known, Quantity, Sum

VALUES = {"mails": np.array([2.0, 0.0, -1.0, np.nan])}


@pytest.mark.parametrize(
    ("quantity", "found"),
    [
        (Sum("mails"), [2, 0, -1, 0]),
        (HasAny("mails"), [1, 0, 0, 0]),
        (Known("mails"), [1, 1, 1, 0]),
        (Everybody(), [1, 1, 1, 1]),
    ],
)
def test_a_missing_value_counts_as_nothing(quantity: Quantity, found: list[int]) -> None:
    assert quantity.of(VALUES, 4).tolist() == found


def test_what_is_one_or_none_counts_people() -> None:
    assert [q.is_of_people for q in (Sum("a"), HasAny("a"), Known("a"), Everybody())] == [False, True, True, True]
    assert [q.columns for q in (Sum("a"), HasAny("a"), Known("a"), Everybody())] == [("a",), ("a",), ("a",), ()]
