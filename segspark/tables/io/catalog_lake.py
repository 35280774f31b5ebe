"""The lake whose tables a catalog keeps: Spark reads and writes them by name, with the same kernels.

Only the tables are the catalog's. Staged files, the lease and the key's check value lie in a place of their own
(``lake_files``), which every executor sees.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Literal

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.config.url import Url
from segspark.errors import GateClosed
from segspark.store import Store
from segspark.tables.contracts.contract import Column, Contract
from segspark.tables.contracts.stamp import stamp_of
from segspark.tables.io.catalog_table import CatalogTable
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import PROPERTIES, anybody
from segspark.tables.ranges import DayFile
from segspark.tables.statistics import columns_in_log

_EVERYBODY = ("", "~")
# Delta refuses to vacuum younger versions.
_LEAST_HOURS = 168


class CatalogLake(SparkLake):
    """The tables of a schema of a catalog: ``main.segspark`` keeps gold.features as main.segspark.gold_features."""

    keeps_files = False

    def __init__(
        self, schema: str, files: Url | Store, spark: SparkSession, may_commit: Callable[[], None] = anybody
    ) -> None:
        """
        Args:
            schema: ``catalog.schema``, or a schema of Spark's current catalog.
            files: where staged files lie.
        """
        super().__init__(files, spark, may_commit)
        self._copies = None
        self.schema = ".".join(f"`{part}`" for part in schema.split("."))

    def path(self, contract: Contract) -> str:
        return f"{self.schema}.`{contract.name.replace('.', '_')}`"

    def sql_name(self, contract: Contract) -> str:
        return self.path(contract)

    def table(self, contract: Contract, version: int | None = None) -> Any:
        return CatalogTable(self.spark, self.path(contract), contract, version)

    def exists(self, contract: Contract) -> bool:
        return bool(self.spark.catalog.tableExists(self.path(contract)))

    def create(self, contract: Contract) -> Any:
        if not self.exists(contract):
            self.may_commit()
            if not self.spark.catalog.databaseExists(self.schema):
                self.spark.sql(f"CREATE SCHEMA {self.schema}")
            self.spark.sql(create_statement(contract, self.path(contract)))
            return self.table(contract)
        there = set(self.columns(contract))
        if missing := [c for c in contract.columns if c.name not in there]:
            self.may_commit()
            self.spark.sql(f"ALTER TABLE {self.path(contract)} ADD COLUMNS ({_columns(missing)})")
        return self.table(contract)

    def files(self, contract: Contract) -> list[DayFile]:
        """The rows of each day, in place of its files: nobody opens those by their paths."""
        days = sorted(self.rows_by_day(contract).items())
        return [DayFile("", day, *_EVERYBODY, rows) for day, rows in days]

    def _read_by_delta(self, contract: Contract, version: int | None) -> DataFrame:
        frame: DataFrame = self.table(contract, version).frame()
        return frame

    def digest(self, contract: Contract) -> None:
        """The catalog answers for its tables' files."""

    def save(
        self,
        contract: Contract,
        rows: DataFrame,
        mode: Literal["append", "overwrite"],
        options: dict[str, str],
        span: str = "",
    ) -> None:
        # Not saveAsTable, which asks some catalogs for a change of the table's columns at each commit.
        stored = self.table(contract).frame().schema.fields
        own = {f.name: F.lit(None).cast(f.dataType) for f in stored if f.name not in rows.columns}
        writer = (rows.withColumns(own) if own else rows).writeTo(self.path(contract)).options(**options)
        if mode == "append":
            writer.append()
        else:
            writer.overwrite(F.expr(span) if span else F.lit(True))

    def delete_days(self, contract: Contract, days: Sequence[date]) -> None:
        """Delete the rows of some partition dates."""
        listed = ", ".join(f"DATE'{day.isoformat()}'" for day in days)
        self.may_commit()
        self.spark.sql(f"DELETE FROM {self.path(contract)} WHERE `{contract.partition_by[0]}` IN ({listed})")

    def join_small_files(self, contract: Contract) -> tuple[int, int] | None:
        """Join small files; the number of files removed and added, None if there was nothing to join."""
        self.may_commit()
        metrics = self.spark.sql(f"OPTIMIZE {self.path(contract)}").collect()[0]["metrics"]
        return (metrics["numFilesRemoved"], metrics["numFilesAdded"]) if metrics["numFilesRemoved"] else None

    def vacuum(self, contract: Contract, hours: int) -> None:
        """Remove the files that no version of the last hours names.

        Raises:
            GateClosed: fewer hours than Delta's own check allows.
        """
        if hours < _LEAST_HOURS:
            raise GateClosed(f"A catalog's tables keep the files of {_LEAST_HOURS} hours; {hours} were asked for.")
        self.may_commit()
        self.spark.sql(f"VACUUM {self.path(contract)} RETAIN {hours} HOURS")

    def remove_unnamed_files(self, contract: Contract, hours: int, dry_run: bool) -> int:
        """None: the catalog, or `maintain`, removes them."""
        return 0


def create_statement(contract: Contract, name: str) -> str:
    """CREATE TABLE of a contract, with its comments."""
    by = f" PARTITIONED BY ({', '.join(f'`{c}`' for c in contract.partition_by)})" if contract.partition_by else ""
    settings = PROPERTIES | {"delta.dataSkippingStatsColumns": ",".join(columns_in_log(contract))}
    properties = ", ".join(f"{_text(key)} = {_text(value)}" for key, value in settings.items())
    return (
        f"CREATE TABLE IF NOT EXISTS {name} ({_columns(contract.columns)}) USING delta{by} "
        f"COMMENT {_text(stamp_of(contract))} TBLPROPERTIES ({properties})"
    )


def _columns(columns: Any) -> str:
    return ", ".join(map(_column, columns))


def _column(column: Column) -> str:
    return f"`{column.name}` {column.type}{' NOT NULL' if column.required else ''} COMMENT {_text(column.comment)}"


def _text(words: str) -> str:
    return "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'"
