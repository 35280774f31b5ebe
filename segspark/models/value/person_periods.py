"""Buyers at the beginning of periods of thirty days: their state then, as arrays on the driver. Days are numbers."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from segspark.models.value.cells import Cells

PERIOD_DAYS = 30
SALE_DAYS, MONTH = "sale_days", "month"
OF_PERSON = ("recency", "frequency", "tenure", "pace", "overdue", "mean_cents")


@dataclass(frozen=True)
class OrderDays:
    """Order days of people, in any order.

    Attributes:
        person: 0 to n_people - 1.
        day: days since 1970.
        cents: what was spent on the day, less what was given back.
    """

    n_people: int
    person: np.ndarray
    day: np.ndarray
    cents: np.ndarray

    def within(self, begin: int, end: int) -> np.ndarray:
        """Whether each person ordered in [begin, end)."""
        is_in = (self.day >= begin) & (self.day < end)
        return np.asarray(np.bincount(self.person[is_in], minlength=self.n_people) > 0)

    def before(self, day: int) -> "State":
        """The state of everybody on a day, by the days before it."""
        is_past = self.day < day
        person, days = self.person[is_past], self.day[is_past]
        first, last = np.full(self.n_people, np.inf), np.full(self.n_people, -np.inf)
        np.minimum.at(first, person, days)
        np.maximum.at(last, person, days)
        n = np.bincount(person, minlength=self.n_people).astype(float)
        return State(n, first, last, np.bincount(person, self.cents[is_past], self.n_people))


@dataclass(frozen=True)
class State:
    """Of everybody; without an order ``n`` is 0 and the days are infinite."""

    n: np.ndarray
    first: np.ndarray
    last: np.ndarray
    cents: np.ndarray

    @property
    def has_ordered(self) -> np.ndarray:
        return np.asarray(self.n > 0)

    def of(self, people: np.ndarray) -> "State":
        return State(self.n[people], self.first[people], self.last[people], self.cents[people])

    def cells(self, day: int) -> Cells:
        """Histories as BG/NBD sees them on the day; the observed time ends with the day before."""
        return Cells.of_people(self.n - 1, self.last - self.first, day - 1 - self.first)

    def inputs(self, begin: int) -> np.ndarray:
        """OF_PERSON on a day, a column each, of people with an order; by then nothing more has happened.

        ``pace`` is order days a day: people are older at the cut than at any period before it, and trees cannot carry on what
        they have seen of ``frequency`` at smaller ages. ``overdue`` is the time since the last order over the mean time between orders; not a number of people with one.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            rhythm = np.where(self.n > 1, (self.last - self.first) / (self.n - 1), np.nan)
            recency = begin - self.last
            tenure = begin - self.first
            columns = [recency, self.n, tenure, self.n / tenure, recency / rhythm, self.cents / self.n]
        return np.column_stack(columns)


@dataclass(frozen=True)
class Seasons:
    """What the calendar says of a period.

    Attributes:
        sale_days: the days of sales.
        knows_months: whether the month is looked at: of a single year it is the name of a period.
    """

    sale_days: Collection[int]
    knows_months: bool

    @property
    def names(self) -> tuple[str, ...]:
        return (SALE_DAYS, MONTH) if self.knows_months else (SALE_DAYS,)

    def of(self, begin: int) -> tuple[float, ...]:
        """Sales days within the period, and the month of its middle."""
        days = float(sum(begin <= day < begin + PERIOD_DAYS for day in self.sale_days))
        middle = np.datetime64(begin + PERIOD_DAYS // 2, "D")
        month = float(middle.astype("datetime64[M]").astype(int) % 12 + 1)
        return (days, month) if self.knows_months else (days,)
