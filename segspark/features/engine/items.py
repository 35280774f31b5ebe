"""The index of when each item was last seen and how often: what item features are made from (item_columns.py).

An item was seen in the last n days if its last day lies within them, so one pass over the index counts the distinct
items of every window. The index is advanced from the day before by the days whose contribution changes, like the
features of measures (incremental.py), and includes only what a kind's purpose may see. Pure Arrow and numpy.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.arrays import NEVER, as_days, as_ids, as_integers, date_array, dates_or_never, find_ids
from segspark.features.feature import Catalogue, ItemKind
from segspark.time import DAY, day_number

INDEX = pa.schema(
    [
        ("person_id", pa.string()),
        ("as_of_date", pa.date32()),
        ("kind", pa.string()),
        ("item", pa.string()),
        ("last_date", pa.date32()),
        ("n", pa.int64()),
    ]
)
ORDER = [("person_id", "ascending"), ("kind", "ascending"), ("item", "ascending")]


def item_changing_days(learnt: pa.Table, catalogue: Catalogue, as_of: date) -> set[int]:
    """Days (since 1970) whose contribution to the index changes as of a day.

    Args:
        learnt: rows with the activity_date of what was learnt for this day.
    """
    yesterday = day_number(as_of) - 1
    days = pc.unique(learnt["activity_date"]).cast(pa.int32()).to_pylist()
    return {yesterday, *(yesterday - kind.days for kind in catalogue.items), *days}


def index_items(items: pa.Table, people: pa.Table, catalogue: Catalogue, as_of: date) -> pa.Table:
    """The index of some people as of a day, from all days.

    Args:
        items: rows of gold.activity_items: person_id, activity_date, applied_as_of, kind, item, n (negative where
            taken back).
        people: person_id, as_of_date and per purpose the date from which it may see events (null: never).

    Returns:
        One row per person, kind and item seen within the horizon of its kind: ``INDEX``, sorted. ``n`` counts over
        the kind's own window.
    """
    return advance_index(INDEX.empty_table(), items, people, people.slice(0, 0), catalogue, as_of)[0]


def advance_index(
    state: pa.Table, items: pa.Table, people: pa.Table, before: pa.Table, catalogue: Catalogue, as_of: date
) -> tuple[pa.Table, pa.Table]:
    """The index of some people as of a day, from that of the day before.

    Args:
        state: the people's index as of the day before.
        items: everything about the ``item_changing_days``, and about no other day.
        people: listed on the day, and per purpose the date from which it may see them.
        before: the same on the day before.

    Returns:
        The rows of ``index_items``, and the part of ``people`` that cannot be advanced: the last day of an item was
        taken back, an earlier permission was restored, or the day before lacks them. Their rows must not be used.
    """
    today, kinds = day_number(as_of), sorted_kinds(catalogue)
    here = people.filter(pc.equal(people["as_of_date"], pa.scalar(as_of, pa.date32()))).sort_by("person_id")
    ids, before = as_ids(here["person_id"]), before.sort_by("person_id")
    at, is_held = find_ids(as_ids(before["person_id"]), ids)
    # One row per kind, one column per person.
    since = np.array([dates_or_never(here[k.purpose]) for k in kinds]).reshape(len(kinds), len(ids))
    was = np.full_like(since, NEVER)
    if before.num_rows:
        was = np.array([dates_or_never(before[k.purpose])[at] for k in kinds]).reshape(since.shape)
    carries = is_held & (was == since)
    # If a permission begins on a day that is not read, the days in between would be missing.
    needs_all = (is_held & ~carries & (since < today - 1)).any(axis=0)

    names, (held_item, item) = _numbered(state["item"], items["item"])
    pair, day, then, now = _sides(items, item, ids, kinds, len(names), today)
    person, kind = pair // (len(kinds) * len(names) or 1), pair // (len(names) or 1) % len(kinds)
    may_see = day >= since[kind, person]
    needs_all[person[may_see & (then > 0) & ~is_held[person]]] = True
    now, then = np.where(may_see, now, 0), np.where(may_see & carries[kind, person], then, 0)

    held_pair, is_held_pair = _pairs(state, held_item, ids, kinds, len(names), carries)
    pairs, places = np.unique(np.r_[held_pair, pair], return_inverse=True)
    held_at, at = places[: len(held_pair)], places[len(held_pair) :]
    last, n = np.full(len(pairs), -1, dtype=np.int64), np.zeros(len(pairs), dtype=np.int64)
    last[held_at], n[held_at] = as_days(state["last_date"])[is_held_pair], as_integers(state["n"])[is_held_pair]
    needs_all[person[(then > 0) & (now == 0) & (day == last[at])]] = True
    np.maximum.at(last, at, np.where(now > 0, day, -1))
    days = np.array([k.days for k in kinds])[kind]
    change = np.where(day >= today - days, now, 0) - np.where(day >= today - 1 - days, then, 0)
    np.add.at(n, at, change)

    person, kind = pairs // (len(kinds) * len(names) or 1), pairs // (len(names) or 1) % len(kinds)
    oldest = np.array([max(0, today - horizon) if (horizon := _horizon(k, catalogue)) else 0 for k in kinds])
    kept = np.flatnonzero(last >= oldest[kind])
    index = pa.table(
        {
            "person_id": here["person_id"].take(pa.array(person[kept])),
            "as_of_date": pa.array([as_of] * len(kept), pa.date32()),
            "kind": pa.array([k.name for k in kinds], pa.string()).take(pa.array(kind[kept])),
            "item": names.take(pa.array(pairs[kept] % (len(names) or 1))),
            "last_date": date_array(last[kept], np.ones(len(kept), bool)),
            "n": pa.array(n[kept]),
        },
        schema=INDEX,
    )
    return index, here.filter(pa.array(needs_all))


def splice_index(index: pa.Table, people: pa.Table, instead: pa.Table) -> pa.Table:
    """The index with the rows of some people replaced."""
    if not people.num_rows:
        return index
    others = index.filter(pc.invert(pc.is_in(index["person_id"], value_set=people["person_id"].combine_chunks())))
    return pa.concat_tables([others, instead]).sort_by(ORDER).combine_chunks()


def backfill_index(
    items: pa.Table, people: pa.Table, catalogue: Catalogue, as_of_dates: Sequence[date]
) -> Iterator[tuple[date, pa.Table]]:
    """``index_items`` of many days; a day that follows another is advanced from it."""
    days = as_days(items["activity_date"])
    order = np.argsort(days, kind="stable")
    items, days = items.take(pa.array(order)), days[order]
    applied = as_days(items["applied_as_of"])
    late = np.flatnonzero(applied > days + 1)
    before, state = None, INDEX.empty_table()
    for as_of in sorted(as_of_dates):
        if before is None or as_of != before + DAY:
            state = index_items(items, people, catalogue, as_of)
        else:
            learnt = items.take(pa.array(late[applied[late] == day_number(as_of)]))
            changing = sorted(item_changing_days(learnt, catalogue, as_of))
            spans = np.searchsorted(days, changing), np.searchsorted(days, changing, side="right")
            near = pa.concat_tables([items.slice(a, b - a) for a, b in zip(*spans, strict=True)])
            known = people.filter(pc.equal(people["as_of_date"], pa.scalar(before, pa.date32())))
            state, rest = advance_index(state, near, people, known, catalogue, as_of)
            if rest.num_rows:
                theirs = items.filter(pc.is_in(items["person_id"], value_set=rest["person_id"].combine_chunks()))
                state = splice_index(state, rest, index_items(theirs, rest, catalogue, as_of))
        yield as_of, state
        before = as_of


def sorted_kinds(catalogue: Catalogue) -> list[ItemKind]:
    return sorted(catalogue.items, key=lambda k: k.name)


def _horizon(kind: ItemKind, catalogue: Catalogue) -> int:
    """Days after which an item that was not seen again is dropped; 0 is never."""
    features = [f for f in catalogue.about_items if f.measure == kind.name]
    horizons = [kind.days, *(f.by_items.horizon(w, kind.days) for f in features for w in f.spans)]
    return 0 if 0 in horizons else max(horizons)


def _numbered(*columns: pa.ChunkedArray) -> tuple[pa.Array, list[np.ndarray]]:
    """All names sorted, and each column as positions among them."""
    joined = pa.chunked_array([chunk for c in columns for chunk in c.chunks], pa.string()).combine_chunks()
    encoded = joined.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    numbers = rank[encoded.indices.to_numpy()] if len(joined) else np.empty(0, dtype=np.int64)
    ends = np.cumsum([len(c) for c in columns])
    return encoded.dictionary.take(pa.array(order)), np.split(numbers, ends[:-1])


def _pairs(
    rows: pa.Table, item: np.ndarray, ids: np.ndarray, kinds: list[ItemKind], n_items: int, allowed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One number per (person, kind, item) for the rows of listed people and allowed kinds, and which rows these are."""
    person, is_here = find_runs(ids, as_ids(rows["person_id"]))
    known = pc.index_in(rows["kind"], value_set=pa.array([k.name for k in kinds], pa.string()))
    kind = pc.fill_null(known, -1).to_numpy().astype(np.int64)
    kept = np.flatnonzero(is_here & (kind >= 0))
    kept = kept[allowed[kind[kept], person[kept]]]
    return (person[kept] * len(kinds) + kind[kept]) * n_items + item[kept], kept


def find_runs(held: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``find_ids`` for runs of equal ids, as in files sorted by person: each run is looked up once."""
    if not len(ids):
        return find_ids(held, ids)
    first = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    lengths = np.diff(np.r_[first, len(ids)])
    at, is_held = find_ids(held, ids[first])
    return np.repeat(at, lengths), np.repeat(is_held, lengths)


def _sides(
    items: pa.Table, item: np.ndarray, ids: np.ndarray, kinds: list[ItemKind], n_items: int, today: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Per person, kind, item and day: the count known yesterday, and the count known today."""
    pair, rows = _pairs(items, item, ids, kinds, n_items, np.ones((len(kinds), len(ids)), bool))
    day, applied = as_days(items["activity_date"])[rows], as_days(items["applied_as_of"])[rows]
    n = as_integers(items["n"])[rows]
    kept = np.flatnonzero((day < today) & (applied <= today))
    kept = kept[np.lexsort((day[kept], pair[kept]))]
    pair, day, applied, n = pair[kept], day[kept], applied[kept], n[kept]
    if not len(kept):
        return pair, day, n, n
    first = np.flatnonzero(np.r_[True, (pair[1:] != pair[:-1]) | (day[1:] != day[:-1])])
    then = np.add.reduceat(np.where(applied < today, n, 0), first)
    now = np.add.reduceat(n, first)
    return pair[first], day[first], np.maximum(then, 0), np.maximum(now, 0)
