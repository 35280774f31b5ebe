"""Validity of memberships: the first day on which a membership may change although nothing happens.

Recency, dates, age and the calendar change in a known way: for them the day is exact. Windowed counts, rates and
scores may differ tomorrow; if the answer depends on such a value, it is the next day. Only the conditions are
considered: not the sizes by which levels roll up, scheduled changes of the profile, or permissions that end.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from segspark.features.value import Motion, Value
from segspark.segments.calendar_context import CalendarContext
from segspark.segments.rules.columns import fold_column, leaf_column, value_column
from segspark.segments.rules.engine import Column, Functions
from segspark.segments.rules.tree import (
    Always,
    Compare,
    Followed,
    Leaf,
    Node,
    constants,
    leaves,
    names,
)
from segspark.time import DAY

# The farthest day: by then everybody has had a birthday, and calendars are not configured yet.
FARTHEST_DAYS = 365
NEXT_BIRTHDAY = "next_birthday_date"
# Ages are far below this; larger thresholds are never reached, and would overflow dates.
MOST_DAYS = 1_000_000
_PAIRS: set[frozenset[Motion]] = {
    frozenset({"still"}), frozenset({"ageing"}), frozenset({"still", "ageing"}), frozenset({"still", "today"}),
}  # fmt: skip


@dataclass(frozen=True)
class Validity:
    """What is known about the days after ``as_of``: how each value changes, and the calendar; ``f`` are the engine's
    functions."""

    values: Mapping[str, Value]
    places: CalendarContext
    as_of: date
    f: Functions

    def until(self, node: Node) -> Column:
        """The first later day on which a condition that holds may not hold, at most a year ahead.

        The tree is evaluated on each day on which one of its leaves may change, with null for unknown leaves: the
        first such day on which the tree is not certainly true ends the membership. The result is meaningless if the
        condition does not hold.
        """
        of_tree = leaves(node)
        known = [leaf for leaf in of_tree if self._is_known(leaf) or isinstance(leaf, Followed)]
        if not known:
            return self.f.lit(self.as_of + DAY)
        turns = [day for leaf in known for day in self._turns(leaf)]
        if not all(self._is_known(leaf) for leaf in of_tree):
            turns.append(self.f.lit(self.as_of + DAY))
        farthest = self.f.lit(self.as_of + FARTHEST_DAYS * DAY)
        if not turns:
            return farthest
        answers = {
            leaf: self.places.answers(leaf, self.as_of, FARTHEST_DAYS) for leaf in of_tree if self._is_calendar(leaf)
        }

        def on(day: Column, leaf: Leaf) -> Column:
            if leaf in answers:
                return self.places.answer(answers[leaf], day, self.as_of, self.f)
            return self._on(day, leaf)

        def is_over(day: Column) -> Column:
            is_ahead = (day > self.f.lit(self.as_of)) & (day < farthest)
            return is_ahead & ~self.f.coalesce(fold_column(node, lambda leaf: on(day, leaf), self.f), self.f.lit(False))

        return self.f.coalesce(self.f.array_min(self.f.filter(self.f.array(*turns), is_over)), farthest)

    def _motion(self, name: str) -> Motion:
        return "still" if name.startswith("attributes.") else self.values[name].motion

    def _is_calendar(self, leaf: Leaf) -> bool:
        looked_at = names(leaf)
        return (
            not isinstance(leaf, Followed) and bool(looked_at) and {self._motion(n) for n in looked_at} == {"calendar"}
        )

    def _is_known(self, leaf: Leaf) -> bool:
        """Whether the answer on each coming day is known: true or false, never null."""
        if isinstance(leaf, Always) or self._is_calendar(leaf):
            return True
        if isinstance(leaf, Followed):
            # A day of the first act whose days are not over yet may still turn out not to be followed.
            return leaf.is_followed
        motions = frozenset(self._motion(n) for n in names(leaf))
        return motions in _PAIRS if len(names(leaf)) > 1 else not motions & {"moving", "calendar"}

    def _on(self, day: Column, leaf: Leaf) -> Column:
        """The leaf on a later day; null if it is unknown."""
        if isinstance(leaf, Followed):
            is_near = self.f.col(leaf.name).isNotNull() & (day <= self.f.date_add(leaf.name, leaf.within))
            return self.f.when(is_near, self.f.lit(True)).otherwise(self.f.lit(False if leaf.is_followed else None))
        if not self._is_known(leaf):
            return self.f.lit(None).cast("boolean")

        def value(name: str) -> Column:
            match self._motion(name):
                case "today":
                    return day
                case "ageing":
                    return self.f.col(name) + self.f.datediff(day, self.f.lit(self.as_of))
                case "birthday":
                    return self.f.col(name) + (day >= self.f.col(NEXT_BIRTHDAY)).cast("int")
            return value_column(name, self.f)

        return leaf_column(leaf, self.f, value)

    def _turns(self, leaf: Leaf) -> Iterator[Column]:
        """Every day on which the answer of a leaf may change; null or a past day if it does not."""
        if isinstance(leaf, Always):
            return
        if isinstance(leaf, Followed):
            yield self.f.date_add(leaf.name, leaf.within + 1)
        elif self._is_calendar(leaf):
            answers = self.places.answers(leaf, self.as_of, FARTHEST_DAYS).values()
            for n in range(1, FARTHEST_DAYS):
                if any(answer[n] != answer[n - 1] for answer in answers):
                    yield self.f.lit(self.as_of + n * DAY)
        elif isinstance(leaf, Compare) and leaf.other is not None:
            yield from self._meeting(leaf.name, leaf.other, leaf.plus)
        elif self._motion(leaf.name) == "birthday":
            yield self.f.col(NEXT_BIRTHDAY)
        elif self._motion(leaf.name) in ("ageing", "today"):
            for constant in constants(leaf):
                yield from self._reaching(leaf.name, constant)

    def _reaching(self, name: str, constant: object) -> Iterator[Column]:
        """The days on which a value reaches a constant and passes it."""
        if isinstance(constant, str):
            yield from self._and_next(self.f.lit(date.fromisoformat(constant)))
        elif isinstance(constant, int | float) and abs(constant) < MOST_DAYS:
            for threshold in (math.ceil(constant), math.floor(constant) + 1):
                yield self.f.date_add(self.f.lit(self.as_of), self.f.lit(threshold) - self.f.col(name))

    def _meeting(self, name: str, other: str, plus: int) -> Iterator[Column]:
        """The days on which two values become equal and pass each other."""
        match self._motion(name), self._motion(other):
            case "today", "still":
                yield from self._and_next(self.f.date_add(value_column(other, self.f), plus))
            case "still", "today":
                yield from self._and_next(self.f.date_sub(value_column(name, self.f), plus))
            case "ageing", "still":
                yield from self._level_with(self.f.col(name), value_column(other, self.f) + self.f.lit(plus))
            case "still", "ageing":
                yield from self._level_with(self.f.col(other), value_column(name, self.f) - self.f.lit(plus))

    def _and_next(self, day: Column) -> Iterator[Column]:
        yield day
        yield self.f.date_add(day, 1)

    def _level_with(self, ageing: Column, still: Column) -> Iterator[Column]:
        bounded = self.f.greatest(self.f.lit(-MOST_DAYS), self.f.least(self.f.lit(MOST_DAYS), still))
        for threshold in (self.f.ceil(bounded), self.f.floor(bounded) + self.f.lit(1)):
            yield self.f.date_add(self.f.lit(self.as_of), (threshold - ageing).cast("int"))
