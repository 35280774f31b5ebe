"""The lake: Delta tables below one root, created from their contracts, read and written in few, safe ways.

Writes are of four kinds, each safe to repeat: ``append`` once per key (a Delta application transaction),
``replace_range`` (whole partition dates), ``overwrite`` (small tables), ``upsert`` (MERGE by key). All but the last
go the direct lane (direct.py) where the table has plain files.
Tables are created through delta-rs, which takes milliseconds where Spark takes seconds, without deletion
vectors and column mapping, so that every Delta reader can open them.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from segspark.errors import CheckFailed, InfrastructureError
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import schema_json
from segspark.tables.io import conflicts
from segspark.tables.io.reader import Days, read_plain, within
from segspark.tables.io.writer import Computed, commit, write_computed, write_files, write_staged
from segspark.tables.ranges import day_files, odd_feature
from segspark.tables.staging import StagedFile

PROPERTIES = {
    "delta.enableDeletionVectors": "false",
    "delta.dataSkippingNumIndexedCols": "4",
    "delta.checkpointInterval": "50",
}
# Of a table that is appended to by rows: so many files become one.
SMALL_FILES = 64


class Lake:
    """Tables of one workspace, ``<root>/<layer>/<table>``."""

    def __init__(self, root: Path, spark: SparkSession | None = None) -> None:
        self.root = root
        self._spark = spark

    @property
    def spark(self) -> SparkSession:
        if self._spark is None:
            raise InfrastructureError("This lake was opened without a Spark session; only small tables can be read.")
        return self._spark

    def path(self, contract: Contract) -> str:
        return str(self.root / contract.layer / contract.table)

    def exists(self, contract: Contract) -> bool:
        return bool(deltalake.DeltaTable.is_deltatable(self.path(contract)))

    def columns(self, contract: Contract) -> list[str]:
        """Names of the stored columns; none where nothing was written yet."""
        return (
            [f.name for f in deltalake.DeltaTable(self.path(contract)).schema().fields] if self.exists(contract) else []
        )

    def version(self, contract: Contract) -> int | None:
        return deltalake.DeltaTable(self.path(contract)).version() if self.exists(contract) else None

    def why_not_plain(self, contract: Contract) -> str | None:
        """What keeps tasks from reading and writing the table's files themselves; None where nothing does."""
        return odd_feature(deltalake.DeltaTable(self.path(contract))) if self.exists(contract) else None

    def create(self, contract: Contract) -> deltalake.DeltaTable:
        """The table, made where it is missing, with the columns that the contract has gained."""
        if not self.exists(contract):
            return deltalake.DeltaTable.create(
                self.path(contract),
                schema=deltalake.Schema.from_json(schema_json(contract)),
                mode="ignore",
                partition_by=list(contract.partition_by),
                name=contract.name.replace(".", "_"),
                description=f"One row: {contract.grain}. Contract version {contract.version}.",
                configuration=PROPERTIES,
            )
        table = deltalake.DeltaTable(self.path(contract))
        stored = {f.name for f in table.schema().fields}
        missing = [f for f in deltalake.Schema.from_json(schema_json(contract)).fields if f.name not in stored]
        if missing:
            table.alter.add_columns(missing)
        return table

    # Reading ---------------------------------------------------------------------------------------------------

    def read(
        self,
        contract: Contract,
        version: int | None = None,
        days: Days | None = None,
        known_after: date | None = None,
    ) -> DataFrame:
        """The table, or an empty frame of its columns where nothing was written yet.

        Args:
            days: only the rows of the partition dates [first, end), or of a set of them.
            known_after: only the rows with a later ``known_as_of``.
        """
        if not self.exists(contract):
            return self.spark.createDataFrame([], self.schema(contract))
        table = deltalake.DeltaTable(self.path(contract), version=version)
        frame = (
            None
            if odd_feature(table)
            else read_plain(self.spark, table, self.path(contract), contract, days, known_after)
        )
        if frame is None:
            reader = self.spark.read.format("delta")
            if version is not None:
                reader = reader.option("versionAsOf", version)
            frame = reader.load(self.path(contract))
        return within(frame, contract, days, known_after)

    def read_small(
        self,
        contract: Contract,
        filters: list[tuple[str, str, object]] | None = None,
        columns: list[str] | None = None,
    ) -> pa.Table:
        """A small table (ops, registry, definitions, one day's profiles) on the driver, without Spark."""
        if not self.exists(contract):
            schema = pa.schema(deltalake.Schema.from_json(schema_json(contract)))
            return schema.empty_table()
        return deltalake.DeltaTable(self.path(contract)).to_pyarrow_table(filters=filters, columns=columns)

    def n_rows(self, contract: Contract) -> int:
        """Rows by the log's statistics, without reading a file."""
        if not self.exists(contract):
            return 0
        return int(deltalake.DeltaTable(self.path(contract)).count())

    def days(self, contract: Contract) -> list[date]:
        """The partition dates that hold files, from the log alone."""
        if not self.exists(contract):
            return []
        column = contract.partition_by[0]
        partitions = deltalake.DeltaTable(self.path(contract)).partitions()
        return sorted({date.fromisoformat(p[column]) for p in partitions})

    # Writing ---------------------------------------------------------------------------------------------------

    def append(self, contract: Contract, frame: DataFrame, once: str) -> None:
        """Append; a second append under the same ``once`` changes nothing."""
        self.create(contract)
        table = deltalake.DeltaTable(self.path(contract))
        if table.transaction_version(once) is None:
            added = write_files(self._conform(contract, frame), contract, self.path(contract))
            commit(table, contract, added, once=once)

    def append_staged(
        self,
        contract: Contract,
        files: Sequence[StagedFile],
        finish: Callable[[pa.Table], pa.Table],
        order_by: Sequence[str],
        once: str,
    ) -> None:
        """Append staged rows (direct.write_staged); same promise as ``append``."""
        self.create(contract)
        table = deltalake.DeltaTable(self.path(contract))
        if table.transaction_version(once) is None:
            added = write_staged(self.spark, contract, self.path(contract), files, finish, order_by)
            commit(table, contract, added, once=once)

    def append_small(self, contract: Contract, rows: pa.Table, once: str) -> None:
        """Append a handful of rows from the driver, without a Spark job; same promise as ``append``.

        Each call makes a file, and a reader opens them all: now and then they become one.
        """
        self.create(contract)
        table = deltalake.DeltaTable(self.path(contract))
        if table.transaction_version(once) is not None:
            return
        deltalake.write_deltalake(
            table,
            conform_small(table, rows),
            mode="append",
            commit_properties=deltalake.CommitProperties(app_transactions=[deltalake.Transaction(once, 1)]),
        )
        if len(table.file_uris()) >= SMALL_FILES:
            table.optimize.compact()

    def overwrite(self, contract: Contract, frame: DataFrame) -> None:
        """Replace the whole of a small table without partitions."""
        self.create(contract)
        table = deltalake.DeltaTable(self.path(contract))
        commit(table, contract, write_files(self._conform(contract, frame), contract, self.path(contract)), replace=[])

    def overwrite_small(self, contract: Contract, rows: pa.Table) -> None:
        self.create(contract)
        table = deltalake.DeltaTable(self.path(contract))
        deltalake.write_deltalake(table, conform_small(table, rows), mode="overwrite")

    def replace_range(self, contract: Contract, frame: DataFrame, first: date, end: date) -> int:
        """Replace the partition dates [first, end); rows of other days are refused, no rows empties them.

        Returns:
            Rows written.
        """
        if self.why_not_plain(contract):
            return self.replace_by_spark(contract, frame, first, end)
        table = self._open(contract)
        added = write_files(self._conform(contract, frame), contract, self.path(contract))
        return self._commit_days(table, contract, added, first, end)

    def replace_by_spark(self, contract: Contract, frame: DataFrame, first: date, end: date) -> int:
        """``replace_range`` by Spark's own writer, for tables of any kind."""
        self._open(contract)
        column = contract.partition_by[0]
        span = f"{column} >= DATE'{first.isoformat()}' AND {column} < DATE'{end.isoformat()}'"
        writer = self._conform(contract, frame).write.format("delta").mode("overwrite")
        with conflicts.translated(contract, self.version(contract)):
            writer.option("replaceWhere", span).save(self.path(contract))
        return sum(f.rows for f in day_files(self.path(contract), contract) if first <= f.day < end)

    def replace_staged(
        self,
        contract: Contract,
        files: Sequence[StagedFile],
        order_by: Sequence[str],
        first: date,
        end: date,
        apart: Sequence[StagedFile] = (),
    ) -> None:
        """``replace_range`` with staged rows (direct.write_staged), which hold the contract's columns.

        Args:
            apart: rows that go to files of their own, so that the statistics of the others stay narrow.
        """
        if self.why_not_plain(contract):
            paths = [f.path for f in (*files, *apart)]
            rows = self.spark.read.parquet(*paths) if paths else self.read(contract).where("false")
            self.replace_by_spark(contract, rows, first, end)
            return
        table = self._open(contract)
        added = [
            file
            for each in (files, apart)
            for file in write_staged(self.spark, contract, self.path(contract), each, lambda rows: rows, order_by)
        ]
        self._commit_days(table, contract, added, first, end)

    def replace_computed(
        self,
        contract: Contract,
        compute: Computed,
        n_bytes: int,
        first: date,
        end: date,
        read_at: int | None = None,
    ) -> int:
        """``replace_range`` with what a function makes of each range of people (direct.write_computed).

        Args:
            read_at: version of the table that the function's rows follow from; the present one by default.
        """
        table = self._open(contract, read_at)
        added = write_computed(self.spark, contract, self.path(contract), compute, n_bytes)
        return self._commit_days(table, contract, added, first, end)

    def drop_days(self, contract: Contract, before: date) -> None:
        """Empty the partition dates before a day."""
        self._commit_days(self._open(contract), contract, [], date.min, before)

    def _open(self, contract: Contract, version: int | None = None) -> deltalake.DeltaTable:
        """The table, made where it is missing; opened before the work, so that a change meanwhile is a conflict."""
        table = self.create(contract)
        return table if version in (None, table.version()) else deltalake.DeltaTable(self.path(contract), version)

    def _commit_days(
        self, table: deltalake.DeltaTable, contract: Contract, added: list[dict[str, Any]], first: date, end: date
    ) -> int:
        wanted = range(first.toordinal(), end.toordinal())
        return self._commit(table, contract, added, lambda value: date.fromisoformat(value).toordinal() in wanted)

    def replace_dataset(self, contract: Contract, frame: DataFrame, dataset_id: str) -> None:
        """Replace one training set."""
        table = self._open(contract)
        added = write_files(self._conform(contract, frame), contract, self.path(contract))
        self._commit(table, contract, added, lambda value: value == dataset_id)

    def _commit(
        self,
        table: deltalake.DeltaTable,
        contract: Contract,
        added: list[dict[str, Any]],
        is_wanted: Callable[[str], bool],
    ) -> int:
        """Replace the wanted values of the first partition column in one commit.

        Raises:
            CheckFailed: a row has another value; nothing was committed.
        """
        column = contract.partition_by[0]
        found = sorted({json.loads(a["partition"])[column] for a in added})
        strange = [v for v in found if not is_wanted(v)]
        if strange:
            raise CheckFailed(f"{contract.name}: rows of {strange[:3]} are none of those to be replaced.")
        old = {p[column] for p in table.partitions()}
        if replaced := sorted({*filter(is_wanted, old), *found}):
            commit(table, contract, added, replace=replaced)
        return sum(a["rows"] for a in added)

    def upsert(self, contract: Contract, frame: DataFrame, newer: str, days: Iterable[date] | None = None) -> None:
        """MERGE by the contract's key: insert what is new, update where the SQL condition ``newer`` over
        ``old`` and ``new`` holds. ``days`` bounds the target's partitions that can match."""
        from delta.tables import DeltaTable

        table = self._open(contract)
        rows = self._conform(contract, frame)
        if not self.n_rows(contract) or _is_empty(
            rows.join(self.read(contract), on=list(contract.key), how="left_semi")
        ):
            # Nothing to update, the usual case: an append costs a tenth of a MERGE.
            commit(table, contract, write_files(rows, contract, self.path(contract)), is_derived=True)
            return
        conditions = [f"old.{k} <=> new.{k}" for k in contract.key]
        if days is not None and contract.partition_by:
            literals = ", ".join(f"DATE'{d.isoformat()}'" for d in sorted(days))
            conditions.append(f"old.{contract.partition_by[0]} IN ({literals})" if literals else "false")
        merge = (
            DeltaTable.forPath(self.spark, self.path(contract))
            .alias("old")
            .merge(rows.alias("new"), " AND ".join(conditions))
            .whenMatchedUpdateAll(condition=newer)
            .whenNotMatchedInsertAll()
        )
        with conflicts.translated(contract, self.version(contract)):
            merge.execute()

    def remove_unnamed_files(self, contract: Contract, hours: int, dry_run: bool) -> int:
        """Delete the files that no version of the last hours names; how many there are."""
        table = deltalake.DeltaTable(self.path(contract))
        found = table.vacuum(hours, dry_run=True, enforce_retention_duration=False, full=True)
        if found and not dry_run:
            table.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True)
        return len(found)

    def schema(self, contract: Contract) -> T.StructType:
        return T.StructType.fromJson(json.loads(schema_json(contract)))

    def _conform(self, contract: Contract, frame: DataFrame) -> DataFrame:
        """Exactly the contract's columns and types; what is missing is null where the contract allows it.

        Raises:
            CheckFailed: a required column is missing.
        """
        missing = [c.name for c in contract.columns if c.required and c.name not in frame.columns]
        if missing:
            raise CheckFailed(f"{contract.name} needs {missing}; the frame has {sorted(frame.columns)}.")
        fields = self.schema(contract).fields
        if [(f.name, f.dataType) for f in frame.schema.fields] == [(f.name, f.dataType) for f in fields]:
            # A cast that does nothing still costs calls to the JVM for every column.
            return frame
        return frame.select(
            *[
                (F.col(f.name) if f.name in frame.columns else F.lit(None)).cast(f.dataType).alias(f.name)
                for f in fields
            ]
        )


def _is_empty(frame: DataFrame) -> bool:
    return frame.limit(1).count() == 0


def conform_small(table: deltalake.DeltaTable, rows: pa.Table) -> pa.Table:
    """Exactly the stored columns and types, for tables written from the driver."""
    schema = pa.schema(table.schema())
    return pa.table(
        {
            f.name: rows[f.name].cast(f.type) if f.name in rows.column_names else pa.nulls(rows.num_rows, f.type)
            for f in schema
        },
        schema=schema,
    )
