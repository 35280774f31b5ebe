"""The writer of the Arrow engine: Spark tasks write the Parquet files themselves, the driver commits once.

Spark's own writer takes some milliseconds per file and seconds per commit, multiplied by daily partitions; these
files cost about one millisecond each. The tables stay ordinary Delta tables. A failed or repeated task leaves files
that no commit names; VACUUM removes them.
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
# Only the first columns get statistics: more of them cost more than they save.
N_STATISTICS = 4
# Zstandard's start-up cost per column makes small files slow to write (3.7 ms against 1.6 for 56 columns) and to
# read (3.9 ms against 1.2).
ZSTD_FROM_BYTES = 64_000
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
    """Compute rows for each range of people and write them as files of a table; a task per range.

    Args:
        compute: the contract's columns for the ids [low, high), in the order of the files, as one table or several,
            each of which becomes files; pure except for the files it reads.
        n_bytes: memory of all it reads; determines the number of tasks.
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
    """Collect the results of a function over ranges of people, a task per range; the results must be few."""

    def ask(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for at in batch.column(0).to_pylist():
                yield from compute(*ranges[at]).to_batches()

    tasks = spark.range(0, len(ranges), 1, len(ranges))
    return [row.asDict() for row in tasks.mapInArrow(ask, ddl).collect()]


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
        return pq.ParquetFile(open_url(path)).read(use_threads=False)
    start, end = (pa.scalar(d, pa.int32()).cast(pa.date32()).as_py() for d in (first, last))
    return pq.read_table(open_url(path), filters=[(day, ">=", start), (day, "<=", end)], use_threads=False)


def _conform(rows: pa.Table, columns: dict[str, str]) -> pa.Table:
    """The contract's columns in their order; missing columns are null."""
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
            # Rows of one value are not contiguous: filter them value by value.
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
    # Ids are not dictionary-encoded, because hardly a person occurs twice in a file; they are delta-length encoded,
    # because digits without lengths between them compress faster. Integers are delta-encoded, which is faster to write
    # and to read than a dictionary, and have no statistics, because nobody filters by them.
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
            # A task reads its range of activity from the files of all days: small row groups let it read less.
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
    """Declare columns without nulls in this file as required, so that readers skip the null checks."""
    fields = [f.with_nullable(bool(c.null_count)) for f, c in zip(data.schema, data.columns, strict=True)]
    return pa.Table.from_arrays(data.columns, schema=pa.schema(fields))


def _statistics(data: pa.Table) -> dict[str, Any]:
    least, greatest, nulls = {}, {}, {}
    for name in data.column_names[:N_STATISTICS]:
        column = data[name]
        # Nobody filters by a count or a sum, and every reader parses the statistics of each file.
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
    """One Delta transaction: add the files; with ``replace`` remove the files of those partition values.

    A plain append succeeds whatever others have committed meanwhile. A commit that replaces rows, or whose rows were
    derived from the table, succeeds only at the version at which ``table`` was opened.

    Args:
        replace: values of the first partition column; an empty list replaces an unpartitioned table as a whole.
        once: application transaction; the caller skips a second commit under it.
        is_derived: the appended rows were derived from the table.

    Raises:
        InfrastructureError: somebody else has committed since; the table is as they left it.
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
    # By default delta-rs accepts both of two writers that replace the same empty day.
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
