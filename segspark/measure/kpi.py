"""What a KPI is: a ratio of two sums over people, or one sum, as a value."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from segspark.measure.intervals import Interval
from segspark.measure.quantities import Everybody, Quantity, Values
from segspark.purposes import PURPOSES, Purpose

Text = tuple[str, str]
"""A text in French and in English."""
Unit = Literal["number", "share", "cents"]
Table = Literal["results", "means", "shares", "reactivity", "rates"]
"""The report's tables of KPIs: the results by segment, and four parts of the profiles."""
# Days of the report's results; a KPI of another window says its own beside the heading.
RESULTS_DAYS = 30


@dataclass(frozen=True)
class Place:
    """A column of one of the report's tables.

    Attributes:
        at: columns stand in this order, those of one number in the socket's.
        heading: instead of the title.
        digits: of the number or share; None is as many as its size needs.
        is_secondary: shown in grey.
        rank: rows of the results are ordered by the KPI of rank 1, then by that of rank 2, largest first.
        chart: title of a chart of the segments with their intervals.
        takeaway: the sentence for the segment with the highest value per head, of the KPI of rank 1; it may use
            ``name``, ``people`` and ``part`` (its shares of the people and of the sum) and ``days``.
    """

    table: Table
    at: int = 0
    heading: Text | None = None
    digits: int | None = None
    is_secondary: bool = False
    rank: int | None = None
    chart: Text | None = None
    takeaway: Text | None = None


@dataclass(frozen=True)
class Words:
    """How the report says a KPI.

    Attributes:
        title: in French and English.
        unit: of the value; a share is 0 to 1, cents are of the workspace's currency.
        days: length of the window, told beside the title.
        places: where it stands; a KPI without a place is stored only.
    """

    title: Text
    unit: Unit = "number"
    days: int | None = None
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Kpi:
    """A ratio of two sums over people, ``counts`` over ``denominator``, or the sum of ``counts`` alone.

    A KPI that raises is left out of the day, which the run records, and the others go on.

    Attributes:
        counts: what is added up; amounts are minor units.
        denominator: None makes a total, which is compared per head.
        purpose: whose permission the counted events need; whoever has not given it adds nothing to ``counts``, and
            stays in the denominator. None counts no events.
        interval: how sure it is, and how it is compared.
        has_median: the median of people's own ratios is told too.
        stored_as: the word in gold.segment_profiles if it is not the name: a mean of a feature is stored under the
            feature's name.
    """

    name: str
    counts: Quantity
    denominator: Quantity | None
    purpose: Purpose | None
    interval: Interval
    words: Words = field(repr=False)
    has_median: bool = False
    stored_as: str | None = None

    @property
    def key(self) -> str:
        """The word in gold.segment_profiles."""
        return self.stored_as or self.name

    @property
    def permission(self) -> str | None:
        """The column with the day from which the purpose is permitted; null without permission."""
        return f"{self.purpose}_from" if self.purpose else None

    @property
    def columns(self) -> set[str]:
        """Columns with the values of a person."""
        return {*self.counts.columns, *(self.denominator.columns if self.denominator else ())}

    @property
    def is_of_people(self) -> bool:
        """Whether every person counts once."""
        return self.denominator is None or self.denominator.is_of_people

    @property
    def is_share_of_people(self) -> bool:
        """Whether it counts the people of a segment who have something."""
        return self.denominator is not None and self.counts.is_of_people and self.denominator.is_of_people

    def parts(self, values: Values, is_permitted: np.ndarray) -> tuple[np.ndarray, ...]:
        """Per person y, x, y², xy and x²; a missing value adds nothing to the sums it belongs to.

        Args:
            values: of the columns, NaN if missing.
            is_permitted: whether the person permits the purpose.
        """
        n = len(is_permitted)
        y = np.where(is_permitted, self.counts.of(values, n), 0.0)
        x = (self.denominator or Everybody()).of(values, n)
        return y, x, y * y, y * x, x * x


def columns_of(kpis: Iterable[Kpi]) -> set[str]:
    """The columns that KPIs need of a person: values, and dates of permission."""
    return {c for k in kpis for c in (*k.columns, k.permission) if c}


def measurable(kpis: Iterable[Kpi], columns: Collection[str]) -> tuple[Kpi, ...]:
    """The KPIs whose columns a frame has."""
    return tuple(k for k in kpis if columns_of([k]) <= set(columns))


def without_purpose(kpis: Iterable[Kpi]) -> dict[str, str]:
    """The KPIs that ask for a purpose which nobody is asked to permit, and why they are left out."""
    return {k.name: f"nobody is asked to permit {k.purpose}" for k in kpis if k.purpose not in (*PURPOSES, None)}
