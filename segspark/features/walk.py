"""Features of many days in one walk over time: what enters a window since the day before is added, what leaves it is
taken away, for everybody at once.

That holds for people of whom nothing is learnt later and whose permissions stay as they are between the first and the
last of the days, which is nearly everybody. The others are carried on day by day (running.py), and stand among them.
Pure Arrow and numpy, integers only; the kernel over all days (kernel.py) gives the same rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.feature import Catalogue, Feature
from segspark.features.kernel import (
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
from segspark.features.running import walk_day_by_day

BEGINNING = -(1 << 30)
# What stands for no last or first day.
_NOTHING = {"last": -1, "first": int(NEVER)}


def walk_features(
    activity: pa.Table, people: pa.Table, catalogue: Catalogue, as_of_dates: Sequence[date], calendar: Calendar
) -> Iterator[pa.Table]:
    """``kernel.compute_features`` as a table for each day, in their order.

    Args as there.
    """
    dates = sorted(as_of_dates)
    ids, listed = _listed(people)
    owner, is_here = find_ids(ids, as_ids(activity["person_id"]))
    is_odd = listed.are_permissions_moving(len(ids))
    day, applied = as_days(activity["activity_date"]), as_days(activity["applied_as_of"])
    first, last = day_number(dates[0]), day_number(dates[-1])
    is_seen = is_here & (day < last) & (applied <= last)
    is_odd[owner[is_seen & (applied > np.maximum(day + 1, first))]] = True
    rows = np.flatnonzero(is_seen)
    rows = rows[~is_odd[owner[rows]]]
    plain = _Plain(activity, rows, owner[rows], day[rows], listed.since_of(len(ids)), catalogue, calendar)
    theirs: Iterator[pa.Table] = iter(())
    if is_odd.any():
        odd = people.filter(pa.array(is_odd[listed.person]))
        of_them = activity.take(pa.array(np.flatnonzero(is_seen)[is_odd[owner[is_seen]]]))
        theirs = walk_day_by_day(of_them, odd, catalogue, dates, calendar)
    names = pa.array(ids.astype(str), pa.string())
    for as_of in dates:
        places, permissions = listed.of_day(day_number(as_of))
        plain.advance(day_number(as_of))
        columns = plain.columns(places)
        if is_odd.any():
            there = next(theirs)
            at = np.flatnonzero(is_odd[places])
            for name, (values, nothing) in columns.items():
                column = there[name].combine_chunks()
                if nothing is not None:
                    column = pc.fill_null(column.cast(pa.int32()), int(nothing))
                values[at] = column.to_numpy(zero_copy_only=False)
        here = pa.table({"person_id": names.take(pa.array(places)), **permissions})
        made = {
            n: pa.array(v) if nothing is None else date_array(v, v != nothing) for n, (v, nothing) in columns.items()
        }
        yield assemble(here, as_of, made, catalogue)


@dataclass(frozen=True)
class _Listed:
    """Who is listed when: rows sorted by day and person.

    Attributes:
        person: place among the ids, of the rows in their first order.
        order: the rows by day, then person.
        day: of the rows in that order.
        since: purpose -> since when it may see, of the rows in their first order.
    """

    person: np.ndarray
    order: np.ndarray
    day: np.ndarray
    since: dict[str, np.ndarray]

    def since_of(self, n: int) -> dict[str, np.ndarray]:
        """Purpose -> of each person, where it is the same on all days."""
        found = {}
        for purpose, since in self.since.items():
            found[purpose] = np.full(n, NEVER, dtype=np.int64)
            found[purpose][self.person] = since
        return found

    def are_permissions_moving(self, n: int) -> np.ndarray:
        """Of each person, whether some permission is another one on some of the days."""
        is_moving = np.zeros(n, dtype=bool)
        for purpose, last in self.since_of(n).items():
            is_moving[self.person[self.since[purpose] != last[self.person]]] = True
        return is_moving

    def of_day(self, day: int) -> tuple[np.ndarray, dict[str, pa.Array]]:
        """The people of a day in the order of their ids, and their permissions as dates."""
        rows = self.order[slice(*np.searchsorted(self.day, [day, day + 1]))]
        dates = {p: self.since[p][rows] for p in PURPOSES}
        return self.person[rows], {p: date_array(d, d != NEVER) for p, d in dates.items()}


def _listed(people: pa.Table) -> tuple[np.ndarray, _Listed]:
    names, days = as_ids(people["person_id"]), as_days(people["as_of_date"])
    # Mostly somebody's rows follow each other: each run is looked up once.
    heads = np.flatnonzero(np.r_[True, names[1:] != names[:-1]]) if len(names) else np.empty(0, dtype=np.int64)
    ids, place = np.unique(names[heads], return_inverse=True)
    person = np.repeat(place, np.diff(np.r_[heads, len(names)]))
    order = np.lexsort((person, days))
    return ids, _Listed(person, order, days[order], {p: dates_or_never(people[p]) for p in PURPOSES})


@dataclass(frozen=True)
class _Entries:
    """What a measure says under one condition, in the order of days; no value is zero."""

    person: np.ndarray
    day: np.ndarray
    value: np.ndarray

    def between(self, first: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        span = slice(*np.searchsorted(self.day, [first, end]))
        return self.person[span], self.day[span], self.value[span]


class _Plain:
    """The running sums of people whose past does not change, at home on one day after the other."""

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
        """To a later day: days since the present one enter, those that have become too old leave."""
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

    def columns(self, places: np.ndarray) -> dict[str, tuple[np.ndarray, int | None]]:
        """Column -> the values of some people, as an array of one's own, and which of them is none."""
        return {name: (now[places], self._nothing.get(name)) for name, now in self._now.items()}


def _key(feature: Feature) -> tuple[object, ...]:
    return feature.measure, feature.months, feature.weekdays, feature.only_sales, feature.kind == "sum"
