"""Segment profiles: means, medians, shares and rates, and whether they differ from everybody else's.

Spark computes sums, one row per segment (segment_sums.py); the statistics are computed from them on the driver.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from segspark.segments.measures import MEASURES, Measure
from segspark.segments.segment_sums import EVERYBODY
from segspark.segments.significance import Moments, benjamini_hochberg, interval, pooled, welch, wilson


def profiles_of(sums: pa.Table, as_of: date, measures: Sequence[Measure] = MEASURES) -> pa.Table:
    """Rows of gold.segment_profiles, one per segment and measure.

    Means are tested by Welch's t-test, shares and rates by a z-test with everybody's dispersion, each against the
    people outside the segment; the p-values are adjusted over all comparisons of a scheme. Shares of mails have
    Wilson's interval; intervals of rates do not go below zero.

    Args:
        sums: from ``read_segment_sums``.
    """
    have = {name.partition(".")[0] for name in sums.column_names}
    everybody = sums.filter(pa.compute.equal(sums["scheme"], EVERYBODY))
    segments = sums.filter(pa.compute.not_equal(sums["scheme"], EVERYBODY))
    if not segments.num_rows:
        return segments.select(["scheme", "segment_id", "segment_name", "n_people"])
    columns = [_of_measure(m, segments, everybody) for m in measures if m.name in have]
    table = pa.concat_tables(columns).append_column("segment_date", pa.array([as_of] * len(columns) * len(segments)))
    return _adjusted(table)


def _of_measure(measure: Measure, segments: pa.Table, everybody: pa.Table) -> pa.Table:
    mine, all_of_them = _moments(measure, segments), _moments(measure, everybody)
    rest = mine.rest_of(all_of_them)
    is_total, is_share = measure.kind == "total", measure.kind == "share"
    compare = welch if measure.kind in ("mean", "total") else pooled
    low, high = wilson(mine.y, mine.x) if is_share else interval(mine, all_of_them)
    none = np.full(len(mine.n), np.nan)
    value, other = (m.y if is_total else m.ratio for m in (mine, rest))
    if is_total:
        low = high = none
    if measure.kind == "rate":
        low = np.maximum(low, 0.0)
    has_median = f"{measure.name}.median" in segments.column_names
    has_z = measure.kind == "mean" or (is_share and measure.is_of_people)
    numbers = {
        "numerator": mine.y,
        "denominator": none if is_total else mine.x,
        "value": value,
        "median": _numpy(segments, f"{measure.name}.median") if has_median else none,
        "z_score": _z_scores(mine, all_of_them) if has_z else none,
        "rest_value": other,
        "low": low,
        "high": high,
        "p_value": compare(mine, rest, all_of_them),
    }
    keys = {n: segments[n] for n in ("scheme", "segment_id", "segment_name", "n_people")}
    return pa.table(
        {
            **keys,
            "measure": pa.array([measure.name] * len(segments)),
            **{n: pa.array(list(_written(v)), pa.float64()) for n, v in numbers.items()},
        }
    )


def _moments(measure: Measure, sums: pa.Table) -> Moments:
    y, x, yy, xy, xx = (_numpy(sums, f"{measure.name}.{part}") for part in ("y", "x", "yy", "xy", "xx"))
    return Moments(x if measure.is_of_people else _numpy(sums, "n_people"), y, x, yy, xy, xx)


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
