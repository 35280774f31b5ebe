"""The direct lane of writing: Spark tasks write the Parquet files themselves, the driver commits once.

Spark's own writer takes some milliseconds per file and seconds per commit, which daily partitions multiply; these
files cost about one millisecond each. The tables stay ordinary Delta tables. A task that fails or is repeated
leaves files that no commit names, which VACUUM removes.
"""

import json
import os
import time
import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import deltalake
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import DataFrame

from segspark.errors import CheckFailed
from segspark.tables.contract import Contract

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


def write_files(frame: DataFrame, contract: Contract, root: str) -> list[dict[str, Any]]:
    """Write the rows as files below a table's root, one per task and partition value, and tell what was written.

    Args:
        frame: exactly the contract's columns; rows sorted as they shall lie in the files, those of one partition
            value best in one task.

    Returns:
        One entry per file: path relative to the root, size, statistics, partition value, rows. Bounded by days.
    """

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tables = list(batches)
        if not tables:
            return
        added = list(_write_parts(pa.Table.from_batches(tables), contract, root))
        if added:
            yield pa.RecordBatch.from_pylist(added, schema=_ADDED)

    return [row.asDict() for row in frame.mapInArrow(write, _ADDED_DDL).collect()]


def _write_parts(table: pa.Table, contract: Contract, root: str) -> Iterator[dict[str, Any]]:
    for column in contract.columns:
        if column.required and table[column.name].null_count:
            raise CheckFailed(f"{contract.name}: {table[column.name].null_count} rows have no {column.name}")
    if not table.num_rows:
        return
    if not contract.partition_by:
        yield _write_part(table, contract, root, {})
        return
    names = list(contract.partition_by)
    keys = table.select(names).append_column("_at", pa.array(range(table.num_rows)))
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
        yield _write_part(part, contract, root, {n: _partition_text(group[n]) for n in names})


def _write_part(part: pa.Table, contract: Contract, root: str, values: dict[str, str]) -> dict[str, Any]:
    folder = "/".join(f"{n}={quote(v, safe='')}" for n, v in values.items())
    relative = f"{folder}/" if folder else ""
    name = f"part-{uuid.uuid4().hex}.zstd.parquet"
    os.makedirs(os.path.join(root, folder), exist_ok=True)
    path = os.path.join(root, folder, name)
    data = part.drop_columns(list(values)) if values else part
    pq.write_table(data, path, compression="zstd")
    return {
        "path": quote(f"{relative}{name}", safe="/=%-._"),
        "size": os.path.getsize(path),
        "stats": json.dumps(_statistics(data)),
        "partition": json.dumps(values),
        "rows": part.num_rows,
    }


def _statistics(data: pa.Table) -> dict[str, Any]:
    least, greatest, nulls = {}, {}, {}
    for name in data.column_names[:N_STATISTICS]:
        column = data[name]
        if not (pa.types.is_string(column.type) or pa.types.is_integer(column.type) or pa.types.is_date(column.type)):
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
) -> None:
    """One Delta transaction: add the files; with ``replace`` take the files of those partition values out.

    Args:
        replace: values of the first partition column; an empty list replaces the whole of an unpartitioned table.
        once: application transaction; a second commit under it is skipped by the caller.
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
    properties = deltalake.CommitProperties(app_transactions=[deltalake.Transaction(once, 1)]) if once else None
    filters = [(contract.partition_by[0], "in", replace)] if replace else None
    table.create_write_transaction(
        actions,
        "append" if replace is None else "overwrite",
        table.schema(),
        partition_by=list(contract.partition_by),
        partition_filters=filters,
        commit_properties=properties,
    )
