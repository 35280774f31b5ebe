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

from segspark.measure.kpi import Kpi, columns_of
from segspark.measure.quantities import Values

# The scheme of the row with the sums of the whole list.
EVERYBODY = ""
# Before the scheme of members of an earlier day.
EARLIER = "earlier:"
PARTS = ("y", "x", "yy", "xy", "xx")
KEYS = ("scheme", "segment_id", "segment_name")
# A task summarises the values of a median by at most this many points: the median's rank is then exact to .05 %.
POINTS = 1_000
# Number of values of one median that a task holds before it thins them out.
HELD = 50 * POINTS
_COMMON_DDL = (
    "scheme string, segment_id string, segment_name string, n_people long, errors array<string>, sums array<double>"
)
_PARTIAL_DDL = f"{_COMMON_DDL}, points array<binary>"
_SUMS_DDL = f"{_COMMON_DDL}, medians array<double>"
_COMMON = [
    *[(k, pa.string()) for k in KEYS],
    ("n_people", pa.int64()),
    ("errors", pa.list_(pa.string())),
    ("sums", pa.list_(pa.float64())),
]
_PARTIAL = pa.schema([*_COMMON, ("points", pa.list_(pa.binary()))])
_SUMS = pa.schema([*_COMMON, ("medians", pa.list_(pa.float64()))])


def segment_sums(
    today: DataFrame, people: DataFrame, kpis: Sequence[Kpi], earlier: DataFrame | None = None
) -> DataFrame:
    """
    Args:
        today: person_id, scheme, segment_id, segment_name.
        people: person_id and ``columns_of`` the KPIs.
        earlier: as ``today``, the members of an earlier day; their schemes get the prefix ``EARLIER``.

    Returns:
        One row per segment, and one of scheme ``""`` for all people (and another, whose id is ``EARLIER``, for those of
        the earlier day): n_people, ``errors`` (one per KPI, null if it
        went well), ``sums`` (five per KPI: y, x, yy, xy, xx of kpi.py) and ``medians`` (one per KPI that has one).
    """
    columns = sorted({c for k in kpis for c in k.columns})
    permissions = sorted(columns_of(kpis) - set(columns))
    members = today.select("person_id", *KEYS).unionByName(
        people.select("person_id", *[F.lit(EVERYBODY).alias(k) for k in KEYS])
    )
    if earlier is not None:
        members = members.unionByName(_of_earlier(earlier))
    numbers = [F.col(c).cast("double") for c in columns]
    permitted = [F.col(c).isNotNull().cast("double") for c in permissions]
    values = people.select("person_id", F.array(*numbers, *permitted).alias("values"))
    joined = members.join(values, on="person_id", how="inner").select(*KEYS, "values")
    parts = joined.mapInArrow(partial(_partial_sums, (*columns, *permissions), kpis), _PARTIAL_DDL)
    return parts.groupBy(*KEYS).applyInArrow(_merged, _SUMS_DDL)


def _of_earlier(earlier: DataFrame) -> DataFrame:
    """The members of an earlier day, and all of them together: people who came later are compared with nobody."""
    marked = earlier.withColumn("scheme", F.concat(F.lit(EARLIER), "scheme"))
    everybody = earlier.select("person_id").distinct()
    keys = {"scheme": EVERYBODY, "segment_id": EARLIER, "segment_name": EARLIER}
    return marked.select("person_id", *KEYS).unionByName(
        everybody.select("person_id", *[F.lit(keys[k]).alias(k) for k in KEYS])
    )


def of_today(sums: pa.Table) -> pa.Table:
    """The sums of the day's members, and of everybody."""
    is_earlier = pa.compute.starts_with(sums["scheme"], EARLIER)
    return sums.filter(pa.compute.and_not(pa.compute.not_equal(sums["segment_id"], EARLIER), is_earlier))


def of_earlier(sums: pa.Table) -> pa.Table:
    """The sums of the members of the earlier day under the names of their schemes, and of all of them."""
    is_all = pa.compute.and_(pa.compute.equal(sums["scheme"], EVERYBODY), pa.compute.equal(sums["segment_id"], EARLIER))
    mine = sums.filter(pa.compute.or_(pa.compute.starts_with(sums["scheme"], EARLIER), is_all))
    schemes = pa.compute.replace_substring(mine["scheme"], EARLIER, "", max_replacements=1)
    return mine.set_column(mine.schema.get_field_index("scheme"), "scheme", schemes)


def read_segment_sums(sums: DataFrame, kpis: Sequence[Kpi]) -> pa.Table:
    """The sums on the driver, one row per segment: ``<key>.<part>`` and ``<key>.median`` of each KPI, or
    ``<key>.error`` alone if its arithmetic raised in some task.

    Args:
        kpis: those for which the sums were made.
    """
    rows = sums.toArrow().sort_by([("scheme", "ascending"), ("segment_id", "ascending")])
    errors = _first_errors(rows["errors"].to_pylist(), len(kpis))
    columns = {name: rows[name] for name in (*KEYS, "n_people")}
    columns |= _columns([f"{k.key}.{p}" for k in kpis for p in PARTS], rows["sums"])
    columns |= _columns([f"{k.key}.median" for k in kpis if k.has_median], rows["medians"])
    for kpi, error in zip(kpis, errors, strict=True):
        if error:
            columns = {n: c for n, c in columns.items() if n.partition(".")[0] != kpi.key}
            columns[f"{kpi.key}.error"] = pa.array([error] * len(rows))
    return pa.table(columns)


def _columns(names: Sequence[str], lists: pa.ChunkedArray) -> dict[str, pa.Array]:
    table = np.array(lists.to_pylist(), dtype=float).reshape(len(lists), len(names))
    return {name: pa.array(table[:, i]) for i, name in enumerate(names)}


def _partial_sums(
    columns: Sequence[str], kpis: Sequence[Kpi], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The sums of a task's rows, one row per segment."""
    at = {c: i for i, c in enumerate(columns)}
    medians = [i for i, k in enumerate(kpis) if k.has_median]
    people: dict[tuple[str, ...], int] = defaultdict(int)
    sums: dict[tuple[str, ...], np.ndarray] = defaultdict(lambda: np.zeros(len(PARTS) * len(kpis)))
    held: dict[tuple[str, ...], list[list[np.ndarray]]] = defaultdict(lambda: [[] for _ in medians])
    errors: list[str | None] = [None] * len(kpis)
    for batch in batches:
        if not batch.num_rows:
            continue
        table = batch["values"].flatten().to_numpy(zero_copy_only=False).reshape(batch.num_rows, len(columns))
        values = {c: table[:, i] for c, i in at.items()}
        parts = np.column_stack([np.empty((batch.num_rows, 0)), *_parts(kpis, values, batch.num_rows, errors)])
        keys = pa.Table.from_batches([batch]).select(list(KEYS)).append_column("row", [np.arange(batch.num_rows)])
        for group in keys.group_by(list(KEYS)).aggregate([("row", "list")]).to_pylist():
            key, rows = tuple(group[k] for k in KEYS), np.asarray(group["row_list"])
            people[key] += len(rows)
            sums[key] += parts[rows].sum(axis=0)
            for own, i in zip(held[key], medians, strict=True):
                y, x = parts[rows, i * len(PARTS)], parts[rows, i * len(PARTS) + 1]
                _hold(own, y[x > 0] / x[x > 0])
    sums_of_task = [
        {
            **dict(zip(KEYS, key, strict=True)),
            "n_people": n,
            "errors": errors,
            "sums": sums[key].tolist(),
            "points": [_thinned(np.concatenate(values)).tobytes() for values in held[key]],
        }
        for key, n in people.items()
    ]
    yield pa.RecordBatch.from_pylist(sums_of_task, schema=_PARTIAL)


def _parts(kpis: Sequence[Kpi], values: Values, n: int, errors: list[str | None]) -> list[np.ndarray]:
    """The parts of all KPIs, in order; zeros for a KPI whose arithmetic raises, now or in an earlier batch.

    Args:
        errors: by KPI; the kind of error is put there. Its text is not: it may hold values of people.
    """
    parts: list[np.ndarray] = []
    everybody = np.ones(n, dtype=bool)
    for i, kpi in enumerate(kpis):
        its = [np.zeros(n)] * len(PARTS)
        if errors[i] is None:
            try:
                its = list(kpi.parts(values, values[kpi.permission] > 0 if kpi.permission else everybody))
                if any(part.shape != (n,) for part in its):
                    raise ValueError("not one number per person")
            except Exception as error:
                errors[i], its = type(error).__name__, [np.zeros(n)] * len(PARTS)
        parts += its
    return parts


def _first_errors(errors: Sequence[Sequence[str | None]], n: int) -> list[str | None]:
    """For each KPI an error of some task or segment; None if there is none."""
    return [next((row[i] for row in errors if row[i]), None) for i in range(n)]


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
    errors = parts["errors"].to_pylist()
    of_medians = zip(*parts["points"].to_pylist(), strict=True)
    row = {
        **{k: parts[k][0].as_py() for k in KEYS},
        "n_people": sum(parts["n_people"].to_pylist()),
        "errors": _first_errors(errors, len(errors[0])),
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
