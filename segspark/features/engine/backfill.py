"""Backfill: features of many days in one pass over time. From one day to the next, what enters a window is added and
what leaves it is subtracted, for everybody at once.

This is valid for people without corrections and with constant permissions between the first and the last day, which
is nearly everybody. The others are advanced day by day (incremental.py) and merged into the result.
Pure Arrow and numpy, integers only; the kernel over all days (kernel.py) gives the same rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.incremental import walk_day_by_day
from segspark.features.engine.kernel import (
    NEVER,
    PURPOSES,
    Calendar,
    Days,
    as_days,
    as_ids,
    as_integers,
    assemble,
    date_array,
    dates_or_never,
    day_number,
    find_ids,
    visible_values,
)
from segspark.features.feature import Catalogue, Feature

BEGINNING = -(1 << 30)
# Placeholders for "no last day" and "no first day".
_NOTHING = {"last": -1, "first": int(NEVER)}
# Column -> its values, and the placeholder for none; dates are day numbers.
Columns = dict[str, tuple[np.ndarray, int | None]]


def backfill_features(
    activity: pa.Table, people: pa.Table, catalogue: Catalogue, as_of_dates: Sequence[date], calendar: Calendar
) -> Iterator[pa.Table]:
    """``kernel.compute_features`` as a table per day, in the order of the days.

    Same arguments; ``person_id`` of ``people`` may be dictionary-encoded.
    """
    dates = sorted(as_of_dates)
    ids, listed = _listed(people)
    owner, is_here = find_ids(ids, as_ids(activity["person_id"]))
    is_odd = listed.is_moving.copy()
    day, applied = as_days(activity["activity_date"]), as_days(activity["applied_as_of"])
    first, last = day_number(dates[0]), day_number(dates[-1])
    is_seen = is_here & (day < last) & (applied <= last)
    is_odd[owner[is_seen & (applied > np.maximum(day + 1, first))]] = True
    rows = np.flatnonzero(is_seen)
    rows = rows[~is_odd[owner[rows]]]
    plain = _Plain(activity, rows, owner[rows], day[rows], listed.since, catalogue, calendar)
    theirs: Iterator[pa.Table] = iter(())
    if is_odd.any():
        odd = with_named_people(people.take(pa.array(listed.order[is_odd[listed.person]])))
        of_them = activity.take(pa.array(np.flatnonzero(is_seen)[is_odd[owner[is_seen]]]))
        theirs = walk_day_by_day(of_them, odd, catalogue, dates, calendar)
    names = pa.array(ids.astype(str), pa.string())
    # All that is needed of them is in the running sums; the days below take long, so memory is freed here.
    del activity, people
    for as_of in dates:
        places = listed.on(day_number(as_of))
        plain.advance(day_number(as_of))
        columns = {**listed.permissions(places), **plain.columns(places)}
        if is_odd.any():
            there = next(theirs)
            at = np.flatnonzero(is_odd[places])
            for name, (values, nothing) in columns.items():
                column = there[name].combine_chunks()
                if nothing is not None:
                    column = pc.fill_null(column.cast(pa.int32()), int(nothing))
                values[at] = column.to_numpy(zero_copy_only=False)
        made = {
            n: pa.array(v) if nothing is None else date_array(v, v != nothing) for n, (v, nothing) in columns.items()
        }
        here = {"person_id": names if len(places) == len(names) else names.take(pa.array(places))}
        yield assemble(pa.table({**here, **{p: made[f"{p}_from"] for p in PURPOSES}}), as_of, made, catalogue)


@dataclass(frozen=True)
class _Listed:
    """Who is listed on which day.

    Attributes:
        order: row numbers, sorted by day, then person.
        person: position among the ids, per row in that order.
        day: per row in that order.
        since: purpose -> date from which it may see each person, where that is the same on all days.
        is_moving: per person, whether some permission differs between the days.
    """

    order: np.ndarray
    person: np.ndarray
    day: np.ndarray
    since: dict[str, np.ndarray]
    is_moving: np.ndarray

    def on(self, day: int) -> np.ndarray:
        """The people of a day in the order of their ids."""
        return self.person[slice(*np.searchsorted(self.day, [day, day + 1]))]

    def permissions(self, places: np.ndarray) -> Columns:
        return {f"{p}_from": (_of(since, places), int(NEVER)) for p, since in self.since.items()}


def _listed(people: pa.Table) -> tuple[np.ndarray, _Listed]:
    names, days = people["person_id"].combine_chunks(), as_days(people["as_of_date"])
    if not pa.types.is_dictionary(names.type):
        names = names.dictionary_encode()
    ids, place = np.unique(as_ids(pa.chunked_array([names.dictionary])), return_inverse=True)
    person = place.astype(np.int32)[names.indices.to_numpy()]
    # A person's rows are mostly contiguous; numpy radix-sorts days stored in 16 bits (enough until 2149).
    is_in_order = bool(np.all(person[1:] >= person[:-1]))
    order = np.argsort(days.astype(np.uint16), kind="stable") if is_in_order else np.lexsort((person, days))
    since, is_moving = {}, np.zeros(len(ids), dtype=bool)
    for purpose in PURPOSES:
        of_rows = dates_or_never(people[purpose])
        since[purpose] = np.full(len(ids), NEVER, dtype=np.int64)
        since[purpose][person] = of_rows
        is_moving[person[of_rows != since[purpose][person]]] = True
    return ids, _Listed(order, person[order], days[order], since, is_moving)


def with_named_people(people: pa.Table) -> pa.Table:
    """The rows with dictionary-encoded ids as plain text."""
    return people.cast(pa.schema([f.with_type(pa.string()) if f.name == "person_id" else f for f in people.schema]))


def _of(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """A copy of the values of some people; usually everybody is listed, which needs no look-up."""
    return values.copy() if len(places) == len(values) else values[places]


@dataclass(frozen=True)
class _Entries:
    """The values of a measure under one condition, in the order of days; none is zero."""

    person: np.ndarray
    day: np.ndarray
    value: np.ndarray

    def between(self, first: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        span = slice(*np.searchsorted(self.day, [first, end]))
        return self.person[span], self.day[span], self.value[span]


class _Plain:
    """The running sums of people whose past does not change, moved forward day by day."""

    def __init__(
        self,
        activity: pa.Table,
        rows: np.ndarray,
        person: np.ndarray,
        day: np.ndarray,
        since: dict[str, np.ndarray],
        catalogue: Catalogue,
        calendar: Calendar,
    ) -> None:
        self._catalogue, self._today = catalogue, BEGINNING
        n = len(next(iter(since.values())))
        place = day * n + person
        order = np.argsort(place, kind="stable")
        place = place[order]
        first = np.flatnonzero(np.r_[True, place[1:] != place[:-1]]) if len(place) else order
        rows, person, day = rows[order], person[order][first], day[order][first]
        may_see = {p: day >= since[p][person] for p in PURPOSES}
        days = Days.of(day, calendar)
        self._entries: dict[tuple[object, ...], _Entries] = {}
        measure, net = "", day
        for feature in sorted(catalogue.windowed, key=lambda f: f.measure):
            if feature.measure != measure:
                measure, values = feature.measure, as_integers(activity[feature.measure])[rows]
                net = values if len(first) == len(rows) else np.add.reduceat(values, first)
            if _key(feature) not in self._entries:
                seen = visible_values(feature, net, may_see[catalogue.purpose_of(feature)], days)
                counted = seen if feature.kind == "sum" else (seen > 0).astype(np.int64)
                used = np.flatnonzero(counted)
                self._entries[_key(feature)] = _Entries(person[used], day[used], counted[used])
        columns = [(f.column(w), _NOTHING.get(f.kind)) for f in catalogue.windowed for w in f.windows or (0,)]
        self._nothing = dict(columns)
        self._now = {name: np.full(n, nothing or 0, dtype=np.int64) for name, nothing in columns}

    def advance(self, today: int) -> None:
        """Move to a later day: newer days enter the windows, days that have become too old leave them."""
        before = self._today
        for feature in self._catalogue.windowed:
            entries = self._entries[_key(feature)]
            for window in feature.windows or (0,):
                now = self._now[feature.column(window)]
                if feature.kind in ("last", "first"):
                    person, day, _ = entries.between(before, today)
                    (np.maximum if feature.kind == "last" else np.minimum).at(now, person, day)
                    continue
                since = today - window if window else BEGINNING
                person, _, value = entries.between(max(before, since), today)
                np.add.at(now, person, value)
                if window and before != BEGINNING:
                    person, _, value = entries.between(before - window, min(since, before))
                    np.subtract.at(now, person, value)
        self._today = today

    def columns(self, places: np.ndarray) -> Columns:
        return {n: (_of(now, places), self._nothing.get(n)) for n, now in self._now.items()}


def _key(feature: Feature) -> tuple[object, ...]:
    return feature.measure, feature.months, feature.weekdays, feature.only_sales, feature.kind == "sum"
