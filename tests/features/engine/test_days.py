"""Local days as numbers, and what the calendar says about them."""

from datetime import date

import numpy as np

from segspark.features.engine.days import Calendar, Days, sales_days
from segspark.time import day_number


def test_months_and_weekdays_of_days() -> None:
    days = np.array([day_number(date(1969, 12, 31)), day_number(date(2026, 2, 28)), day_number(date(2026, 3, 1))])
    seen = Days.of(days, Calendar())
    assert seen.month.tolist() == [12, 2, 3]
    # A Wednesday, a Saturday, a Sunday.
    assert seen.weekday.tolist() == [3, 6, 7]
    assert seen.is_sale is None


def test_sales_periods_hold_both_ends() -> None:
    inside = sales_days([(date(2026, 1, 7), date(2026, 1, 9)), (date(2026, 1, 9), date(2026, 1, 9))])
    assert inside == {day_number(date(2026, 1, d)) for d in (7, 8, 9)}
    days = np.array([day_number(date(2026, 1, d)) for d in (6, 7, 9, 10)])
    is_sale = Days.of(days, Calendar(inside)).is_sale
    assert is_sale is not None
    assert is_sale.tolist() == [False, True, True, False]
