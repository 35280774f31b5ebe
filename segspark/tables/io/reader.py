"""Spark's Parquet reader over a table's plain files, listed from the Delta log of the version that is read.

To list a version's files, Delta's own reader plans and runs a query: some tenths of a second per table in a plan, and
seconds for the first table of a process. A run that reads ten small tables a day would mostly wait for that.
"""

import json
import re
from datetime import date
from typing import Any
from urllib.parse import unquote

import deltalake
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from segspark.config.url import scheme_of
from segspark.store import Store
from segspark.store.parquet import SPARK_OPTIONS
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.verify import verify_for_spark
from segspark.tables.log_actions import actions_in_log
from segspark.tables.small import rows_of_file

# A range of partition dates [first, end), or a set of them.
Days = tuple[date, date] | frozenset[date]
KNOWN = "known_as_of"
# Spark checks each file that it is given by name; above this number Delta's reader is faster.
MOST_FILES = 2_000
# Of a bucket, what the driver reads without Spark.
FEW_BYTES, FEW_FILES = 4 << 20, 200
_PATTERN = re.compile(r"[*?{}\[\]\\]")


def read_plain(
    spark: SparkSession,
    table: deltalake.DeltaTable,
    store: Store,
    contract: Contract,
    days: Days | None = None,
    known_after: date | None = None,
    is_named: bool = False,
) -> DataFrame | None:
    """The rows of the files that may match; None if there are too many files, if they lie elsewhere, or if Spark would
    take their path for a glob pattern.

    Args:
        store: of the table's folder.
        days: only files of these partition dates.
        known_after: only files with a later ``known_as_of``, by the log's statistics.
        is_named: the rows can tell their files (``_metadata``).
    """
    schema = T.StructType.fromJson(json.loads(table.schema().to_json()))
    rows, root = _files(table, contract, days, known_after), store.for_spark()
    sizes = [(unquote(row["path"]), row["size_bytes"]) for row in rows]
    files = [path for path, _ in sizes]
    if not is_named and is_few(store, sum(size for _, size in sizes), len(files)):
        return _on_driver(spark, table, store, contract, rows, schema)
    verify_for_spark(spark, [(store.url_of(path), size) for path, size in sizes if "://" not in path])
    if len(files) > MOST_FILES or any("://" in path for path in files) or _PATTERN.search(root):
        return None
    if not files:
        return without_rows(spark, schema)
    reader = spark.read.schema(schema).options(**SPARK_OPTIONS).option("basePath", root)
    frame = reader.parquet(*[store.for_spark(path) for path in files])
    if not contract.partition_by:
        return frame
    # Spark puts partition columns last; this reorders them in one JVM call, where selecting hundreds of names takes
    # thousands. For arrays and maps it would add a lambda over each value, at a noticeable cost.
    is_nested = any(isinstance(f.dataType, T.ArrayType | T.MapType | T.StructType) for f in schema.fields)
    return frame.select(*schema.names) if is_nested else frame.to(_as_nullable(schema))


def is_few(store: Store, n_bytes: int, n_files: int) -> bool:
    """Whether the driver reads files of a store itself: of a bucket each is a request then, where Spark makes four of it
    (verified, looked for twice, read)."""
    return bool(scheme_of(store.url)) and n_bytes <= FEW_BYTES and n_files <= FEW_FILES


def _on_driver(
    spark: SparkSession,
    table: deltalake.DeltaTable,
    store: Store,
    contract: Contract,
    files: list[dict[str, Any]],
    schema: T.StructType,
) -> DataFrame:
    stored = pa.schema(table.schema())
    parts = [
        rows_of_file(
            store.url_of(unquote(file["path"])),
            stored,
            {name: file[f"partition.{name}"] for name in contract.partition_by},
        )
        for file in files
    ]
    rows = pa.concat_tables([stored.empty_table(), *parts])
    return spark.createDataFrame(rows, schema) if rows.num_rows else without_rows(spark, schema)


def without_rows(spark: SparkSession, schema: T.StructType) -> DataFrame:
    """A frame known to be empty when its query is planned: what is joined with it or made of it is left out, where an
    empty list of rows would be distributed, shuffled and broadcast by jobs."""
    return spark.createDataFrame([], schema).where("false")


def _as_nullable(schema: T.StructType) -> T.StructType:
    return T.StructType([T.StructField(f.name, f.dataType, True, f.metadata) for f in schema.fields])


def _files(
    table: deltalake.DeltaTable, contract: Contract, days: Days | None, known_after: date | None
) -> list[dict[str, Any]]:
    """The log's rows of files: path, size, partition."""
    actions = actions_in_log(table)
    rows = actions.select([n for n in actions.column_names if n in _looked_at(contract)]).to_pylist()
    return [row for row in rows if _is_wanted(row, contract, days, known_after)]


def _looked_at(contract: Contract) -> set[str]:
    return {"path", "size_bytes", f"max.{KNOWN}", *(f"partition.{name}" for name in contract.partition_by)}


def _is_wanted(row: dict[str, Any], contract: Contract, days: Days | None, known_after: date | None) -> bool:
    if days is not None:
        day = as_date(row[f"partition.{contract.partition_by[0]}"])
        if day is None or not (day in days if isinstance(days, frozenset) else days[0] <= day < days[1]):
            return False
    latest = as_date(row.get(f"max.{KNOWN}"))
    return known_after is None or latest is None or latest > known_after


def within(
    frame: DataFrame, contract: Contract, days: Days | None = None, known_after: date | None = None
) -> DataFrame:
    """Only the matching rows; arguments as in ``read_plain``."""
    if isinstance(days, frozenset):
        frame = frame.where(F.col(contract.partition_by[0]).isin(sorted(days)))
    elif days is not None:
        column = F.col(contract.partition_by[0])
        frame = frame.where((column >= F.lit(days[0])) & (column < F.lit(days[1])))
    return frame if known_after is None else frame.where(F.col(KNOWN) > F.lit(known_after))


def as_date(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
