"""What is measured of a segment, person by person; a missing value adds nothing."""

import numpy as np
import pytest

from segspark.segments.measures import MEASURES, Measure, columns_of, measurable

# Ann ordered three times in ten mails, Bob never did, of Eve nothing is known.
VALUES = {"orders": np.array([3.0, 0.0, np.nan]), "mails": np.array([10.0, 4.0, np.nan])}


@pytest.mark.parametrize(
    ("measure", "y", "x"),
    [
        (Measure("m", "mean", "orders"), [3, 0, 0], [1, 1, 0]),
        (Measure("m", "share", "orders"), [1, 0, 0], [1, 1, 1]),
        (Measure("m", "total", "orders"), [3, 0, 0], [1, 1, 1]),
        (Measure("m", "rate", "orders", "mails"), [3, 0, 0], [10, 4, 0]),
        (Measure("m", "share", "orders", "mails"), [3, 0, 0], [10, 4, 0]),
    ],
    ids=["mean", "share of people", "total", "rate", "share of mails"],
)
def test_each_kind_adds_up_its_own_numerator_and_denominator(measure: Measure, y: list[int], x: list[int]) -> None:
    found = [part.tolist() for part in measure.parts(VALUES)]
    assert found[:2] == [y, x]
    assert found[2:] == [
        [a * a for a in y], [a * b for a, b in zip(y, x, strict=True)], [b * b for b in x]
    ]  # fmt: skip


def test_the_denominator_counts_also_where_the_numerator_is_unknown() -> None:
    y, x, *_ = Measure("m", "rate", "top", "bottom").parts({"top": np.array([np.nan]), "bottom": np.array([7.0])})
    assert (y.tolist(), x.tolist()) == ([0], [7])


def test_a_measure_without_a_bottom_counts_people() -> None:
    assert Measure("m", "share", "a").is_of_people
    assert not Measure("m", "share", "a", "b").is_of_people


def test_only_what_all_columns_are_there_for_can_be_measured() -> None:
    of_orders, rate = Measure("a", "mean", "orders"), Measure("b", "rate", "orders", "mails")
    assert columns_of([of_orders, rate]) == {"orders", "mails"}
    assert measurable([of_orders, rate], ["orders", "person_id"]) == (of_orders,)
    assert measurable([of_orders, rate], ["orders", "mails"]) == (of_orders, rate)


def test_every_measure_has_a_name_of_its_own_and_only_rates_and_shares_a_bottom() -> None:
    assert len({m.name for m in MEASURES}) == len(MEASURES)
    assert {m.kind for m in MEASURES if m.bottom} == {"rate", "share"}
    assert all(m.bottom for m in MEASURES if m.kind == "rate")
