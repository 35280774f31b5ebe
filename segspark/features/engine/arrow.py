"""A task of the Arrow engine: computes the features of a range of people from the tables' own files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import compress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.backfill import backfill_features, with_named_people
from segspark.features.engine.days import Calendar
from segspark.features.engine.incremental import advance_features, changing_days, splice
from segspark.features.engine.item_columns import with_all_items, with_items
from segspark.features.engine.item_index import read_index
from segspark.features.engine.items import backfill_index
from segspark.features.engine.kernel import Outcome, compute_features, with_outcome
from segspark.features.engine.reads import (
    ITEM_BYTES,
    permitted,
    read_items,
    read_people,
    read_people_of_days,
    row_bytes,
)
from segspark.features.engine.restore import Lost, restored
from segspark.features.feature import Catalogue
from segspark.tables.contracts import gold
from segspark.tables.contracts.schema import ARROW_TYPES
from segspark.tables.ranges import DayFile, OverFiles, read_range
from segspark.time import day_number


def activity_schema(catalogue: Catalogue) -> pa.Schema:
    measures = [(m.name, pa.int64()) for m in catalogue.measures]
    days = [("activity_date", pa.date32()), ("applied_as_of", pa.date32())]
    return pa.schema([("person_id", pa.string()), *days, ("reason", pa.string()), *measures])


def as_if_known(activity: pa.Table, known: date, dates: tuple[date, ...]) -> pa.Table:
    """Activity or items as if everything learnt up to a later day had been known on the first as-of day."""
    first, applied = min(dates), activity["applied_as_of"]
    is_seen = pc.and_(pc.greater(applied, first), pc.less_equal(applied, known))
    moved = pc.if_else(is_seen, pa.scalar(first, pa.date32()), applied)
    return activity.set_column(activity.schema.get_field_index("applied_as_of"), "applied_as_of", moved)


def feature_schema(catalogue: Catalogue) -> pa.Schema:
    columns = (*gold.FEATURES.columns, *catalogue.stored_columns())
    return pa.schema([(c.name, ARROW_TYPES[c.type]) for c in columns])


# What a task reads by range.
READ = ("tiles", "corrections", "state", "items", "index")


@dataclass(frozen=True)
class RangeTask(OverFiles):
    """The kernel over the tables' own files, sent to a task: computes the rows of the ids [low, high).

    Attributes:
        dates: as-of days; exactly one if ``state`` is given.
        tiles: files of closed days before the last date.
        corrections: files of corrections applied up to that date.
        people: staged files of listed people, or files of gold.features, which list them too.
        outcome: what came after, for labels.
        state: files of gold.features as of the day before; None computes from all days.
        known: last day of the corrections included, if later than the as-of day (a restatement).
        items: files of gold.activity_items known by then.
        index: files of gold.item_last_days of the as-of day; None reads all items.
    """

    catalogue: Catalogue
    dates: tuple[date, ...]
    calendar: Calendar
    tiles: tuple[DayFile, ...]
    corrections: tuple[DayFile, ...]
    people: tuple[str, ...]
    outcome: Outcome | None = None
    state: tuple[DayFile, ...] | None = None
    known: date | None = None
    items: tuple[DayFile, ...] = ()
    index: tuple[DayFile, ...] | None = None

    @property
    def files(self) -> dict[str, tuple[DayFile, ...]]:
        return {name: its for name in READ if (its := getattr(self, name)) is not None}

    def with_files(self, files: Mapping[str, Sequence[DayFile]]) -> "RangeTask":
        # Without a state or an index the task is another one, with an empty one it is not.
        others: dict[str, Any] = {name: tuple(files.get(name, ())) for name in self.files}
        return replace(self, **others)

    def __call__(self, low: str, high: str) -> pa.Table:
        if self.state is not None:
            people = read_people(self.people, low, high)
            return self._with_items(self._carried_on(people, low, high), people, low, high)
        activity = self._all_activity(low, high)
        features = pa.concat_tables(self._walk(activity, low, high))
        return features if self.outcome is None else with_outcome(features, activity, self.outcome)

    def by_day(self, low: str, high: str) -> Iterator[pa.Table]:
        """From all days, a table per date, so that only one day's rows are in memory at a time."""
        return self._walk(self._all_activity(low, high), low, high)

    def _all_activity(self, low: str, high: str) -> pa.Table:
        activity = self._activity(self.tiles, self.corrections, low, high)
        return activity if self.known is None else as_if_known(activity, self.known, self.dates)

    def _walk(self, activity: pa.Table, low: str, high: str) -> Iterator[pa.Table]:
        people = read_people_of_days(self.people, low, high)
        days = backfill_features(activity, people, self.catalogue, self.dates, self.calendar)
        if not self.catalogue.items:
            return days
        people = with_named_people(people)
        if self.index is not None:
            return (self._with_items(rows, people, low, high) for rows in days)
        indexes = backfill_index(self._all_items(low, high), people, self.catalogue, self.dates)
        return (with_items(rows, index, self.catalogue, day) for rows, (day, index) in zip(days, indexes, strict=True))

    @property
    def each_day(self) -> "EachDay":
        return EachDay(self)

    def over(self, stored: pa.Table, low: str, high: str) -> pa.Table:
        """From all days, with the people and permissions of stored rows of gold.features; sorted by person_id."""
        people = permitted(stored)
        activity = self._activity(self.tiles, self.corrections, low, high)
        features = compute_features(activity, people, self.catalogue, self.dates, self.calendar)
        return self._with_items(features, people, low, high)

    @property
    def n_bytes(self) -> int:
        """Approximate memory of what it reads; for incremental tasks, of the state carried on, to which the rest is
        proportional."""
        if self.state is not None:
            return sum(f.rows for f in self.state) * row_bytes(len(self.catalogue.stored_columns()))
        items = self.items if self.index is None else self.index
        activity = sum(f.rows for f in (*self.tiles, *self.corrections))
        return activity * row_bytes(len(self.catalogue.measures)) + sum(f.rows for f in items) * ITEM_BYTES

    def _with_items(self, features: pa.Table, people: pa.Table, low: str, high: str) -> pa.Table:
        if not self.catalogue.items:
            return features
        if self.index is not None:
            return with_items(features, read_index(self.index, low, high), self.catalogue, self.dates[0])
        return with_all_items(features, self._all_items(low, high), people, self.catalogue, self.dates)

    def _all_items(self, low: str, high: str) -> pa.Table:
        items = read_items(self.items, low, high)
        return items if self.known is None else as_if_known(items, self.known, self.dates)

    def _carried_on(self, people: pa.Table, low: str, high: str) -> pa.Table:
        (as_of,) = self.dates
        today = tuple(f for f in self.corrections if f.day == as_of)
        learnt = self._corrections(today, low, high)
        days = changing_days(learnt, self.catalogue, as_of)
        tiles = tuple(f for f in self.tiles if day_number(f.day) in days)
        # Files of corrections have statistics of their days; most rows lie near the day they were applied on.
        earlier = tuple(f for f in self.corrections if f.day < as_of and f.meets(days))
        activity = pa.concat_tables([self._activity(tiles, earlier, low, high), learnt])
        near = pc.is_in(activity["activity_date"].cast(pa.int32()), pa.array(sorted(days), pa.int32()))
        schema = feature_schema(self.catalogue.without_items)
        names = [n for n in schema.names if n != "as_of_date"]
        state = read_range(self.state or (), low, high, names, "as_of_date", schema)
        done = advance_features(state, activity.filter(near), people, self.catalogue, as_of, self.calendar)

        def of_window(lost: Lost, catalogue: Catalogue) -> pa.Table:
            part, ids = replace(self, catalogue=catalogue), lost.people["person_id"]
            return part._activity(*self._files_since(lost.first_day), low, high, ids)

        rows = restored(done.rows, done.lost, of_window, self.catalogue, self.calendar)
        if not done.rest.num_rows:
            return rows
        theirs = self._activity(self.tiles, self.corrections, low, high, done.rest["person_id"])
        return splice(rows, compute_features(theirs, done.rest, self.catalogue, self.dates, self.calendar))

    def _files_since(self, first_day: int) -> tuple[tuple[DayFile, ...], tuple[DayFile, ...]]:
        """Files of tiles and corrections that may hold rows about a day (since 1970) and later ones."""
        tiles = tuple(f for f in self.tiles if day_number(f.day) >= first_day)
        is_near = [f.about is None or day_number(f.about[1]) >= first_day for f in self.corrections]
        return tiles, tuple(compress(self.corrections, is_near))

    def _activity(
        self,
        tiles: Sequence[DayFile],
        corrections: Sequence[DayFile],
        low: str,
        high: str,
        only: pa.ChunkedArray | None = None,
    ) -> pa.Table:
        """Tiles, applied the morning after their day, and corrections."""
        schema = self._schema
        columns = [n for n in schema.names if n not in ("activity_date", "applied_as_of")]
        of_tiles = pa.schema([f for f in schema if f.name != "applied_as_of"])
        rows = read_range(tiles, low, high, columns, "activity_date", of_tiles, only)
        applied = pc.add(rows["activity_date"].cast(pa.int32()), pa.scalar(1, pa.int32())).cast(pa.date32())
        rows = rows.append_column("applied_as_of", applied).select(schema.names)
        return pa.concat_tables([rows, self._corrections(corrections, low, high, only)])

    def _corrections(
        self, files: Sequence[DayFile], low: str, high: str, only: pa.ChunkedArray | None = None
    ) -> pa.Table:
        columns = [n for n in self._schema.names if n != "applied_as_of"]
        return read_range(files, low, high, columns, "applied_as_of", self._schema, only)

    @property
    def _schema(self) -> pa.Schema:
        return pa.schema([f for f in activity_schema(self.catalogue) if f.name != "reason"])


@dataclass(frozen=True)
class EachDay(OverFiles):
    """A task from all days, as a table per date (``RangeTask.by_day``)."""

    task: RangeTask

    @property
    def files(self) -> dict[str, tuple[DayFile, ...]]:
        return self.task.files

    def with_files(self, files: Mapping[str, Sequence[DayFile]]) -> "EachDay":
        return EachDay(self.task.with_files(files))

    def __call__(self, low: str, high: str) -> Iterator[pa.Table]:
        return self.task.by_day(low, high)
