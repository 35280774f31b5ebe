"""The Parquet files of a task's rows, one per partition value, and what the Delta log is told of each."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import deltalake
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.errors import CheckFailed
from segspark.store import Store
from segspark.store.parquet import add_part
from segspark.tables.contracts.contract import Contract
from segspark.tables.file_schema import columns_of
from segspark.tables.ranges import ABOUT, KEY
from segspark.tables.statistics import columns_in_log

ROWS_PER_GROUP = 4_096
# Of bitmaps, each of which takes up to 128 KiB: a question wants those of few slices.
BITMAPS_PER_GROUP = 256
# Zstandard's start-up cost per column makes small files slow to write (3.7 ms against 1.6 for 56 columns) and to
# read (3.9 ms against 1.2).
ZSTD_FROM_BYTES = 64_000


def write_parts(table: pa.Table, contract: Contract, store: Store) -> Iterator[dict[str, Any]]:
    """Write rows as files of a table.

    Args:
        table: exactly the contract's columns, sorted as they should be in the files.
        store: of the table's folder.

    Returns:
        One entry per file: path relative to the root, size, statistics, partition value, rows, columns with their types.

    Raises:
        CheckFailed: a required value is missing.
    """
    for column in contract.columns:
        if column.required and table[column.name].null_count:
            raise CheckFailed(f"{contract.name}: {table[column.name].null_count} rows have no {column.name}")
    if not table.num_rows:
        return
    if not contract.partition_by:
        yield _part(table, contract, store, {})
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
        yield _part(part, contract, store, {n: _partition_text(group[n]) for n in names})


def _rows_per_group(contract: Contract) -> int | None:
    if "slice" in contract.column_names:
        return BITMAPS_PER_GROUP
    return ROWS_PER_GROUP if ABOUT in contract.column_names else None


def _part(part: pa.Table, contract: Contract, store: Store, values: dict[str, str]) -> dict[str, Any]:
    folder = "/".join(f"{n}={quote(v, safe='')}" for n, v in values.items())
    relative = f"{folder}/" if folder else ""
    data = part.drop_columns(list(values)) if values else part
    is_large = data.nbytes > ZSTD_FROM_BYTES * data.num_columns
    data = _tightened(data)
    file = add_part(
        store,
        relative,
        data,
        "zstd" if is_large and not contract.is_wide else "snappy",
        # A task reads its range of activity from the files of all days: small row groups let it read less.
        row_group_size=_rows_per_group(contract),
        **(_wide if contract.is_wide else _fast)(data.schema),
    )
    return {
        "path": quote(file.name, safe="/=%-._"),
        "size": file.size,
        "stats": json.dumps(_statistics(data, columns_in_log(contract))),
        "partition": json.dumps(values),
        "rows": part.num_rows,
        "columns": json.dumps(columns_of(data.schema)),
    }


def _fast(schema: pa.Schema) -> dict[str, Any]:
    """Ids are not dictionary-encoded, because hardly a person occurs twice in a file; they are delta-length encoded,
    because digits without lengths between them compress faster. Integers are delta-encoded, which is faster to write and
    to read than a dictionary, and have no statistics, because nobody filters by them."""
    integers = [f.name for f in schema if pa.types.is_int64(f.type)]
    others = [n for n in schema.names if n not in integers]
    encoding = dict.fromkeys(integers, "DELTA_BINARY_PACKED")
    if KEY in others:
        encoding[KEY] = "DELTA_LENGTH_BYTE_ARRAY"
    return {
        "use_dictionary": [n for n in others if n != KEY], "column_encoding": encoding, "write_statistics": others,
    }  # fmt: skip


def _wide(schema: pa.Schema) -> dict[str, Any]:
    """What the first version of the format has: plain and dictionary encodings, as Spark writes them."""
    return {"use_dictionary": [n for n in schema.names if n != KEY], "version": "1.0"}


def _tightened(data: pa.Table) -> pa.Table:
    """Declare columns without nulls in this file as required, so that readers skip the null checks."""
    fields = [f.with_nullable(bool(c.null_count)) for f, c in zip(data.schema, data.columns, strict=True)]
    return pa.Table.from_arrays(data.columns, schema=pa.schema(fields))


def _statistics(data: pa.Table, names: Sequence[str]) -> dict[str, Any]:
    least, greatest, nulls = {}, {}, {}
    for name in names:
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


def add_actions(added: Iterable[dict[str, Any]], is_new: bool = True) -> list[deltalake.transaction.AddAction]:
    """The actions that add files to a table, from the entries of ``write_parts``.

    Args:
        is_new: their rows are new in the table; False where they come from files that go in the same commit.
    """
    now = int(time.time() * 1000)
    return [
        deltalake.transaction.AddAction(
            path=a["path"],
            size=a["size"],
            partition_values=json.loads(a["partition"]),
            modification_time=now,
            data_change=is_new,
            stats=a["stats"],
        )
        for a in added
    ]
