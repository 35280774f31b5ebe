"""Incremental features: today's row from yesterday's row and the few days whose contribution changes.

A day's contribution changes when it enters (yesterday), when it leaves a window, and when a correction of it was
learnt today. So the amount read depends on these days, not on the length of the history. What an aggregation cannot
take back is restored for the people who lost it (restore.py). Pure Arrow and numpy, integers only; the kernel over all
days (kernel.py) gives the same rows and recomputes whom this cannot advance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.arrays import NEVER, as_days, as_ids, as_integers, dates_or_never, find_ids
from segspark.features.engine.contributions import alike, contributions
from segspark.features.engine.days import Calendar, Days
from segspark.features.engine.kernel import assemble, compute_features
from segspark.features.engine.restore import Lost, restored
from segspark.features.feature import Catalogue
from segspark.purposes import PURPOSES
from segspark.time import DAY, day_number


def changing_days(corrections: pa.Table, catalogue: Catalogue, as_of: date) -> set[int]:
    """Days (since 1970) whose contribution to some feature changes as of a day.

    Args:
        corrections: activity_date of the corrections applied as of this day.
    """
    yesterday = day_number(as_of) - 1
    learnt = pc.unique(corrections["activity_date"]).cast(pa.int32()).to_pylist()
    return {yesterday, *(yesterday - w for w in _windows(catalogue)), *learnt}


@dataclass(frozen=True)
class Advanced:
    """Features of a day, made from those of the day before.

    Attributes:
        rows: as ``kernel.compute_features`` gives them.
        rest: the part of the listed people that cannot be advanced: an earlier permission was restored, or the state
            lacks them though a tile has activity of them. Their rows must not be used.
        lost: people whose value of some window was taken back; that window is to be restored (restore.py).
    """

    rows: pa.Table
    rest: pa.Table
    lost: tuple[Lost, ...]


def advance_features(
    state: pa.Table, activity: pa.Table, people: pa.Table, catalogue: Catalogue, as_of: date, calendar: Calendar
) -> Advanced:
    """Features of some people as of a day, from those of the day before.

    Args:
        state: the people's rows of gold.features as of the day before.
        activity: all tiles and corrections of these people on the ``changing_days``, and of no other day: person_id,
            activity_date, applied_as_of and the measures.
        people: listed on the day: person_id, as_of_date and per purpose the date from which it may see their events.
        catalogue: measures and features, the same as the state's.
    """
    here, state = _in_order(people), _in_order(state)
    ids, today = as_ids(here["person_id"]), day_number(as_of)
    at, is_held = find_ids(as_ids(state["person_id"]), ids)
    is_same = bool(is_held.all()) and len(state) == len(ids)
    person, day, before, after = _sides(activity, ids, today, catalogue)
    days = Days.of(day, calendar)
    needs_all = np.zeros(len(ids), dtype=bool)

    since = {p: dates_or_never(here[p]) for p in PURPOSES}
    carries: dict[str, np.ndarray] = {}
    for purpose in PURPOSES:
        was = dates_or_never(state[f"{purpose}_from"])[at] if len(state) else np.full(len(ids), NEVER)
        carries[purpose] = is_held & (was == since[purpose])
        # If a permission begins on a day that is not read, the days in between would be missing.
        needs_all |= is_held & ~carries[purpose] & (since[purpose] < today - 1)

    for measure in catalogue.measures:
        may_see = day >= since[measure.purpose][person]
        needs_all[person[(before[measure.name] != 0) & may_see & ~is_held[person]]] = True

    leaving = {w: np.flatnonzero(day == today - 1 - w) if w else person[:0] for w in (0, *_windows(catalogue))}
    has_lost = {w: np.zeros(len(ids), dtype=bool) for w in leaving}
    columns: dict[str, pa.Array] = {}
    purposes = {m.name: m.purpose for m in catalogue.measures}
    for features in alike(catalogue):
        first, aggregation = features[0], features[0].by_days
        purpose = purposes[first.measure]
        may_see, carried = day >= since[purpose][person], carries[purpose]
        now = contributions(first, after[first.measure], may_see, day, days)
        then = contributions(first, before[first.measure], may_see, day, days)
        changes = _Changes(aggregation, person, now, np.where(carried[person], then, aggregation.nothing))
        changed = np.flatnonzero(changes.now != changes.then)
        for feature in features:
            for window in feature.spans:
                name = feature.column(window)
                values = _carried(aggregation.as_values(state[name]), at, carried, aggregation.nothing, is_same)
                inside = changed[day[changed] >= today - window] if window else changed
                has_lost[window][changes.apply(values, inside, leaving[window])] = True
                columns[name] = aggregation.as_column(values)
    lost = [(w, here.filter(pa.array(has & ~needs_all))) for w, has in has_lost.items() if has.any()]
    return Advanced(
        assemble(here, as_of, columns, catalogue),
        here.filter(pa.array(needs_all)),
        tuple(Lost(window, people) for window, people in lost if people.num_rows),
    )


@dataclass(frozen=True)
class _Changes:
    """What persons' days contribute as known today (``now``) and as known yesterday (``then``)."""

    aggregation: Aggregation
    person: np.ndarray
    now: np.ndarray
    then: np.ndarray

    def apply(self, values: np.ndarray, inside: np.ndarray, leaving: np.ndarray) -> np.ndarray:
        """Change each person's value of a window from yesterday's to today's.

        Args:
            inside: entries within the window whose contribution has changed.
            leaving: entries that were within it yesterday.

        Returns:
            The persons whose value was taken back and cannot be told from what is left.
        """
        aggregation, person, now, then = self.aggregation, self.person, self.now, self.then
        lost = []
        for gone, is_correction in ((inside, True), (leaving, False)):
            gone = gone[then[gone] != aggregation.nothing]
            if aggregation.unmerge is not None:
                aggregation.unmerge.at(values, person[gone], then[gone])
            elif len(gone):
                is_lost = then[gone] == values[person[gone]]
                if is_correction:
                    # A correction upward hides what was known before.
                    is_lost &= aggregation.merge(now[gone], then[gone]) != now[gone]
                lost.append(person[gone[is_lost]])
        come = inside[now[inside] != aggregation.nothing]
        aggregation.merge.at(values, person[come], now[come])
        return np.concatenate(lost) if lost else person[:0]


def walk_day_by_day(
    activity: pa.Table, people: pa.Table, catalogue: Catalogue, as_of_dates: Sequence[date], calendar: Calendar
) -> Iterator[pa.Table]:
    """``kernel.compute_features`` day by day; a day that follows another is advanced from it.

    Same arguments; gives a table per day.
    """
    days = as_days(activity["activity_date"])
    order = np.argsort(days, kind="stable")
    activity, days = activity.take(pa.array(order)), days[order]
    applied = as_days(activity["applied_as_of"])
    late = np.flatnonzero(applied > days + 1)
    people = people.take(pa.array(np.argsort(as_days(people["as_of_date"]), kind="stable")))
    listed = as_days(people["as_of_date"])

    def of_them(lost: Lost, of_lost: Catalogue) -> pa.Table:
        inside = activity.slice(int(np.searchsorted(days, lost.first_day)))
        return inside.filter(pc.is_in(inside["person_id"], lost.people["person_id"]))

    rows: pa.Table = None
    before: date | None = None
    for as_of in sorted(as_of_dates):
        first, end = np.searchsorted(listed, [day_number(as_of), day_number(as_of) + 1])
        here = people.slice(first, end - first)
        if before is None or as_of != before + DAY:
            rows = compute_features(activity, here, catalogue, [as_of], calendar)
        else:
            learnt = activity.take(pa.array(late[applied[late] == day_number(as_of)]))
            changing = sorted(changing_days(learnt, catalogue, as_of))
            spans = np.searchsorted(days, changing), np.searchsorted(days, changing, side="right")
            near = pa.concat_tables([activity.slice(a, b - a) for a, b in zip(*spans, strict=True)])
            advanced = advance_features(rows, near, here, catalogue, as_of, calendar)
            rows, rest = restored(advanced.rows, advanced.lost, of_them, catalogue, calendar), advanced.rest
            if rest.num_rows:
                theirs = activity.filter(pc.is_in(activity["person_id"], rest["person_id"]))
                rows = splice(rows, compute_features(theirs, rest, catalogue, [as_of], calendar))
        yield rows
        before = as_of


def splice(rows: pa.Table, instead: pa.Table) -> pa.Table:
    """The rows, with the rows of some people replaced; both sorted by person_id."""
    if not instead.num_rows:
        return rows
    at, _ = find_ids(as_ids(rows["person_id"]), as_ids(instead["person_id"]))
    edges = [-1, *at.tolist(), rows.num_rows]
    parts = []
    for n, (low, high) in enumerate(pairwise(edges)):
        parts.append(rows.slice(low + 1, high - low - 1))
        if n < instead.num_rows:
            parts.append(instead.slice(n, 1))
    return pa.concat_tables(parts).combine_chunks()


def _windows(catalogue: Catalogue) -> set[int]:
    return {w for f in catalogue.of_measures for w in f.spans if w}


def _in_order(rows: pa.Table) -> pa.Table:
    ids = as_ids(rows["person_id"])
    return rows if bool(np.all(ids[1:] >= ids[:-1])) else rows.sort_by("person_id")


def _sides(
    activity: pa.Table, ids: np.ndarray, today: int, catalogue: Catalogue
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Per person and day, the values known yesterday and those known today."""
    at, is_here = find_ids(ids, as_ids(activity["person_id"]))
    days, applied = as_days(activity["activity_date"]), as_days(activity["applied_as_of"])
    keep = np.flatnonzero(is_here & (days < today) & (applied <= today))
    keep = keep[np.lexsort((days[keep], at[keep]))]
    person, day = at[keep], days[keep]
    first = np.flatnonzero(np.r_[True, (person[1:] != person[:-1]) | (day[1:] != day[:-1])]) if len(keep) else keep
    was_known, is_single = applied[keep] < today, len(first) == len(keep)
    before, after = {}, {}
    for measure in catalogue.measures:
        values = as_integers(activity[measure.name])[keep]
        old = np.where(was_known, values, 0)
        after[measure.name] = values if is_single else np.add.reduceat(values, first)
        before[measure.name] = old if is_single else np.add.reduceat(old, first)
    return person[first], day[first], before, after


def _carried(values: np.ndarray, at: np.ndarray, carried: np.ndarray, nothing: int, is_same: bool) -> np.ndarray:
    """A copy of each person's values in the state; if the people are the same, no look-up is needed."""
    if is_same and carried.all():
        return np.require(values, requirements="W")
    if not len(values):
        return np.full(len(carried), nothing, dtype=np.int64)
    return np.where(carried, values[at], nothing)
