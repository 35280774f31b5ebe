"""Sums over the members of each segment, from which a day's profiles are made.

These are hundreds of sums by a few keys: as columns of a query they would cost more to plan and interpret than to
compute. So each task sums with numpy, and one task per segment merges the parts.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.segments.measures import Measure

# The scheme of the row with the sums of the whole list.
EVERYBODY = ""
PARTS = ("y", "x", "yy", "xy", "xx")
KEYS = ("scheme", "segment_id", "segment_name")
# A task summarises the values of a median by at most this many points: the median's rank is then exact to .05 %.
POINTS = 1_000
# Number of values of one median that a task holds before it thins them out.
HELD = 50 * POINTS
_PARTIAL_DDL = (
    "scheme string, segment_id string, segment_name string, n_people long, sums array<double>, points array<binary>"
)
_SUMS_DDL = (
    "scheme string, segment_id string, segment_name string, n_people long, sums array<double>, medians array<double>"
)
_KEY_FIELDS = [(k, pa.string()) for k in KEYS]
_PARTIAL = pa.schema(
    [*_KEY_FIELDS, ("n_people", pa.int64()), ("sums", pa.list_(pa.float64())), ("points", pa.list_(pa.binary()))]
)
_SUMS = pa.schema(
    [*_KEY_FIELDS, ("n_people", pa.int64()), ("sums", pa.list_(pa.float64())), ("medians", pa.list_(pa.float64()))]
)


def segment_sums(today: DataFrame, people: DataFrame, measures: Sequence[Measure]) -> DataFrame:
    """
    Args:
        today: person_id, scheme, segment_id, segment_name.
        people: person_id and the columns of the measures.

    Returns:
        One row per segment, and one of scheme ``""`` for all people: n_people, ``sums`` (five per measure: y, x, yy,
        xy, xx of measures.py) and ``medians`` (one per measure that is a mean).
    """
    columns = sorted({c for m in measures for c in m.columns})
    members = today.select("person_id", *KEYS).unionByName(
        people.select("person_id", *[F.lit(EVERYBODY).alias(k) for k in KEYS])
    )
    values = people.select("person_id", F.array(*[F.col(c).cast("double") for c in columns]).alias("values"))
    joined = members.join(values, on="person_id", how="inner").select(*KEYS, "values")
    parts = joined.mapInArrow(partial(_partial_sums, columns, measures), _PARTIAL_DDL)
    return parts.groupBy(*KEYS).applyInArrow(_merged, _SUMS_DDL)


def read_segment_sums(sums: DataFrame, measures: Sequence[Measure]) -> pa.Table:
    """The sums on the driver, one row per segment: ``<measure>.<part>`` and ``<measure>.median``.

    Args:
        measures: those for which the sums were made.
    """
    rows = sums.toArrow().sort_by([("scheme", "ascending"), ("segment_id", "ascending")])
    columns = {name: rows[name] for name in (*KEYS, "n_people")}
    names = [f"{m.name}.{p}" for m in measures for p in PARTS]
    columns |= _columns(names, rows["sums"])
    columns |= _columns([f"{m.name}.median" for m in measures if m.kind == "mean"], rows["medians"])
    return pa.table(columns)


def _columns(names: Sequence[str], lists: pa.ChunkedArray) -> dict[str, pa.Array]:
    table = np.array(lists.to_pylist(), dtype=float).reshape(len(lists), len(names))
    return {name: pa.array(table[:, i]) for i, name in enumerate(names)}


def _partial_sums(
    columns: Sequence[str], measures: Sequence[Measure], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The sums of a task's rows, one row per segment."""
    at = {c: i for i, c in enumerate(columns)}
    medians = [at[m.top] for m in measures if m.kind == "mean"]
    people: dict[tuple[str, ...], int] = defaultdict(int)
    sums: dict[tuple[str, ...], np.ndarray] = defaultdict(lambda: np.zeros(len(PARTS) * len(measures)))
    held: dict[tuple[str, ...], list[list[np.ndarray]]] = defaultdict(lambda: [[] for _ in medians])
    for batch in batches:
        if not batch.num_rows:
            continue
        table = batch["values"].flatten().to_numpy(zero_copy_only=False).reshape(batch.num_rows, len(columns))
        parts = np.column_stack([p for m in measures for p in m.parts({c: table[:, at[c]] for c in m.columns})])
        keys = pa.Table.from_batches([batch]).select(list(KEYS)).append_column("row", [np.arange(batch.num_rows)])
        for group in keys.group_by(list(KEYS)).aggregate([("row", "list")]).to_pylist():
            key, rows = tuple(group[k] for k in KEYS), np.asarray(group["row_list"])
            people[key] += len(rows)
            sums[key] += parts[rows].sum(axis=0)
            for values, column in zip(held[key], medians, strict=True):
                mine = table[rows, column]
                _hold(values, mine[~np.isnan(mine)])
    sums_of_task = [
        {
            **dict(zip(KEYS, key, strict=True)),
            "n_people": n,
            "sums": sums[key].tolist(),
            "points": [_thinned(np.concatenate(values)).tobytes() for values in held[key]],
        }
        for key, n in people.items()
    ]
    yield pa.RecordBatch.from_pylist(sums_of_task, schema=_PARTIAL)


def _hold(values: list[np.ndarray], new: np.ndarray) -> None:
    """Keep values with their weights; above a bound they are thinned out."""
    values.append(np.column_stack([new, np.ones(len(new))]))
    if sum(map(len, values)) > HELD:
        values[:] = [_thinned(np.concatenate(values))]


def _thinned(points: np.ndarray) -> np.ndarray:
    """At most POINTS (value, weight) that represent these, each for neighbours of equal total weight."""
    if len(points) <= POINTS:
        return points
    points = points[np.argsort(points[:, 0], kind="stable")]
    reached = np.cumsum(points[:, 1])
    middle = (np.arange(POINTS) + 0.5) * reached[-1] / POINTS
    return np.column_stack([points[np.searchsorted(reached, middle), 0], np.full(POINTS, reached[-1] / POINTS)])


def _merged(parts: pa.Table) -> pa.Table:
    """Merge the parts of one segment into one row."""
    of_medians = zip(*parts["points"].to_pylist(), strict=True)
    row = {
        **{k: parts[k][0].as_py() for k in KEYS},
        "n_people": sum(parts["n_people"].to_pylist()),
        "sums": np.array(parts["sums"].to_pylist(), dtype=float).sum(axis=0).tolist(),
        "medians": [_median(np.frombuffer(b"".join(points)).reshape(-1, 2)) for points in of_medians],
    }
    return pa.Table.from_pylist([row], schema=_SUMS)


def _median(points: np.ndarray) -> float | None:
    """The weighted median, the lower of two middle values; None if there are no values."""
    if not len(points):
        return None
    points = points[np.lexsort(points.T[::-1])]
    reached = np.cumsum(points[:, 1])
    return float(points[np.searchsorted(reached, reached[-1] / 2), 0])
