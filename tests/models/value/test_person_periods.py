"""The state of buyers at the beginning of a period, by hand; the calendar of the period beside it."""

from datetime import date

import numpy as np
import pytest

from segspark.models.value.person_periods import OrderDays, Seasons
from segspark.time import day_number

# Ann ordered on days 100, 110 and 130; bob on 120; eve on 140.
ORDERS = OrderDays(
    3, np.array([0, 0, 0, 1, 2]), np.array([100, 110, 130, 120, 140]), np.array([1000.0, 2000, 3000, 500, 700])
)


def test_the_state_knows_the_days_before_alone() -> None:
    state = ORDERS.before(130)
    assert state.has_ordered.tolist() == [True, True, False]
    known = state.of(state.has_ordered)
    # Recency, frequency, tenure, pace, overdue, mean cents.
    assert known.inputs(130)[0].tolist() == [20, 2, 30, 2 / 30, 2, 1500]
    assert known.inputs(160)[0].tolist() == [50, 2, 60, 2 / 60, 5, 1500]
    # With one order there is no rhythm.
    np.testing.assert_array_equal(known.inputs(130)[1], [10, 1, 10, 0.1, np.nan, 500])


def test_histories_are_those_of_bgnbd() -> None:
    cells = ORDERS.before(131).of(np.array([True, True, False])).cells(131)
    assert (cells.x.tolist(), cells.t_x.tolist(), cells.age.tolist()) == ([2, 0], [30, 0], [30, 10])


def test_a_window_begins_on_its_day_and_ends_before_the_next() -> None:
    assert ORDERS.within(130, 140).tolist() == [True, False, False]
    assert ORDERS.within(131, 141).tolist() == [False, False, True]


@pytest.mark.parametrize(("knows_months", "expected"), [(False, (6.0,)), (True, (6.0, 1.0))])
def test_a_period_has_its_sales_days_and_its_month(knows_months: bool, expected: tuple[float, ...]) -> None:
    begin = day_number(date(2026, 1, 5))
    sales = range(day_number(date(2026, 1, 30)), day_number(date(2026, 2, 20)))
    # From the 5th of January to the 3rd of February: 30, 31, 1, 2, 3 are five days of sales.
    found = Seasons(frozenset((begin, *sales)), knows_months)
    assert found.of(begin) == expected
    assert len(found.names) == len(expected)
