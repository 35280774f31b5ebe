"""Read a table of many small files by tasks of our own.

Spark's reader takes about ten milliseconds of CPU time per file, these tasks one or two: for a table with a file per
day that is most of the time. To read a few days Spark is better, as it needs no Python workers.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import unquote

import deltalake
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from segspark.spark.classic import tasks_at_once
from segspark.spark.work import shared_out
from segspark.store import Store
from segspark.store.parquet import open_parquet
from segspark.tables.among import Among
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import ARROW_TYPES
from segspark.tables.log_actions import actions_in_log
from segspark.tables.ranges import day_of

TASKS_PER_CORE = 4


def read_by_file(
    spark: SparkSession,
    table: deltalake.DeltaTable,
    store: Store,
    contract: Contract,
    columns: Sequence[str],
    days: tuple[date, date] | None = None,
    among: Among | None = None,
) -> DataFrame:
    """Some columns of a path table partitioned by a date.

    Args:
        store: of the table's folder.
        columns: wanted ones; the partition's date may be among them.
        days: only the rows of the partition dates [first, end).
        among: only these rows.
    """
    actions = actions_in_log(table)
    day = contract.partition_by[0]
    named = zip(actions["path"].to_pylist(), map(day_of, actions[f"partition.{day}"].to_pylist()), strict=True)
    files = sorted((store.url_of(unquote(path)), at) for path, at in named if days is None or days[0] <= at < days[1])
    n_tasks = max(1, min(len(files), TASKS_PER_CORE * tasks_at_once(spark)))
    tasks, parts_of = shared_out(spark, [files[at::n_tasks] for at in range(n_tasks)])
    types = {c.name: c.type for c in contract.columns}
    schema = pa.schema([(name, ARROW_TYPES[types[name]]) for name in columns])

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for its in parts_of(batches):
            for path, value in its:
                yield from _rows(path, day, value, schema, among).to_batches()

    return tasks.mapInArrow(read, from_arrow_schema(schema))


def _rows(path: str, day: str, value: date, schema: pa.Schema, among: Among | None) -> pa.Table:
    stored = open_parquet(path)
    have = set(stored.schema_arrow.names)
    names = [n for n in schema.names if n in have]
    rows = stored.read(columns=names, use_threads=False) if among is None else among.read(stored, names)
    columns = {}
    for field in schema:
        if field.name == day:
            columns[field.name] = pa.array([value] * rows.num_rows, field.type)
        elif field.name in have:
            columns[field.name] = rows[field.name].cast(field.type)
        else:
            # A column that was added to the table later.
            columns[field.name] = pa.nulls(rows.num_rows, field.type)
    return pa.table(columns, schema=schema)
