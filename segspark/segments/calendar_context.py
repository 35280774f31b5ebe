"""Calendar context: the calendar of a day as columns, by the place where each person lives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from segspark.config.models import Calendar
from segspark.segments.calendar import ELSEWHERE, Place, Weather, calendar_of, named_places
from segspark.segments.rules.engine import Column, Functions
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.tree import Leaf
from segspark.time import DAY

TYPES = {
    "holiday": "string", "sales_period": "string", "days_to_sales_period": "int", "promotion": "string",
    "weather": "string", "temperature_c": "double",
}  # fmt: skip


@dataclass(frozen=True)
class CalendarContext:
    """The calendar of a workspace; people of an unknown country are at home.

    If no place has settings of its own, country and region are not read.
    """

    config: Calendar
    weather: Weather = field(default_factory=dict)

    @cached_property
    def named(self) -> Sequence[Place]:
        return named_places(self.config, self.weather)

    @property
    def all(self) -> Sequence[Place]:
        return [*self.named, ELSEWHERE] if self.named else [Place(self.config.country)]

    def on(self, day: date, place: Place) -> dict[str, Any]:
        return calendar_of(day, self.config, place, self.weather)

    def columns(self, as_of: date, f: Functions) -> dict[str, Column]:
        """A column for each calendar value."""
        by_place = {place: self.on(as_of, place) for place in self.all}
        names = by_place[self.all[-1]]
        return {name: self._by_place(lambda p, n=name: _typed(n, by_place[p][n], f), f) for name in names}  # type: ignore[misc]

    def answers(self, leaf: Leaf, as_of: date, n_days: int) -> dict[Place, str]:
        """Whether a condition on the calendar holds, on the as-of day and the days after: 0 or 1 per day, by place."""
        days = [as_of + n * DAY for n in range(n_days + 1)]
        return {place: "".join("01"[holds(leaf, self.on(day, place))] for day in days) for place in self.all}

    def answer(self, answers: dict[Place, str], day: Column, as_of: date, f: Functions) -> Column:
        """The entry of ``answers`` for a day."""
        at = f.datediff(day, f.lit(as_of)) + f.lit(1)
        return f.substring(self._by_place(lambda p: f.lit(answers[p]), f), at, f.lit(1)) == f.lit("1")

    def _by_place(self, value: Callable[[Place], Column], f: Functions) -> Column:
        """The value at each person's place: regions before their markets, else the value for all other places."""
        *named, other = self.all
        column = value(other)
        for place in reversed(named):
            here = f.coalesce("country", f.lit(self.config.country)) == f.lit(place.market)
            if place.region is not None:
                here = here & (f.coalesce("region", f.lit("")) == f.lit(place.region))
            column = f.when(here, value(place)).otherwise(column)
        return column


def _typed(name: str, value: Any, f: Functions) -> Column:
    return f.lit(value).cast(TYPES[name]) if name in TYPES else f.lit(value)
