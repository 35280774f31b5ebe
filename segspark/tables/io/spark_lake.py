"""The lake with a Spark session: reads tables as frames and writes them in a few safe ways.

There are four kinds of writes, each safe to repeat: ``append`` once per key (a Delta application transaction),
``replace_range`` (whole partition dates), ``overwrite`` (small tables), ``upsert`` (MERGE by key). If the table has
plain files and asks nothing of its writer (rules_of_table.py), all but the last are done by tasks that write the files
themselves, and one commit (writer.py). Else Spark writes the rows, which the same functions compute.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import deltalake
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.config.url import Url, scheme_of
from segspark.errors import CheckFailed, GateClosed
from segspark.points import point
from segspark.store import Store
from segspark.store.parquet import SPARK_OPTIONS
from segspark.tables.among import Among
from segspark.tables.contracts.contract import Contract
from segspark.tables.io import conflicts
from segspark.tables.io.by_file import read_by_file
from segspark.tables.io.by_spark import days_span, key_span, write_by_spark
from segspark.tables.io.commit import commit
from segspark.tables.io.conform import conform, schema_of
from segspark.tables.io.merge import files_to_update, merged, rows_of_files
from segspark.tables.io.reader import Days, as_date, is_few, read_plain, within, without_rows
from segspark.tables.io.writer import Compute, computed_frame, staged_frame, write_computed, write_files, write_staged
from segspark.tables.lake import Lake, anybody, conform_small
from segspark.tables.log_actions import actions_in_log
from segspark.tables.own_commits import LoggedFile, logged_files, replace_files
from segspark.tables.parts import write_parts
from segspark.tables.ranges import odd_feature
from segspark.tables.rules_of_table import why_spark_writes
from segspark.tables.staging import StagedFile


class SparkLake(Lake):
    """A lake and the session that reads and writes it."""

    def __init__(
        self,
        at: Url | Path | str | Store,
        spark: SparkSession,
        may_commit: Callable[[], None] = anybody,
        is_wide: bool = False,
    ) -> None:
        super().__init__(at, may_commit, is_wide)
        self.spark = spark

    @staticmethod
    def of(lake: Lake, spark: SparkSession) -> "SparkLake":
        """The same lake, which knows what was read of its logs."""
        made = SparkLake(lake.store, spark, lake.may_commit, lake.is_wide)
        made._copies = lake._copies
        return made

    def read(
        self,
        contract: Contract,
        version: int | None = None,
        days: Days | None = None,
        known_after: date | None = None,
        is_named: bool = False,
    ) -> DataFrame:
        """The table, or an empty frame with its columns if nothing was written yet.

        Args:
            days: only the rows of the partition dates [first, end), or of a set of them.
            known_after: only the rows with a later ``known_as_of``.
            is_named: the rows can tell their files (``_metadata``).
        """
        if not self.exists(contract):
            return without_rows(self.spark, schema_of(contract))
        table = self.table(contract, version)
        frame = (
            None
            if odd_feature(table)
            else read_plain(self.spark, table, self.folder(contract), contract, days, known_after, is_named)
        )
        if frame is None:
            frame = self._read_by_delta(contract, version)
        return within(frame, contract, days, known_after)

    def _read_by_delta(self, contract: Contract, version: int | None) -> DataFrame:
        """All rows, by Delta's own reader."""
        reader = self.spark.read.format("delta").options(**SPARK_OPTIONS)
        if version is not None:
            reader = reader.option("versionAsOf", version)
        return reader.load(self.folder(contract).for_spark())

    def sql_name(self, contract: Contract) -> str:
        """The table's name in a statement of SQL."""
        path = self.folder(contract).for_spark().replace("`", "``")
        return f"delta.`{path}`"

    def save(
        self,
        contract: Contract,
        rows: DataFrame,
        mode: Literal["append", "overwrite"],
        options: dict[str, str],
        span: str = "",
    ) -> None:
        """Commit rows by Spark's own writer.

        Args:
            span: SQL condition of the rows that are replaced; all of them with ``overwrite`` and without one.
        """
        writer = rows.write.format("delta").mode(mode).options(**SPARK_OPTIONS, **options)
        (writer.option("replaceWhere", span) if span else writer).save(self.folder(contract).for_spark())

    def read_by_file(
        self,
        contract: Contract,
        columns: Sequence[str],
        days: tuple[date, date] | None = None,
        among: Among | None = None,
    ) -> DataFrame:
        """Some columns of a table that has one or more files for each of many days.

        Args:
            among: only these rows.
        """
        if not self.why_not_plain(contract) and self.n_rows(contract):
            table = self.table(contract)
            sizes = actions_in_log(table)["size_bytes"].to_pylist()
            if not is_few(self.folder(contract), sum(sizes), len(sizes)):
                return read_by_file(self.spark, table, self.folder(contract), contract, columns, days, among)
        rows = self.read(contract, days=days)
        return (rows if among is None else _chosen(rows, among)).select(*columns)

    def append(self, contract: Contract, frame: DataFrame, once: str) -> None:
        """Append; a second append under the same ``once`` changes nothing."""
        self.create(contract)
        table = self.table(contract)
        if table.transaction_version(once) is not None:
            return
        if why_spark_writes(table):
            write_by_spark(self, contract, frame, "append", once=once)
            return
        added = write_files(conform(contract, frame), self.laid_out(contract), self.folder(contract))
        self._commit_files(table, contract, added, once=once)

    def append_staged(
        self,
        contract: Contract,
        files: Sequence[StagedFile],
        finish: Callable[[pa.Table], pa.Table],
        order_by: Sequence[str],
        once: str,
    ) -> None:
        """Append staged rows (writer.write_staged); same guarantee as ``append``."""
        self.create(contract)
        table = self.table(contract)
        if table.transaction_version(once) is not None:
            return
        if why_spark_writes(table):
            rows = staged_frame(self.spark, contract, files, finish, order_by)
            write_by_spark(self, contract, rows, "append", once=once)
            return
        added = write_staged(self.spark, self.laid_out(contract), self.folder(contract), files, finish, order_by)
        self._commit_files(table, contract, added, once=once)

    def overwrite(self, contract: Contract, frame: DataFrame) -> None:
        """Replace all rows of a small table without partitions."""
        self.create(contract)
        table = self.table(contract)
        if why_spark_writes(table):
            write_by_spark(self, contract, frame, "overwrite")
            return
        added = write_files(conform(contract, frame), self.laid_out(contract), self.folder(contract))
        self._commit_files(table, contract, added, replace=[])

    def replace_range(self, contract: Contract, frame: DataFrame, first: date, end: date) -> int:
        """Replace the partition dates [first, end); rows of other days are refused; without rows the dates are emptied.

        Returns:
            Rows written.
        """
        table = self._open(contract)
        if why_spark_writes(table):
            return self.replace_by_spark(contract, frame, first, end)
        return self._commit_days(table, contract, self._written(contract, frame), first, end)

    def replace_by_spark(
        self, contract: Contract, frame: DataFrame, first: date, end: date, read_at: int | None = None
    ) -> int:
        """``replace_range`` by Spark's own writer, for tables of any kind; in a bucket Spark commits to none of ours."""
        table = self._open(contract)
        if scheme_of(self.store.url) and not why_spark_writes(table):
            return self._commit_days(table, contract, self._written(contract, frame), first, end)
        span = days_span(contract, first.isoformat(), end.isoformat())
        write_by_spark(self, contract, frame, "overwrite", span=span, read_at=read_at)
        return sum(n for day, n in self.rows_by_day(contract).items() if first <= day < end)

    def replace_staged(
        self,
        contract: Contract,
        files: Sequence[StagedFile],
        order_by: Sequence[str],
        first: date,
        end: date,
        apart: Sequence[StagedFile] = (),
    ) -> None:
        """``replace_range`` with staged rows (writer.write_staged), which hold the contract's columns.

        Args:
            apart: rows written to separate files, so that the statistics of the other files stay narrow.
        """
        table = self._open(contract)
        if why_spark_writes(table):
            rows = staged_frame(self.spark, contract, (*files, *apart), lambda staged: staged, order_by)
            self.replace_by_spark(contract, rows, first, end)
            return
        added = [
            file
            for each in (files, apart)
            for file in write_staged(
                self.spark, self.laid_out(contract), self.folder(contract), each, lambda rows: rows, order_by
            )
        ]
        self._commit_days(table, contract, added, first, end)

    def replace_computed(
        self,
        contract: Contract,
        compute: Compute,
        n_bytes: int,
        first: date,
        end: date,
        read_at: int | None = None,
    ) -> int:
        """``replace_range`` with rows computed by a function per range of people (writer.write_computed).

        Args:
            read_at: version of the table from which the rows were derived; the current one by default.
        """
        table = self._open(contract, read_at)
        if why_spark_writes(table):
            rows = computed_frame(self.spark, contract, compute, n_bytes)
            return self.replace_by_spark(contract, rows, first, end, table.version())
        added = write_computed(self.spark, self.laid_out(contract), self.folder(contract), compute, n_bytes)
        return self._commit_days(table, contract, added, first, end)

    def replace_small(self, contract: Contract, rows: pa.Table, first: date, end: date) -> None:
        """``replace_range`` with a handful of rows from the driver, without a Spark job."""
        table = self._open(contract)
        small = conform_small(table, rows)
        if why_spark_writes(table):
            self.replace_by_spark(contract, self.spark.createDataFrame(small).coalesce(1), first, end)
            return
        added = list(write_parts(small, self.laid_out(contract), self.folder(contract)))
        self._commit_days(table, contract, added, first, end)

    def drop_days(self, contract: Contract, first: date, end: date) -> None:
        """Empty the partition dates [first, end)."""
        table = self._open(contract)
        if not why_spark_writes(table):
            self._commit_days(table, contract, [], first, end)
        elif any(first <= day < end for day in self.days(contract)):
            self.replace_by_spark(contract, without_rows(self.spark, schema_of(contract)), first, end)

    def _written(self, contract: Contract, frame: DataFrame) -> list[dict[str, Any]]:
        return write_files(conform(contract, frame), self.laid_out(contract), self.folder(contract))

    def _open(self, contract: Contract, version: int | None = None) -> deltalake.DeltaTable:
        """The table, created if missing; opened before the work, so that a concurrent change is a conflict."""
        table = self.create(contract)
        return table if version in (None, table.version()) else self.table(contract, version)

    def _commit_days(
        self, table: deltalake.DeltaTable, contract: Contract, added: list[dict[str, Any]], first: date, end: date
    ) -> int:
        wanted = range(first.toordinal(), end.toordinal())
        return self._commit(table, contract, added, lambda value: date.fromisoformat(value).toordinal() in wanted)

    def replace_dataset(self, contract: Contract, frame: DataFrame, dataset_id: str) -> None:
        """Replace one training set."""
        table = self._open(contract)
        if why_spark_writes(table):
            write_by_spark(self, contract, frame, "overwrite", span=key_span(contract, dataset_id))
            return
        added = write_files(conform(contract, frame), self.laid_out(contract), self.folder(contract))
        self._commit(table, contract, added, lambda value: value == dataset_id)

    def _commit(
        self,
        table: deltalake.DeltaTable,
        contract: Contract,
        added: list[dict[str, Any]],
        is_wanted: Callable[[str], bool],
    ) -> int:
        """Replace some values of the first partition column in one commit.

        Raises:
            CheckFailed: a row has another value; nothing was committed.
        """
        column = contract.partition_by[0]
        written = sorted({json.loads(a["partition"])[column] for a in added})
        strange = [v for v in written if not is_wanted(v)]
        if strange:
            raise CheckFailed(f"{contract.name}: rows of {strange[:3]} are none of those to be replaced.")
        old = {p[column] for p in table.partitions()}
        if replaced := sorted({*filter(is_wanted, old), *written}):
            self._commit_files(table, contract, added, replace=replaced)
        return sum(a["rows"] for a in added)

    def upsert(self, contract: Contract, frame: DataFrame, newer: str, days: Iterable[date] | None = None) -> None:
        """MERGE by the contract's key: insert new keys, update where the SQL condition ``newer`` over ``old`` and
        ``new`` holds. ``days`` limits the target's partitions that can match."""
        table = self._open(contract)
        rows = conform(contract, frame)
        only = None if days is None or not contract.partition_by else frozenset(days)
        if not why_spark_writes(table) and (
            not self.n_rows(contract)
            or _is_empty(rows.join(self.read(contract, days=only), on=list(contract.key), how="left_semi"))
        ):
            # Usually there is nothing to update, and an append costs a tenth of a MERGE.
            self._commit_files(
                table, contract, write_files(rows, self.laid_out(contract), self.folder(contract)), is_derived=True
            )
            return
        if scheme_of(self.store.url) and not why_spark_writes(table):
            self._upsert_files(contract, table, rows, newer, only)
            return
        conditions = [f"old.{k} <=> new.{k}" for k in contract.key]
        if only is not None:
            literals = ", ".join(f"DATE'{d.isoformat()}'" for d in sorted(only))
            conditions.append(f"old.{contract.partition_by[0]} IN ({literals})" if literals else "false")
        update, insert = "UPDATE SET *", "INSERT *"
        if not {f.name for f in table.schema().fields} <= set(rows.columns):
            # The table has columns of its own, which it fills itself or leaves null.
            names = [f"`{name}`" for name in rows.columns]
            update = f"UPDATE SET {', '.join(f'{name} = new.{name}' for name in names)}"
            insert = f"INSERT ({', '.join(names)}) VALUES ({', '.join(f'new.{name}' for name in names)})"
        merge = (
            f"MERGE INTO {self.sql_name(contract)} AS old USING {{rows}} AS new ON {' AND '.join(conditions)} "
            f"WHEN MATCHED AND ({newer}) THEN {update} WHEN NOT MATCHED THEN {insert}"
        )
        with conflicts.translated(contract, self.version(contract)), conflicts.refusals_told(contract):
            point("to_merge")
            self.may_commit()
            self.spark.sql(merge, rows=rows)
        point("merged")
        # The question before the job says nothing of its end, and the next commit may be far away.
        self.may_commit()
        self.digest(contract)

    def _upsert_files(
        self,
        contract: Contract,
        table: deltalake.DeltaTable,
        rows: DataFrame,
        newer: str,
        days: Iterable[date] | None = None,
    ) -> None:
        """``upsert`` of rows of which some are there, without a commit by Spark.

        Raises:
            GateClosed: the table has columns of its own, whose values would be lost with the files.
        """
        if more := sorted({f.name for f in table.schema().fields} - set(rows.columns)):
            raise GateClosed(
                f"{contract.name} at {self.path(contract)} has columns of its own ({', '.join(more)}), which an update "
                "of rows in a bucket does not keep. Take them from the table, and run again. Nothing was written."
            )
        folder = self.folder(contract)
        only = None if days is None or not contract.partition_by else frozenset(days)
        files = [f for f in logged_files(table) if only is None or as_date(f.values[contract.partition_by[0]]) in only]
        touched: list[LoggedFile] = []
        if files:
            old = self.read(contract, days=only, is_named=True)
            touched = files_to_update(files, old, rows, contract)
            rows = conform(contract, merged(rows_of_files(old, touched), rows, contract, newer))
        added = write_files(rows, self.laid_out(contract), folder)
        replace_files(self, contract, table, touched, added, is_same_rows=False)

    def _commit_files(
        self, table: deltalake.DeltaTable, contract: Contract, added: list[dict[str, Any]], **how: Any
    ) -> None:
        """``commit``, and the digest of what it has added to the log."""
        point("files_written")
        self.may_commit()
        is_alone = how.get("replace") is not None or how.get("is_derived", False)
        with conflicts.translated(contract, table.version()), self.committing(contract, table, is_alone) as table:
            commit(table, contract, added, **how)
            point("committed")

    def _add_by_spark(
        self, contract: Contract, rows: pa.Table, mode: Literal["append", "overwrite"], once: str | None, why: str
    ) -> None:
        frame = self.spark.createDataFrame(conform_small(self.table(contract), rows)).coalesce(1)
        write_by_spark(self, contract, frame, mode, once=once)


def _chosen(rows: DataFrame, among: Among) -> DataFrame:
    values = rows.sparkSession.createDataFrame(pa.table({"_among": among.values}))
    first = F.coalesce(*among.columns)
    return rows.join(F.broadcast(values), on=first == F.col("_among"), how="left_semi")


def _is_empty(frame: DataFrame) -> bool:
    return frame.limit(1).count() == 0
