"""Segment profiles: means, medians, shares and rates, and whether they differ from everybody else's.

Spark computes sums, one row per segment (segment_sums.py); the statistics are computed from them on the driver.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from segspark.measure.kpi import Kpi, measurable, without_purpose
from segspark.measure.registry import KPIS
from segspark.measure.segment_sums import EVERYBODY, read_segment_sums, segment_sums
from segspark.measure.significance import Moments, benjamini_hochberg

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Spark's types that sums can be made of.
NUMBERS = frozenset(("byte", "short", "integer", "long", "float", "double", "decimal", "boolean"))
KEYS = ("scheme", "segment_id", "segment_name", "n_people")


@dataclass(frozen=True)
class Profiles:
    """A day's profiles.

    Attributes:
        rows: of gold.segment_profiles.
        left_out: names of KPIs that could not be computed -> why.
    """

    rows: pa.Table
    left_out: Mapping[str, str]


def measure_segments(
    today: "DataFrame", people: "DataFrame", as_of: date, kpis: Sequence[Kpi] | None = None
) -> Profiles:
    """The profiles of a day's segments by every KPI whose columns people have.

    A KPI is left out with a note if it asks for a purpose nobody permits, counts what is no number, is stored under
    another's word or raises in its arithmetic; the others go on.

    Args:
        today: person_id, scheme, segment_id, segment_name.
        people: person_id and ``columns_of`` the KPIs.
        kpis: by default all.
    """
    wanted = KPIS.all() if kpis is None else tuple(kpis)
    left_out = without_purpose(wanted) | _without_numbers(wanted, people) | _without_own_word(wanted)
    measured = measurable([k for k in wanted if k.name not in left_out], people.columns)
    sums = read_segment_sums(segment_sums(today, people, measured), measured)
    return Profiles(profiles_of(sums, as_of, measured, left_out), left_out)


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


def profiles_of(sums: pa.Table, as_of: date, kpis: Sequence[Kpi], left_out: dict[str, str]) -> pa.Table:
    """Rows of gold.segment_profiles, one per segment and KPI.

    Means and totals are tested by Welch's t-test, shares and rates by a z-test with everybody's dispersion, each
    against the people outside the segment; the p-values are adjusted over all comparisons of a scheme.

    Args:
        sums: from ``read_segment_sums``.
        left_out: gets the KPIs whose arithmetic raised, and why.
    """
    everybody = sums.filter(pa.compute.equal(sums["scheme"], EVERYBODY))
    segments = sums.filter(pa.compute.not_equal(sums["scheme"], EVERYBODY))
    columns = []
    for kpi in kpis:
        if f"{kpi.key}.error" in sums.column_names:
            left_out[kpi.name] = f"its sums raised {sums[f'{kpi.key}.error'][0].as_py()}"
        elif f"{kpi.key}.y" in sums.column_names and segments.num_rows:
            try:
                columns.append(_of_kpi(kpi, segments, everybody))
            except Exception as error:
                left_out[kpi.name] = f"its interval raised {type(error).__name__}"
    if not columns:
        return segments.select(KEYS)[:0]
    table = pa.concat_tables(columns).append_column("segment_date", pa.array([as_of] * len(columns) * len(segments)))
    return _adjusted(table)


def _of_kpi(kpi: Kpi, segments: pa.Table, everybody: pa.Table) -> pa.Table:
    mine, all_of_them = _moments(kpi, segments), _moments(kpi, everybody)
    rest = mine.rest_of(all_of_them)
    is_total = kpi.denominator is None
    none = np.full(len(mine.n), np.nan)
    low, high = kpi.interval.ends(mine, all_of_them) if kpi.interval.ends else (none, none)
    value, other = (m.y if is_total else m.ratio for m in (mine, rest))
    numbers = {
        "numerator": mine.y,
        "denominator": none if is_total else mine.x,
        "value": value,
        "median": _numpy(segments, f"{kpi.key}.median") if kpi.has_median else none,
        "z_score": _z_scores(mine, all_of_them) if kpi.is_of_people and not is_total else none,
        "rest_value": other,
        "low": low,
        "high": high,
        "p_value": kpi.interval.compare(mine, rest, all_of_them),
    }
    return pa.table(
        {
            **{n: segments[n] for n in KEYS},
            "measure": pa.array([kpi.key] * len(segments)),
            **{n: pa.array(list(_written(v)), pa.float64()) for n, v in numbers.items()},
        }
    )


def _moments(kpi: Kpi, sums: pa.Table) -> Moments:
    y, x, yy, xy, xx = (_numpy(sums, f"{kpi.key}.{part}") for part in ("y", "x", "yy", "xy", "xx"))
    return Moments(x if kpi.is_of_people else _numpy(sums, "n_people"), y, x, yy, xy, xx)


def _numpy(sums: pa.Table, name: str) -> np.ndarray:
    return np.asarray(sums[name].cast("float64").to_numpy(zero_copy_only=False))


def _z_scores(mine: Moments, everybody: Moments) -> np.ndarray:
    """Distance from the list's mean in standard deviations of the list; NaN if nobody differs."""
    spread = np.sqrt(everybody.dispersion * (everybody.n - 1) / np.maximum(everybody.n, 1))
    return np.asarray((mine.ratio - everybody.ratio) / np.where(spread > 0, spread, np.nan))


def _written(values: np.ndarray) -> Iterator[float | None]:
    """Round to twelve digits: the last digits of a sum depend on the order in which the tasks ended."""
    return (None if np.isnan(v) else float(f"{v:.12g}") for v in values)


def _adjusted(table: pa.Table) -> pa.Table:
    schemes, p = np.asarray(table["scheme"].to_pylist()), _numpy(table, "p_value")
    for scheme in set(schemes.tolist()):
        p[schemes == scheme] = benjamini_hochberg(p[schemes == scheme])
    at = table.schema.get_field_index("p_value")
    return table.set_column(at, "p_value", pa.array(list(_written(p)), pa.float64()))
