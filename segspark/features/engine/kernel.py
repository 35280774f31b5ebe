"""The kernel: tiles and corrections of a range of people to windowed features as of any days.

Pure Arrow and numpy, integers only, no Spark: any caller (a Spark task, a test) gets the same rows. Each row of
activity is added once, to its person and age band; windows are cumulative sums of bands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.feature import Catalogue, Feature

EPOCH = date(1970, 1, 1)
NEVER = np.iinfo(np.int32).max
PURPOSES = ("email_marketing", "open_tracking", "profiling")


@dataclass(frozen=True)
class Calendar:
    """Day numbers (since 1970) that lie within sales periods."""

    sales_days: frozenset[int] = frozenset()


def day_number(day: date) -> int:
    return (day - EPOCH).days


@dataclass(frozen=True)
class Outcome:
    """Outcome for labels: the sum of a measure over [as_of, as_of + days), as known on a given day."""

    name: str
    measure: str
    days: int
    known: date


def compute_features(
    activity: pa.Table, people: pa.Table, catalogue: Catalogue, as_of_dates: Sequence[date], calendar: Calendar
) -> pa.Table:
    """Features of some people as of some days.

    Args:
        activity: tiles and corrections of these people: person_id, activity_date, applied_as_of (for a tile the day
            after activity_date), one integer column per measure (corrections may be negative).
        people: person_id, as_of_date and per purpose the date from which it may see events (null: never); everybody
            listed for a day gets a row for it, people without activity too.
        catalogue: measures and features.
        as_of_dates: days to compute; the row of day A includes activity before A that was applied by A.

        Returns:
            person_id, as_of_date, the purposes' dates (``profiling_from`` and so on) and the columns of measures (item
            columns are added by items.py), sorted by as_of_date and person_id.
    """
    parts = [_one_day(activity, people, catalogue, day, calendar) for day in sorted(as_of_dates)]
    return pa.concat_tables(parts)


def with_outcome(features: pa.Table, activity: pa.Table, outcome: Outcome) -> pa.Table:
    """The features with the outcome of each person and day in an extra column.

    Args:
        features: person_id, as_of_date and more.
        activity: as for compute_features; what was applied after ``outcome.known`` is ignored.
    """
    days, applied = as_days(activity["activity_date"]), as_days(activity["applied_as_of"])
    values = np.where(applied <= day_number(outcome.known), as_integers(activity[outcome.measure]), 0)
    used = np.flatnonzero(values)
    names, days, values = as_ids(activity["person_id"])[used], days[used], values[used]
    people, cuts = as_ids(features["person_id"]), as_days(features["as_of_date"])
    result = np.zeros(len(people), dtype=np.int64)
    for cut in np.unique(cuts):
        rows = np.flatnonzero(cuts == cut)
        ids = people[rows]
        here = (days >= cut) & (days < cut + outcome.days)
        at = np.minimum(np.searchsorted(ids, names[here]), len(ids) - 1)
        is_one = ids[at] == names[here]
        np.add.at(result, rows[at[is_one]], values[here][is_one])
    return features.append_column(outcome.name, pa.array(result))


def _one_day(activity: pa.Table, people: pa.Table, catalogue: Catalogue, as_of: date, calendar: Calendar) -> pa.Table:
    here = people.filter(pc.equal(people["as_of_date"], pa.scalar(as_of, pa.date32()))).sort_by("person_id")
    ids = as_ids(here["person_id"])
    today = day_number(as_of)
    person, day, values = _net_days(activity, ids, today, catalogue)
    may_see = {p: day >= dates_or_never(here[p])[person] for p in PURPOSES}
    starts = np.searchsorted(person, np.arange(len(ids) + 1))
    age, days = today - day, Days.of(day, calendar)

    columns: dict[str, pa.Array] = {}
    bands: dict[tuple[object, ...], tuple[np.ndarray, tuple[int, ...]]] = {}
    windows = tuple(sorted({w for f in catalogue.windowed for w in f.windows if w}))
    for feature in catalogue.windowed:
        visible = visible_values(feature, values[feature.measure], may_see[catalogue.purpose_of(feature)], days)
        if feature.kind in ("last", "first"):
            columns[feature.name] = _edge_day(visible, day, starts, feature.kind == "last")
            continue
        key = (feature.measure, feature.months, feature.weekdays, feature.only_sales, feature.kind)
        if key not in bands:
            counted = visible if feature.kind == "sum" else (visible > 0).astype(np.int64)
            bands[key] = (_by_band(person, age, counted, windows, len(ids)), windows)
        table, edges = bands[key]
        for window in feature.windows:
            last_band = len(edges) if window == 0 else edges.index(window)
            columns[feature.column(window)] = pa.array(table[:, last_band])
    return assemble(here, as_of, columns, catalogue)


def assemble(people: pa.Table, as_of: date, columns: dict[str, pa.Array], catalogue: Catalogue) -> pa.Table:
    """Rows of gold.features: the people of a day, their permissions and the columns of measures in order."""
    return pa.table(
        {
            "person_id": people["person_id"],
            "as_of_date": pa.repeat(pa.scalar(as_of, pa.date32()), people.num_rows),
            **{f"{p}_from": people[p] for p in PURPOSES},
            **{f.column(w): columns[f.column(w)] for f in catalogue.windowed for w in f.windows or (0,)},
        }
    )


def _net_days(
    activity: pa.Table, ids: np.ndarray, today: int, catalogue: Catalogue
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Net values known as of today: one entry per person and day (sorted so), tiles and corrections added up."""
    all_days = as_days(activity["activity_date"])
    applied = as_days(activity["applied_as_of"])
    names = as_ids(activity["person_id"])
    at = np.searchsorted(ids, names)
    at = np.minimum(at, max(len(ids) - 1, 0))
    is_here = (ids[at] == names) if len(ids) else np.zeros(len(names), bool)
    keep = np.flatnonzero(is_here & (all_days < today) & (applied <= today))
    keep = keep[np.lexsort((all_days[keep], at[keep]))]
    person, day = at[keep], all_days[keep]
    values = {m.name: as_integers(activity[m.name])[keep] for m in catalogue.measures}
    if len(keep):
        is_first = np.r_[True, (person[1:] != person[:-1]) | (day[1:] != day[:-1])]
        if not is_first.all():
            first = np.flatnonzero(is_first)
            values = {name: np.add.reduceat(v, first) for name, v in values.items()}
            person, day = person[first], day[first]
    return person, day, values


@dataclass(frozen=True)
class Days:
    """Calendar attributes of the days of some entries; ``is_sale`` is None if the calendar has no sales periods."""

    month: np.ndarray
    weekday: np.ndarray
    is_sale: np.ndarray | None

    @staticmethod
    def of(day: np.ndarray, calendar: Calendar) -> "Days":
        month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
        sales = np.fromiter(calendar.sales_days, dtype=np.int64)
        # 1 January 1970 was a Thursday, the fourth day of the week.
        return Days(month, (day + 3) % 7 + 1, np.isin(day, sales) if len(sales) else None)


def visible_values(feature: Feature, values: np.ndarray, may_see: np.ndarray, days: Days) -> np.ndarray:
    counts = may_see
    if feature.months:
        counts = counts & np.isin(days.month, feature.months)
    if feature.weekdays:
        counts = counts & np.isin(days.weekday, feature.weekdays)
    if feature.only_sales:
        counts = counts & days.is_sale if days.is_sale is not None else np.zeros_like(counts)
    return np.where(counts, values, 0)


def _by_band(person: np.ndarray, age: np.ndarray, values: np.ndarray, windows: tuple[int, ...], n: int) -> np.ndarray:
    """Per person, cumulative sums over the windows; the last column is lifetime."""
    width = len(windows) + 1
    band = np.searchsorted(np.asarray(windows), age)
    used = np.flatnonzero(values)
    # Sums stay far below 2**53, up to which a double holds integers exactly.
    sums = np.bincount(person[used] * width + band[used], weights=values[used], minlength=n * width)
    return np.cumsum(sums.reshape(n, width), axis=1).astype(np.int64)


def _edge_day(values: np.ndarray, day: np.ndarray, starts: np.ndarray, is_last: bool) -> pa.Array:
    """Each person's last or first day with a value above zero; null if there is none."""
    n = len(starts) - 1
    result = np.full(n, -1 if is_last else NEVER, dtype=np.int64)
    positive = np.flatnonzero(values > 0)
    owner = np.searchsorted(starts, positive, side="right") - 1
    if is_last:
        np.maximum.at(result, owner, day[positive])
    else:
        np.minimum.at(result, owner, day[positive])
    return date_array(result, np.isin(np.arange(n), owner))


def date_array(days: np.ndarray, is_known: np.ndarray) -> pa.Array:
    return pa.array(days.astype(np.int32), mask=~is_known).cast(pa.date32())


def as_ids(column: pa.ChunkedArray) -> np.ndarray:
    """Ids as fixed-width bytes; pseudonyms are read from the Arrow buffer, without an object per row."""
    array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if len(array) and pc.all(pc.equal(pc.binary_length(array), 32)).as_py():
        _, offsets, values = array.buffers()
        first = np.frombuffer(offsets, dtype=np.int32, count=1, offset=4 * array.offset)[0]
        return np.frombuffer(values, dtype="S32", count=len(array), offset=int(first))
    return np.asarray(array.to_pylist(), dtype="S")


def find_ids(held: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Position of each id among the (sorted) held ids, and whether it is there."""
    if not len(held):
        return np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=bool)
    at = np.minimum(np.searchsorted(held, ids), len(held) - 1)
    return at, held[at] == ids


def as_days(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.cast(pa.int32()).to_numpy(zero_copy_only=False), dtype=np.int64)


def dates_or_never(column: pa.ChunkedArray) -> np.ndarray:
    filled = pc.fill_null(column.cast(pa.int32()), int(NEVER))
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def as_integers(column: pa.ChunkedArray) -> np.ndarray:
    filled = pc.fill_null(column, 0) if column.null_count else column
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def sales_days(periods: Sequence[tuple[date, date]]) -> frozenset[int]:
    """Day numbers of periods given by their first and last day."""
    days: set[int] = set()
    for start, end in periods:
        day = start
        while day <= end:
            days.add(day_number(day))
            day += timedelta(days=1)
    return frozenset(days)
