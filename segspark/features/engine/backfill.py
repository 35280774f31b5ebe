"""Backfill: features of many days in one pass over time. From one day to the next, what enters a window is merged and
what leaves it is taken back, for everybody at once; whoever loses a value that cannot be taken back gets it from the
entries of the window.

This is valid for people without corrections and with constant permissions between the first and the last day, which
is nearly everybody. The others are advanced day by day (incremental.py) and merged into the result.
Pure Arrow and numpy, integers only; the kernel over all days (kernel.py) gives the same rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from segspark.features.engine.aggregation import Aggregation, to_column
from segspark.features.engine.arrays import NEVER, as_days, as_ids, as_integers, dates_or_never, find_ids
from segspark.features.engine.contributions import alike, contributions
from segspark.features.engine.days import Calendar, Days
from segspark.features.engine.incremental import walk_day_by_day
from segspark.features.engine.kernel import assemble
from segspark.features.engine.restore import BEGINNING
from segspark.features.feature import Catalogue, Feature
from segspark.purposes import PURPOSES
from segspark.time import day_number

# Column -> its values, SQL type, and the value that is stored as null.
Columns = dict[str, tuple[np.ndarray, str, int | None]]


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
            for name, (values, _, null) in columns.items():
                values[at] = as_integers(there[name], null or 0)
        made = {name: to_column(*column) for name, column in columns.items()}
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
        return {f"{p}_from": (_of(since, places), "date", int(NEVER)) for p, since in self.since.items()}


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


class _Entries:
    """What the days contribute to some features that differ in their windows only, in the order of days.

    Args:
        person, day, value: contributions, sorted by day; none is ``nothing``.
    """

    def __init__(self, aggregation: Aggregation, person: np.ndarray, day: np.ndarray, value: np.ndarray) -> None:
        self.aggregation, self._person, self._day, self._value = aggregation, person, day, value
        # Row numbers in the order of persons, and their persons; made when somebody first loses a value.
        self._rows_by_person: tuple[np.ndarray, np.ndarray] | None = None

    def between(self, first: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        span = slice(*np.searchsorted(self._day, [first, end]))
        return self._person[span], self._value[span]

    def advance(self, now: np.ndarray, window: int, before: int, today: int) -> None:
        """Change everybody's value of a window from one day to a later one."""
        aggregation, since = self.aggregation, today - window if window else BEGINNING
        lost = np.empty(0, dtype=np.int64)
        if window and before != BEGINNING:
            person, value = self.between(before - window, min(since, before))
            if aggregation.unmerge is not None:
                aggregation.unmerge.at(now, person, value)
            else:
                lost = np.unique(person[value == now[person]])
        person, value = self.between(max(before, since), today)
        aggregation.merge.at(now, person, value)
        if len(lost):
            now[lost] = aggregation.nothing
            person, value = self._of(lost, since, today)
            aggregation.merge.at(now, person, value)

    def _of(self, people: np.ndarray, first: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        """The contributions of some people (sorted) within some days."""
        if self._rows_by_person is None:
            by_person = np.argsort(self._person, kind="stable")
            self._rows_by_person = by_person, self._person[by_person]
        by_person, owner = self._rows_by_person
        low, high = np.searchsorted(owner, people), np.searchsorted(owner, people, side="right")
        lengths = high - low
        starts = np.repeat(low - np.r_[0, np.cumsum(lengths)[:-1]], lengths)
        rows = by_person[starts + np.arange(lengths.sum())]
        rows = rows[(self._day[rows] >= first) & (self._day[rows] < end)]
        return self._person[rows], self._value[rows]


class _Plain:
    """The running values of people whose past does not change, moved forward day by day."""

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
        self._today = BEGINNING
        self._groups: list[tuple[list[Feature], _Entries]] = []
        n = len(next(iter(since.values())))
        place = day * n + person
        order = np.argsort(place, kind="stable")
        place = place[order]
        first = np.flatnonzero(np.r_[True, place[1:] != place[:-1]]) if len(place) else order
        rows, person, day = rows[order], person[order][first], day[order][first]
        may_see = {p: day >= since[p][person] for p in PURPOSES}
        days = Days.of(day, calendar)
        self._now: Columns = {}
        measure, net = "", day
        for features in alike(catalogue):
            one, aggregation = features[0], features[0].by_days
            if one.measure != measure:
                measure, values = one.measure, as_integers(activity[one.measure])[rows]
                net = values if len(first) == len(rows) else np.add.reduceat(values, first)
            given = contributions(one, net, may_see[catalogue.purpose_of(one)], day, days)
            used = np.flatnonzero(given != aggregation.nothing)
            self._groups.append((features, _Entries(aggregation, person[used], day[used], given[used])))
            for name in (f.column(w) for f in features for w in f.spans):
                nobody = np.full(n, aggregation.nothing, dtype=np.int64)
                self._now[name] = (nobody, aggregation.type, aggregation.null)

    def advance(self, today: int) -> None:
        """Move to a later day: newer days enter the windows, days that have become too old leave them."""
        before = self._today
        for features, entries in self._groups:
            for feature in features:
                for window in feature.spans:
                    entries.advance(self._now[feature.column(window)][0], window, before, today)
        self._today = today

    def columns(self, places: np.ndarray) -> Columns:
        return {n: (_of(now, places), type_, null) for n, (now, type_, null) in self._now.items()}
