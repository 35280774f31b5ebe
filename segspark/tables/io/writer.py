"""The writer of the Arrow engine: Spark tasks write the Parquet files themselves, the driver commits once.

Spark's own writer takes some milliseconds per file and seconds per commit, multiplied by daily partitions; these
files cost about one millisecond each. The tables stay ordinary Delta tables. A failed or repeated task leaves files
that no commit names; VACUUM removes them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from segspark.spark.classic import tasks_at_once
from segspark.spark.work import shared_out
from segspark.store import Store
from segspark.store.parquet import read_parquet
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import ARROW_TYPES, ddl
from segspark.tables.parts import write_parts
from segspark.tables.ranges import OverFiles, files_of_ranges, share_ids
from segspark.tables.staging import StagedFile

_ADDED_DDL = "path string, size bigint, stats string, partition string, rows bigint, columns string"
_ADDED = pa.schema(
    [
        ("path", pa.string()),
        ("size", pa.int64()),
        ("stats", pa.string()),
        ("partition", pa.string()),
        ("rows", pa.int64()),
        ("columns", pa.string()),
    ]
)
# With fewer rows per task the overhead dominates; with more a task needs too much memory.
ROWS_WORTH_A_TASK = 20_000
ROWS_PER_TASK = 300_000

Compute = Callable[[str, str], pa.Table | Iterator[pa.Table]]


def write_files(frame: DataFrame, contract: Contract, store: Store) -> list[dict[str, Any]]:
    """Write the rows as files of a table, one per task and partition value.

    Args:
        store: of the table's folder.
        frame: exactly the contract's columns; rows sorted as they should be in the files, preferably with the rows of
            one partition value in one task.

    Returns:
        One entry per file: path relative to the root, size, statistics, partition value, rows, columns. Bounded by days.
    """

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tables = list(batches)
        if not tables:
            return
        added = list(write_parts(pa.Table.from_batches(tables), contract, store))
        if added:
            yield pa.RecordBatch.from_pylist(added, schema=_ADDED)

    return [row.asDict() for row in frame.mapInArrow(write, _ADDED_DDL).collect()]


def write_staged(
    spark: SparkSession,
    contract: Contract,
    store: Store,
    files: Sequence[StagedFile],
    finish: Callable[[pa.Table], pa.Table],
    order_by: Sequence[str],
) -> list[dict[str, Any]]:
    """Write staged rows as files of a table, without a shuffle: a task reads its days from every staged file.

    Args:
        files: of one kind; sorted by the table's day if it has one.
        finish: pure function from a task's rows to (at least) the contract's columns.
        order_by: columns the rows of a file are sorted by.

    Returns:
        As ``write_files``.
    """
    columns = {c.name: c.type for c in contract.columns}
    day = contract.partition_by[0] if contract.partition_by else None
    tasks, parts_of = shared_out(spark, share_out(files, tasks_at_once(spark)))

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for paths, first, last in parts_of(batches):
            rows = finish(pa.concat_tables([_read_days(path, day, first, last) for path in paths]))
            rows = rows.sort_by([(c, "ascending") for c in ([day] if day else []) + list(order_by)])
            added = list(write_parts(_conform(rows, columns), contract, store))
            if added:
                yield pa.RecordBatch.from_pylist(added, schema=_ADDED)

    if not files:
        return []
    return [row.asDict() for row in tasks.mapInArrow(write, _ADDED_DDL).collect()]


def write_computed(
    spark: SparkSession, contract: Contract, store: Store, compute: Compute, n_bytes: int
) -> list[dict[str, Any]]:
    """Compute rows for each range of people and write them as files of a table; a task per range.

    Args:
        compute: the contract's columns for the ids [low, high), in the order of the files, as one table or several,
            each of which becomes files; pure except for the files it reads.
        n_bytes: memory of all it reads; determines the number of tasks.
    """
    columns = {c.name: c.type for c in contract.columns}
    tasks, computed = _over_ranges(spark, compute, share_ids(n_bytes, tasks_at_once(spark)))

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in computed(batches):
            added = list(write_parts(_conform(rows, columns), contract, store))
            if added:
                yield pa.RecordBatch.from_pylist(added, schema=_ADDED)

    return [row.asDict() for row in tasks.mapInArrow(write, _ADDED_DDL).collect()]


def staged_frame(
    spark: SparkSession,
    contract: Contract,
    files: Sequence[StagedFile],
    finish: Callable[[pa.Table], pa.Table],
    order_by: Sequence[str],
) -> DataFrame:
    """Staged rows for Spark's own writer: those that ``write_staged`` would write, in the same order."""
    columns = {c.name: c.type for c in contract.columns}
    day = contract.partition_by[0] if contract.partition_by else None
    tasks, parts_of = shared_out(spark, share_out(files, tasks_at_once(spark)))

    def rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for paths, first, last in parts_of(batches):
            found = finish(pa.concat_tables([_read_days(path, day, first, last) for path in paths]))
            # Some columns that order the rows are none of the table's.
            found = found.sort_by([(c, "ascending") for c in ([day] if day else []) + list(order_by)])
            yield from _conform(found, columns).to_batches()

    return tasks.mapInArrow(rows, ddl(contract.columns))


def computed_frame(spark: SparkSession, contract: Contract, compute: Compute, n_bytes: int) -> DataFrame:
    """Computed rows for Spark's own writer: those that ``write_computed`` would write, by the same function."""
    columns = {c.name: c.type for c in contract.columns}
    tasks, computed = _over_ranges(spark, compute, share_ids(n_bytes, tasks_at_once(spark)))

    def rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for found in computed(batches):
            yield from _conform(found, columns).to_batches()

    return tasks.mapInArrow(rows, ddl(contract.columns))


def ask_ranges(
    spark: SparkSession, compute: Compute, ranges: Sequence[tuple[str, str]], ddl: str
) -> list[dict[str, Any]]:
    """Collect the results of a function over ranges of people, a task per range; the results must be few."""
    tasks, computed = _over_ranges(spark, compute, ranges)

    def ask(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in computed(batches):
            yield from rows.to_batches()

    return [row.asDict() for row in tasks.mapInArrow(ask, ddl).collect()]


def _over_ranges(
    spark: SparkSession, compute: Compute, ranges: Sequence[tuple[str, str]]
) -> tuple[DataFrame, Callable[[Iterator[pa.RecordBatch]], Iterator[pa.Table]]]:
    """A frame with a task for each range of people, and what computes the tables of a task. Of a function that reads
    files a task is given those of its range alone."""
    if isinstance(compute, OverFiles):
        bare, files = compute.with_files({}), files_of_ranges(compute.files, ranges)
        tasks, parts_of = shared_out(spark, list(zip(ranges, files, strict=True)))

        def computes(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table | Iterator[pa.Table]]:
            for (low, high), its in parts_of(batches):
                yield bare.with_files(its)(low, high)
    else:
        tasks, ranges_of = shared_out(spark, list(ranges))

        def computes(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table | Iterator[pa.Table]]:
            for low, high in ranges_of(batches):
                yield compute(low, high)

    def tables(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
        for made in computes(batches):
            yield from (made,) if isinstance(made, pa.Table) else made

    return tasks, tables


def share_out(files: Sequence[StagedFile], parallelism: int) -> list[tuple[list[str], int, int]]:
    """Paths, first and last day per task: about equal numbers of rows, each day in one task."""
    undated = [f for f in files if not f.days]
    work: list[tuple[list[str], int, int]] = []
    room = 0
    for file in undated:
        if file.rows > room:
            work.append(([], 0, 0))
            room = ROWS_PER_TASK
        work[-1][0].append(file.path)
        room -= file.rows
    per_day: Counter[int] = Counter()
    for file in files:
        per_day.update(file.days)
    total = sum(per_day.values())
    n_tasks = max(1, min(total // ROWS_WORTH_A_TASK, parallelism), -(-total // ROWS_PER_TASK))
    ranges: list[tuple[int, int]] = []
    taken = 0
    for day in sorted(per_day):
        if ranges and taken * n_tasks < total * len(ranges):
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
        taken += per_day[day]
    for first, last in ranges:
        room = 0
        for file in files:
            rows = sum(n for d, n in file.days.items() if first <= d <= last)
            if rows and rows > room:
                # A day too large for one task is written by several, each reading some of the files.
                work.append(([], first, last))
                room = 2 * ROWS_PER_TASK
            if rows:
                work[-1][0].append(file.path)
                room -= rows
    return work


def _read_days(path: str, day: str | None, first: int, last: int) -> pa.Table:
    if day is None:
        return read_parquet(path)
    start, end = (pa.scalar(d, pa.int32()).cast(pa.date32()).as_py() for d in (first, last))
    return read_parquet(path, filters=[(day, ">=", start), (day, "<=", end)])


def _conform(rows: pa.Table, columns: dict[str, str]) -> pa.Table:
    """The contract's columns in their order; missing columns are null."""
    have = set(rows.column_names)
    return pa.table({n: rows[n] if n in have else pa.nulls(rows.num_rows, ARROW_TYPES[t]) for n, t in columns.items()})
