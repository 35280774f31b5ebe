"""Incremental features: today's row from yesterday's row and the few days whose contribution changes.

A day's contribution changes when it enters (yesterday), when it leaves a window, and when a correction of it was
learnt today. So the amount read depends on these days, not on the length of the history. Pure Arrow and numpy,
integers only; the kernel over all days (kernel.py) gives the same rows and recomputes whom this cannot advance.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.kernel import (
    NEVER,
    PURPOSES,
    Calendar,
    Days,
    as_days,
    as_ids,
    as_integers,
    assemble,
    compute_features,
    date_array,
    dates_or_never,
    day_number,
    find_ids,
    visible_values,
)
from segspark.features.feature import Catalogue, Feature


def changing_days(corrections: pa.Table, catalogue: Catalogue, as_of: date) -> set[int]:
    """Days (since 1970) whose contribution to some feature changes as of a day.

    Args:
        corrections: activity_date of the corrections applied as of this day.
    """
    yesterday = day_number(as_of) - 1
    windows = {w for f in catalogue.windowed for w in f.windows if w}
    learnt = pc.unique(corrections["activity_date"]).cast(pa.int32()).to_pylist()
    return {yesterday, *(yesterday - w for w in windows), *learnt}


def advance_features(
    state: pa.Table, activity: pa.Table, people: pa.Table, catalogue: Catalogue, as_of: date, calendar: Calendar
) -> tuple[pa.Table, pa.Table]:
    """Features of some people as of a day, from those of the day before.

    Args:
        state: the people's rows of gold.features as of the day before.
        activity: all tiles and corrections of these people on the ``changing_days``, and of no other day: person_id,
            activity_date, applied_as_of and the measures.
        people: listed on the day: person_id, as_of_date and per purpose the date from which it may see their events.
        catalogue: measures and features, the same as the state's.

    Returns:
        The rows (as ``kernel.compute_features`` gives them), and the part of ``people`` that cannot be advanced: their
        last or first day was taken back, an earlier permission was restored, or the state lacks them though a tile has
        activity of them. Their rows must not be used.
    """
    here, state = _in_order(people), _in_order(state)
    ids, today = as_ids(here["person_id"]), day_number(as_of)
    at, is_held = find_ids(as_ids(state["person_id"]), ids)
    is_same = bool(is_held.all()) and len(state) == len(ids)
    person, day, before, after = _sides(activity, ids, today, catalogue)
    leaving = {w: np.flatnonzero(day == today - 1 - w) for f in catalogue.windowed for w in f.windows if w}
    days = Days.of(day, calendar)
    needs_all = np.zeros(len(ids), dtype=bool)

    since = {p: dates_or_never(here[p]) for p in PURPOSES}
    carries: dict[str, np.ndarray] = {}
    for purpose in PURPOSES:
        was = dates_or_never(state[f"{purpose}_from"])[at] if len(state) else np.full(len(ids), NEVER)
        carries[purpose] = is_held & (was == since[purpose])
        # If a permission begins on a day that is not read, the days in between would be missing.
        needs_all |= is_held & ~carries[purpose] & (since[purpose] < today - 1)

    columns: dict[str, pa.Array] = {}
    for feature in catalogue.windowed:
        purpose = catalogue.purpose_of(feature)
        may_see = day >= since[purpose][person]
        now = visible_values(feature, after[feature.measure], may_see, days)
        then = visible_values(feature, before[feature.measure], may_see, days)
        needs_all[person[(then != 0) & ~is_held[person]]] = True
        then = np.where(carries[purpose][person], then, 0)
        carried = carries[purpose]
        if feature.kind in ("last", "first"):
            columns[feature.name] = _edge(feature, state, at, carried, is_same, person, day, now, then, needs_all)
            continue
        if feature.kind == "days":
            now, then = (now > 0).astype(np.int64), (then > 0).astype(np.int64)
        change = now - then
        changed = np.flatnonzero(change)
        for window in feature.windows:
            name = feature.column(window)
            total = _carried(as_integers(state[name]), at, carried, 0, is_same)
            inside = changed[day[changed] >= today - window] if window else changed
            np.add.at(total, person[inside], change[inside])
            if window:
                left = leaving[window]
                np.subtract.at(total, person[left], then[left])
            columns[name] = pa.array(total)
    return assemble(here, as_of, columns, catalogue), here.filter(pa.array(needs_all))


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
    rows: pa.Table = None
    before: date | None = None
    for as_of in sorted(as_of_dates):
        first, end = np.searchsorted(listed, [day_number(as_of), day_number(as_of) + 1])
        here = people.slice(first, end - first)
        if before is None or as_of != before + timedelta(days=1):
            rows = compute_features(activity, here, catalogue, [as_of], calendar)
        else:
            learnt = activity.take(pa.array(late[applied[late] == day_number(as_of)]))
            changing = sorted(changing_days(learnt, catalogue, as_of))
            spans = np.searchsorted(days, changing), np.searchsorted(days, changing, side="right")
            near = pa.concat_tables([activity.slice(a, b - a) for a, b in zip(*spans, strict=True)])
            rows, rest = advance_features(rows, near, here, catalogue, as_of, calendar)
            if rest.num_rows:
                theirs = activity.filter(pc.is_in(activity["person_id"], rest["person_id"]))
                rows = splice(rows, compute_features(theirs, rest, catalogue, [as_of], calendar))
        yield rows
        before = as_of


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


def _edge(
    feature: Feature,
    state: pa.Table,
    at: np.ndarray,
    carried: np.ndarray,
    is_same: bool,
    person: np.ndarray,
    day: np.ndarray,
    now: np.ndarray,
    then: np.ndarray,
    needs_all: np.ndarray,
) -> pa.Array:
    """The last or first day above zero; people who lost exactly that day are marked."""
    nothing = -1 if feature.kind == "last" else int(NEVER)
    held = pc.fill_null(state[feature.name].cast(pa.int32()), nothing).to_numpy(zero_copy_only=False)
    edge = _carried(held.astype(np.int64), at, carried, nothing, is_same)
    needs_all[person[(then > 0) & (now <= 0) & (day == edge[person])]] = True
    seen = np.flatnonzero(now > 0)
    (np.maximum if feature.kind == "last" else np.minimum).at(edge, person[seen], day[seen])
    return date_array(edge, edge != nothing)


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
