"""What a feature engine is asked for: some days, a catalogue, the listed people, and what may be known."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Generic, TypeVar

from segspark.errors import SegsparkError
from segspark.features.engine.arrow import RangeTask
from segspark.features.engine.days import Calendar
from segspark.features.engine.kernel import Outcome
from segspark.features.feature import Catalogue
from segspark.features.resources import sales_calendar
from segspark.pipeline.view import View
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.staging import Staged
from segspark.time import DAY

V = TypeVar("V", bound=View, covariant=True)


@dataclass(frozen=True)
class Work(Generic[V]):
    """Features to compute.

    Attributes:
        view: the step or question, with the tables.
        days: as-of days.
        people: staged files of the listed people (``people``); None where stored rows list them.
        outcome: of the days after, added as the last column.
        known: corrections up to this day count as if they had been known on the first as-of day (a restatement).
        read_at: version of gold.features that the rows depend on.
    """

    view: V
    days: tuple[date, ...]
    catalogue: Catalogue
    people: Staged | None
    outcome: Outcome | None = None
    known: date | None = None
    read_at: int | None = None

    @property
    def staged(self) -> Staged:
        if self.people is None:
            raise SegsparkError("The work lists no people.")
        return self.people

    @property
    def calendar(self) -> Calendar:
        return sales_calendar(self.view.settings)

    @property
    def span(self) -> tuple[date, date]:
        """The days as [first, end)."""
        return min(self.days), max(self.days) + DAY

    @property
    def contract(self) -> Contract:
        return gold.FEATURES.with_columns(self.catalogue.stored_columns())

    @cached_property
    def task(self) -> RangeTask:
        """The same for a task that reads the tables' files itself."""
        task = range_task(self.view, self.days, self.catalogue, self.people, self.outcome, self.known)
        return task if self.known is None else replace(task, known=self.known)


def range_task(
    view: View,
    as_of_dates: tuple[date, ...],
    catalogue: Catalogue,
    staged: Staged | None,
    outcome: Outcome | None = None,
    known: date | None = None,
) -> RangeTask:
    """The task with the files it may need.

    Args:
        staged: listed people; None leaves them to the caller.
        known: corrections up to this day are included; the last as-of day by default.
    """
    last = max(as_of_dates)
    end = last if outcome is None else last + timedelta(days=outcome.reach)
    known = known or (last if outcome is None else outcome.known)
    return RangeTask(
        catalogue,
        as_of_dates,
        sales_calendar(view.settings),
        tuple(f for f in view.files(gold.ACTIVITY_DAILY) if f.day < end),
        tuple(f for f in view.files(gold.ACTIVITY_CORRECTIONS) if f.day <= known),
        tuple(f.path for f in staged.files.get("people", ())) if staged else (),
        outcome,
        # Labels use measures only: item features look at the days before.
        items=tuple(f for f in view.files(gold.ACTIVITY_ITEMS) if f.day <= (known if outcome is None else last)),
    )
