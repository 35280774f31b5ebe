"""The Arrow engine's way of writing: Spark tasks write the Parquet files themselves, the driver commits once.

Spark's own writer takes some milliseconds per file and seconds per commit, which daily partitions multiply; these
files cost about one millisecond each. The tables stay ordinary Delta tables. A task that fails or is repeated
leaves files that no commit names, which VACUUM removes.
"""

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import deltalake
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession

from segspark.errors import CheckFailed
from segspark.store import Store, open_url
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import ARROW_TYPES
from segspark.tables.io import conflicts
from segspark.tables.ranges import ABOUT, KEY, share_ids
from segspark.tables.staging import StagedFile

ROWS_PER_GROUP = 4_096
_ADDED_DDL = "path string, size bigint, stats string, partition string, rows bigint"
_ADDED = pa.schema(
    [
        ("path", pa.string()),
        ("size", pa.int64()),
        ("stats", pa.string()),
        ("partition", pa.string()),
        ("rows", pa.int64()),
    ]
)
# Statistics of the first columns only: many columns of statistics cost more than they save.
N_STATISTICS = 4
# Zstandard's start for each column is what makes small files slow, to write (3.7 ms against 1.6 for 56 columns) and
# to read (3.9 ms against 1.2).
ZSTD_FROM_BYTES = 64_000
# A task of fewer rows costs more than it does; one of more needs too much memory.
ROWS_WORTH_A_TASK = 20_000
ROWS_PER_TASK = 300_000

Compute = Callable[[str, str], pa.Table | Iterator[pa.Table]]


def write_files(frame: DataFrame, contract: Contract, store: Store) -> list[dict[str, Any]]:
    """Write the rows as files of a table, one per task and partition value, and tell what was written.

    Args:
        store: of the table's folder.
        frame: exactly the contract's columns; rows sorted as they shall lie in the files, those of one partition
            value best in one task.

    Returns:
        One entry per file: path relative to the root, size, statistics, partition value, rows. Bounded by days.
    """

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tables = list(batches)
        if not tables:
            return
        added = list(_write_parts(pa.Table.from_batches(tables), contract, store))
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
    """Staged rows as files of a table, without a shuffle: a task reads its days from every staged file.

    Args:
        files: of one kind; sorted by the table's day where it has one.
        finish: what becomes of a task's rows, a pure function to (at least) the contract's columns.
        order_by: columns the rows of a file are sorted by.

    Returns:
        As ``write_files``.
    """
    columns = {c.name: c.type for c in contract.columns}
    day = contract.partition_by[0] if contract.partition_by else None
    work = share_out(files, spark.sparkContext.defaultParallelism)

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for at in batch.column(0).to_pylist():
                paths, first, last = work[at]
                rows = finish(pa.concat_tables([_read_days(path, day, first, last) for path in paths]))
                rows = rows.sort_by([(c, "ascending") for c in ([day] if day else []) + list(order_by)])
                added = list(_write_parts(_conform(rows, columns), contract, store))
                if added:
                    yield pa.RecordBatch.from_pylist(added, schema=_ADDED)

    if not work:
        return []
    tasks = spark.range(0, len(work), 1, len(work))
    return [row.asDict() for row in tasks.mapInArrow(write, _ADDED_DDL).collect()]


def write_computed(
    spark: SparkSession, contract: Contract, store: Store, compute: Compute, n_bytes: int
) -> list[dict[str, Any]]:
    """What a function makes of each range of people, as files of a table; a task per range.

    Args:
        compute: the contract's columns for the ids [low, high), in the order they shall lie in, as one table or
            many of which each becomes files; pure but for the files it reads.
        n_bytes: what it reads in all takes in memory, for the number of tasks.
    """
    columns = {c.name: c.type for c in contract.columns}
    ranges = share_ids(n_bytes, spark.sparkContext.defaultParallelism)

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for at in batch.column(0).to_pylist():
                made = compute(*ranges[at])
                for rows in (made,) if isinstance(made, pa.Table) else made:
                    added = list(_write_parts(_conform(rows, columns), contract, store))
                    if added:
                        yield pa.RecordBatch.from_pylist(added, schema=_ADDED)

    tasks = spark.range(0, len(ranges), 1, len(ranges))
    return [row.asDict() for row in tasks.mapInArrow(write, _ADDED_DDL).collect()]


def ask_ranges(
    spark: SparkSession, compute: Callable[[str, str], pa.Table], ranges: Sequence[tuple[str, str]], ddl: str
) -> list[dict[str, Any]]:
    """What a function finds in ranges of people, a task per range; for findings, which are few."""

    def ask(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for at in batch.column(0).to_pylist():
                yield from compute(*ranges[at]).to_batches()

    tasks = spark.range(0, len(ranges), 1, len(ranges))
    return [row.asDict() for row in tasks.mapInArrow(ask, ddl).collect()]


def share_out(files: Sequence[StagedFile], parallelism: int) -> list[tuple[list[str], int, int]]:
    """Paths, first and last day of each task: about equal numbers of rows, and each day in one task."""
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
                # A day that is too large for one task is written by several, each from some of the files.
                work.append(([], first, last))
                room = 2 * ROWS_PER_TASK
            if rows:
                work[-1][0].append(file.path)
                room -= rows
    return work


def _read_days(path: str, day: str | None, first: int, last: int) -> pa.Table:
    if day is None:
        return pq.ParquetFile(open_url(path)).read(use_threads=False)
    start, end = (pa.scalar(d, pa.int32()).cast(pa.date32()).as_py() for d in (first, last))
    return pq.read_table(open_url(path), filters=[(day, ">=", start), (day, "<=", end)], use_threads=False)


def _conform(rows: pa.Table, columns: dict[str, str]) -> pa.Table:
    """The contract's columns in their order; what the rows lack is null."""
    have = set(rows.column_names)
    return pa.table({n: rows[n] if n in have else pa.nulls(rows.num_rows, ARROW_TYPES[t]) for n, t in columns.items()})


def _write_parts(table: pa.Table, contract: Contract, store: Store) -> Iterator[dict[str, Any]]:
    for column in contract.columns:
        if column.required and table[column.name].null_count:
            raise CheckFailed(f"{contract.name}: {table[column.name].null_count} rows have no {column.name}")
    if not table.num_rows:
        return
    if not contract.partition_by:
        yield _write_part(table, contract, store, {})
        return
    names = list(contract.partition_by)
    keys = table.select(names).append_column("_at", pa.array(np.arange(table.num_rows)))
    groups = keys.group_by(names, use_threads=False).aggregate([("_at", "min"), ("_at", "max"), ("_at", "count")])
    for group in groups.to_pylist():
        first, last = group["_at_min"], group["_at_max"]
        part = table.slice(first, last - first + 1)
        if group["_at_count"] != part.num_rows:
            # Rows of one value do not lie together: take them out one by one.
            mask = None
            for name in names:
                same = pc.equal(part[name], pa.scalar(group[name], part.schema.field(name).type))
                mask = same if mask is None else pc.and_(mask, same)
            part = part.filter(mask)
        yield _write_part(part, contract, store, {n: _partition_text(group[n]) for n in names})


def _write_part(part: pa.Table, contract: Contract, store: Store, values: dict[str, str]) -> dict[str, Any]:
    folder = "/".join(f"{n}={quote(v, safe='')}" for n, v in values.items())
    relative = f"{folder}/" if folder else ""
    data = part.drop_columns(list(values)) if values else part
    compression = "zstd" if data.nbytes > ZSTD_FROM_BYTES * data.num_columns else "snappy"
    name = f"part-{uuid.uuid4().hex}.{compression}.parquet"
    data = _tightened(data)
    # Hardly a person comes twice in a file: a dictionary of them is as long as the column. Of integers it is slower,
    # to write and to read, than their differences; nobody asks for their extremes.
    # Compression finds the ids' digits faster where their lengths do not stand between them.
    integers = [f.name for f in data.schema if pa.types.is_int64(f.type)]
    others = [n for n in data.column_names if n not in integers]
    encoding = dict.fromkeys(integers, "DELTA_BINARY_PACKED")
    if KEY in others:
        encoding[KEY] = "DELTA_LENGTH_BYTE_ARRAY"
    with store.create(f"{relative}{name}") as stream:
        pq.write_table(
            data,
            stream,
            compression=compression,
            # Of activity a task reads its range in the files of all days: the less, the narrower their row groups are.
            row_group_size=ROWS_PER_GROUP if ABOUT in contract.column_names else None,
            use_dictionary=[n for n in others if n != KEY],
            column_encoding=encoding,
            write_statistics=others,
        )
        size = stream.tell()
    return {
        "path": quote(f"{relative}{name}", safe="/=%-._"),
        "size": size,
        "stats": json.dumps(_statistics(data)),
        "partition": json.dumps(values),
        "rows": part.num_rows,
    }


def _tightened(data: pa.Table) -> pa.Table:
    """Said of columns without a null in this file: its readers then look for none."""
    fields = [f.with_nullable(bool(c.null_count)) for f, c in zip(data.schema, data.columns, strict=True)]
    return pa.Table.from_arrays(data.columns, schema=pa.schema(fields))


def _statistics(data: pa.Table) -> dict[str, Any]:
    least, greatest, nulls = {}, {}, {}
    for name in data.column_names[:N_STATISTICS]:
        column = data[name]
        # Nobody looks for rows by a count or a sum, and every reader parses what is told of each file.
        if not (pa.types.is_string(column.type) or pa.types.is_date(column.type)):
            continue
        nulls[name] = column.null_count
        if column.null_count < len(column):
            ends = pc.min_max(column)
            least[name], greatest[name] = _plain(ends["min"].as_py()), _plain(ends["max"].as_py())
    return {"numRecords": data.num_rows, "minValues": least, "maxValues": greatest, "nullCount": nulls}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _partition_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def commit(
    table: deltalake.DeltaTable,
    contract: Contract,
    added: list[dict[str, Any]],
    *,
    replace: list[str] | None = None,
    once: str | None = None,
    is_derived: bool = False,
) -> None:
    """One Delta transaction: add the files; with ``replace`` take the files of those partition values out.

    An append goes in whatever others have committed meanwhile. What replaces, or follows from what the table held,
    goes in at the version that ``table`` was opened at or not at all.

    Args:
        replace: values of the first partition column; an empty list replaces the whole of an unpartitioned table.
        once: application transaction; a second commit under it is skipped by the caller.
        is_derived: the rows to append follow from what the table held.

    Raises:
        InfrastructureError: somebody else has committed since; the table is as that one left it.
    """
    now = int(time.time() * 1000)
    actions = [
        deltalake.transaction.AddAction(
            path=a["path"],
            size=a["size"],
            partition_values=json.loads(a["partition"]),
            modification_time=now,
            data_change=True,
            stats=a["stats"],
        )
        for a in added
    ]
    # Left to itself, delta-rs lets two writers that replace the same empty day both in.
    properties = deltalake.CommitProperties(
        app_transactions=[deltalake.Transaction(once, 1)] if once else None,
        max_commit_retries=None if replace is None and not is_derived else 0,
    )
    filters = [(contract.partition_by[0], "in", replace)] if replace else None
    with conflicts.translated(contract, table.version()):
        table.create_write_transaction(
            actions,
            "append" if replace is None else "overwrite",
            table.schema(),
            partition_by=list(contract.partition_by),
            partition_filters=filters,
            commit_properties=properties,
        )
