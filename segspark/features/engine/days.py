"""Local days as numbers since 1970, and what the calendar says about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from segspark.time import DAY, day_number


@dataclass(frozen=True)
class Calendar:
    """Day numbers (since 1970) that lie within sales periods."""

    sales_days: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Days:
    """Calendar attributes of the days of some entries; ``is_sale`` is None if the calendar has no sales periods."""

    month: np.ndarray
    weekday: np.ndarray
    is_sale: np.ndarray | None

    @staticmethod
    def of(day: np.ndarray, calendar: Calendar) -> "Days":
        month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
        sales = np.fromiter(calendar.sales_days, dtype=np.int64)
        # 1 January 1970 was a Thursday, the fourth day of the week.
        return Days(month, (day + 3) % 7 + 1, np.isin(day, sales) if len(sales) else None)


def sales_days(periods: Sequence[tuple[date, date]]) -> frozenset[int]:
    """Day numbers of periods given by their first and last day."""
    days: set[int] = set()
    for start, end in periods:
        day = start
        while day <= end:
            days.add(day_number(day))
            day += DAY
    return frozenset(days)
