"""A Delta table that a catalog keeps (Unity, Glue, Hive, or Spark's own), asked by Spark SQL alone.

It answers what the lake asks of delta-rs about a table, and no more. The catalog decides where the table lies and who
may read it, so its files and its log are never opened by path.
"""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import deltalake
import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.tables.contracts.contract import Contract
from segspark.tables.ranges import OF_CATALOG

Filter = tuple[str, str, object]


class CatalogTable:
    """One version of a table of a catalog; the current one by default."""

    def __init__(self, spark: SparkSession, name: str, contract: Contract, version: int | None = None) -> None:
        """
        Args:
            name: as SQL has it, quoted.
        """
        self._spark, self._name, self._contract, self._version = spark, name, contract, version

    def frame(self) -> DataFrame:
        reader = self._spark.read
        return (reader if self._version is None else reader.option("versionAsOf", self._version)).table(self._name)

    def version(self) -> int:
        if self._version is not None:
            return self._version
        return int(self._spark.sql(f"DESCRIBE HISTORY {self._name} LIMIT 1").collect()[0]["version"])

    def schema(self) -> deltalake.Schema:
        return deltalake.Schema.from_json(self.frame().schema.json())

    def metadata(self) -> Any:
        """The catalog's mark stands for all properties: whoever sees it leaves the table to Spark."""
        return SimpleNamespace(
            configuration={OF_CATALOG: self._name},
            description=self._spark.catalog.getTable(self._name).description,
            partition_columns=list(self._contract.partition_by),
        )

    def transaction_version(self, name: str) -> None:
        """Unknown: Spark's writer passes over a transaction that it has committed before."""

    def count(self) -> int:
        return self.frame().count()

    def partitions(self) -> list[dict[str, str]]:
        names = list(self._contract.partition_by)
        return [{name: str(row[name]) for name in names} for row in self._rows_of_partitions]

    def get_add_actions(self, flatten: bool = True) -> pa.Table:
        """Rows by partition; what the log would say of each file, a catalog does not."""
        names = self._contract.partition_by
        columns = {f"partition.{name}": [_plain(row[name]) for row in self._rows_of_partitions] for name in names}
        return pa.table({**columns, "num_records": [row["n"] for row in self._rows_of_partitions]})

    @cached_property
    def _rows_of_partitions(self) -> list[Any]:
        """One row per partition: bounded by the days that are kept."""
        grouped = self.frame().groupBy(*self._contract.partition_by).agg(F.count(F.lit(1)).alias("n"))
        return sorted(grouped.collect(), key=str)

    def to_pyarrow_table(self, filters: Sequence[Filter] | None = None, columns: list[str] | None = None) -> pa.Table:
        """The rows where all the filters hold, on the driver: for small tables."""
        frame = self.frame()
        for name, operator, value in filters or ():
            frame = frame.where(_OPERATORS[operator](F.col(name), value))
        schema = pa.schema(self.schema())
        wanted = [schema.field(name) for name in (columns if columns is not None else schema.names)]
        return frame.select(*[f.name for f in wanted]).toArrow().cast(pa.schema(wanted))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _is_in(column: Column, values: Any) -> Column:
    return column.isin(list(values))


_OPERATORS: Any = {
    "=": lambda column, value: column == F.lit(value),
    "==": lambda column, value: column == F.lit(value),
    "!=": lambda column, value: column != F.lit(value),
    "<": lambda column, value: column < F.lit(value),
    "<=": lambda column, value: column <= F.lit(value),
    ">": lambda column, value: column > F.lit(value),
    ">=": lambda column, value: column >= F.lit(value),
    "in": _is_in,
    "not in": lambda column, values: ~_is_in(column, values),
}
