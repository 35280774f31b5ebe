"""Segment profiles: means, medians, shares and rates, and whether they differ from everybody else's.

Spark computes sums, one row per segment (segment_sums.py); the statistics are computed from them on the driver.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from segspark.measure.defining import Defining
from segspark.measure.earlier import Earlier, dated, ids_of, is_counted_from, known_today, replaced
from segspark.measure.kpi import Kpi, measurable, without_purpose
from segspark.measure.protection import coarse, rounded_counts, rounded_people, shifted, without_counts
from segspark.measure.registry import KPIS
from segspark.measure.segment_sums import EVERYBODY, of_earlier, of_today, read_segment_sums, segment_sums
from segspark.measure.significance import Moments, benjamini_hochberg
from segspark.measure.small_groups import NO_FLOOR
from segspark.tables.contracts import gold
from segspark.tables.contracts.schema import ARROW_TYPES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Spark's types that sums can be made of.
NUMBERS = frozenset(("byte", "short", "integer", "long", "float", "double", "decimal", "boolean"))
KEYS = ("scheme", "segment_id", "segment_name", "n_people")
# Of a day without segments: nobody is known on it, or nobody is in any segment.
NO_ROWS = pa.schema([(c.name, ARROW_TYPES[c.type]) for c in gold.SEGMENT_PROFILES.columns]).empty_table()


@dataclass(frozen=True)
class Profiles:
    """A day's profiles.

    Attributes:
        rows: of gold.segment_profiles, as they may leave the lake.
        exact: of ops.segment_profiles, for the operator.
        left_out: names of KPIs that could not be computed -> why.
        small: scheme -> ids of the segments that hold too few people for a row in ``rows``.
    """

    rows: pa.Table
    exact: pa.Table
    left_out: Mapping[str, str]
    small: Mapping[str, Sequence[str]]


def measure_segments(
    today: "DataFrame",
    people: "DataFrame",
    as_of: date,
    kpis: Sequence[Kpi] | None = None,
    least: int = NO_FLOOR,
    defining: Defining | None = None,
    earlier: Earlier | None = None,
) -> Profiles:
    """The profiles of a day's segments by every KPI whose columns people have.

    A KPI is left out with a note if it asks for a purpose nobody permits, counts what is no number, is stored under
    another's word or raises in its arithmetic; the others go on.

    Args:
        today: person_id, scheme, segment_id, segment_name.
        people: person_id and ``columns_of`` the KPIs.
        kpis: by default all.
        least: groups of fewer people have no ``rows``, and counts are rounded (protection.py).
        defining: which measures define which segments; they get no p-value.
        earlier: who was in found segments before the days of the KPIs.
    """
    wanted = KPIS.all() if kpis is None else tuple(kpis)
    left_out = without_purpose(wanted) | _without_numbers(wanted, people) | _without_own_word(wanted)
    measured = measurable([k for k in wanted if k.name not in left_out], people.columns)
    members = earlier.members if earlier else None
    sums = read_segment_sums(segment_sums(today, people, measured, members), measured)
    day = earlier.day if earlier else None
    rows, exact = (profiles_of(sums, as_of, measured, left_out, floor, defining, day) for floor in (least, NO_FLOOR))
    return Profiles(rows, exact, left_out, small_segments(of_today(sums), least))


def small_segments(sums: pa.Table, least: int) -> dict[str, list[str]]:
    """scheme -> ids of the segments of fewer people.

    Args:
        sums: from ``read_segment_sums``.
    """
    small: dict[str, list[str]] = {}
    for row in sums.select(["scheme", "segment_id", "n_people"]).to_pylist():
        if row["scheme"] != EVERYBODY and row["n_people"] < least:
            small.setdefault(row["scheme"], []).append(row["segment_id"])
    return small


def _without_numbers(kpis: Sequence[Kpi], people: "DataFrame") -> dict[str, str]:
    """The KPIs that count columns without numbers, and which."""
    odd = {f.name for f in people.schema.fields if f.dataType.typeName() not in NUMBERS}
    return {k.name: f"no number: {', '.join(sorted(k.columns & odd))}" for k in kpis if k.columns & odd}


def _without_own_word(kpis: Sequence[Kpi]) -> dict[str, str]:
    """The KPIs whose rows would be stored under the word of an earlier one."""
    owners: dict[str, str] = {}
    return {
        k.name: f"stored as {k.key}, as {owners[k.key]} is" for k in kpis if owners.setdefault(k.key, k.name) != k.name
    }


def profiles_of(
    sums: pa.Table,
    as_of: date,
    kpis: Sequence[Kpi],
    left_out: dict[str, str],
    least: int = NO_FLOOR,
    defining: Defining | None = None,
    earlier: date | None = None,
) -> pa.Table:
    """Rows of gold.segment_profiles, or of ops.segment_profiles without a floor: one per segment and KPI.

    Means and totals are tested by Welch's t-test, shares and rates by a z-test with everybody's dispersion, each
    against the people outside the segment; the p-values are adjusted over all comparisons of a scheme. A measure that
    defines a segment is not tested, unless it is counted from an earlier day on, of the members of that day.

    Args:
        sums: from ``read_segment_sums``.
        left_out: gets the KPIs whose arithmetic raised, and why.
        least: groups of fewer people have no rows, and counts are rounded.
        earlier: the day of the earlier members, if the sums hold some.
    """
    segments, everybody = _parts(of_today(sums), least)
    before = known_today(*_parts(of_earlier(sums), least), segments) if earlier else None
    columns = []
    for kpi in kpis:
        if f"{kpi.key}.error" in sums.column_names:
            left_out[kpi.name] = f"its sums raised {sums[f'{kpi.key}.error'][0].as_py()}"
        elif f"{kpi.key}.y" in sums.column_names and segments.num_rows:
            try:
                rows = dated(_of_kpi(kpi, segments, everybody, least), as_of)
                rows = rows if defining is None else _untested(rows, kpi, defining)
                if before and earlier and is_counted_from(kpi, earlier, as_of):
                    rows = replaced(rows, dated(_of_kpi(kpi, *before, least), earlier))
                columns.append(rows)
            except Exception as error:
                left_out[kpi.name] = f"its interval raised {type(error).__name__}"
    if not columns:
        return NO_ROWS
    table = pa.concat_tables(columns)
    return _adjusted(table.append_column("segment_date", pa.array([as_of] * len(table))), least)


def _parts(sums: pa.Table, least: int) -> tuple[pa.Table, pa.Table]:
    """The segments that are large enough, and everybody."""
    is_all = pa.compute.equal(sums["scheme"], EVERYBODY)
    large = pa.compute.greater_equal(sums["n_people"], least)
    return sums.filter(pa.compute.and_(pa.compute.invert(is_all), large)), sums.filter(is_all)


def _untested(rows: pa.Table, kpi: Kpi, defining: Defining) -> pa.Table:
    """Without the p-values of segments that the KPI defines."""
    kept = [
        None if defining.is_made_of(kpi, *of) else p
        for of, p in zip(ids_of(rows), rows["p_value"].to_pylist(), strict=True)
    ]
    return rows.set_column(rows.schema.get_field_index("p_value"), "p_value", pa.array(kept, pa.float64()))


def _of_kpi(kpi: Kpi, segments: pa.Table, everybody: pa.Table, least: int) -> pa.Table:
    mine, all_of_them = _moments(kpi, segments), _moments(kpi, everybody)
    medians = _numpy(segments, f"{kpi.key}.median") if kpi.has_median else np.full(len(mine.n), np.nan)
    people = _numpy(segments, "n_people")
    if least <= NO_FLOOR:
        numbers = _numbers(kpi, mine, all_of_them, medians)
    elif kpi.is_share_of_people:
        mine, all_of_them = rounded_people(mine, least), rounded_people(all_of_them, least)
        numbers = _numbers(kpi, mine, all_of_them, np.full(len(people), np.nan))
        numbers["rest_value"] = np.clip(numbers["rest_value"], 0.0, 1.0)
        if kpi.interval.ends:
            numbers["low"] = kpi.interval.ends(shifted(mine, -least), all_of_them)[0]
            numbers["high"] = kpi.interval.ends(shifted(mine, least), all_of_them)[1]
        numbers = {name: np.where(mine.x > 0, values, np.nan) for name, values in numbers.items()}
    else:
        numbers = _numbers(kpi, mine, all_of_them, medians)
        n_all = int(everybody["n_people"][0].as_py())
        numbers = without_counts(numbers, mine, all_of_them, people, n_all, least, kpi.is_of_people)
    keys = {n: segments[n] for n in KEYS}
    keys["n_people"] = pa.array(rounded_counts(people, least).astype(int))
    return pa.table(
        {
            **keys,
            "measure": pa.array([kpi.key] * len(segments)),
            **{n: pa.array(list(_written(v)), pa.float64()) for n, v in numbers.items()},
        }
    )


def _numbers(kpi: Kpi, mine: Moments, all_of_them: Moments, medians: np.ndarray) -> dict[str, np.ndarray]:
    rest = mine.rest_of(all_of_them)
    is_total = kpi.denominator is None
    none = np.full(len(mine.n), np.nan)
    low, high = kpi.interval.ends(mine, all_of_them) if kpi.interval.ends else (none, none)
    value, other = (m.y if is_total else m.ratio for m in (mine, rest))
    return {
        "numerator": mine.y,
        "denominator": none if is_total else mine.x,
        "value": value,
        "median": medians,
        "z_score": _z_scores(mine, all_of_them) if kpi.is_of_people and not is_total else none,
        "rest_value": other,
        "low": low,
        "high": high,
        "p_value": kpi.interval.compare(mine, rest, all_of_them),
    }


def _moments(kpi: Kpi, sums: pa.Table) -> Moments:
    y, x, yy, xy, xx = (_numpy(sums, f"{kpi.key}.{part}") for part in ("y", "x", "yy", "xy", "xx"))
    return Moments(x if kpi.is_of_people else _numpy(sums, "n_people"), y, x, yy, xy, xx)


def _numpy(sums: pa.Table, name: str) -> np.ndarray:
    return np.asarray(sums[name].cast("float64").to_numpy(zero_copy_only=False))


def _z_scores(mine: Moments, everybody: Moments) -> np.ndarray:
    """Distance from the list's mean in standard deviations of the list; NaN if nobody differs."""
    spread = everybody.spread
    return np.asarray((mine.ratio - everybody.ratio) / np.where(spread > 0, spread, np.nan))


def _written(values: np.ndarray) -> Iterator[float | None]:
    """Round to twelve digits: the last digits of a sum depend on the order in which the tasks ended."""
    return (None if np.isnan(v) else float(f"{v:.12g}") for v in values)


def _adjusted(table: pa.Table, least: int) -> pa.Table:
    schemes, p = np.asarray(table["scheme"].to_pylist()), _numpy(table, "p_value")
    for scheme in set(schemes.tolist()):
        p[schemes == scheme] = benjamini_hochberg(p[schemes == scheme])
    p = p if least <= NO_FLOOR else coarse(p)
    at = table.schema.get_field_index("p_value")
    return table.set_column(at, "p_value", pa.array(list(_written(p)), pa.float64()))
