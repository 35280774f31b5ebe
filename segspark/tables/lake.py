"""The lake: Delta tables below one store, created from their contracts; reads and writes that need no Spark.

Tables are created through delta-rs, which takes milliseconds where Spark takes seconds. They have no deletion vectors
or column mapping, so every Delta reader can open them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import deltalake
import pyarrow as pa
from deltalake.exceptions import CommitFailedError

from segspark.config.url import Url, scheme_of
from segspark.errors import GateClosed
from segspark.points import point
from segspark.store import Store, store_at
from segspark.tables.committer import DELTA_RS, of_new_table, require_committer
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import schema_json
from segspark.tables.contracts.stamp import stamp_of
from segspark.tables.file_schema import check_files
from segspark.tables.io import conflicts
from segspark.tables.log_actions import actions_in_log
from segspark.tables.log_copy import LogCopies
from segspark.tables.log_digests import digest_log, forget_gone_files, note_change, verify_log
from segspark.tables.part_files import PartFile, part_files
from segspark.tables.parts import add_actions, write_parts
from segspark.tables.ranges import DayFile, day_files, day_of, odd_feature
from segspark.tables.rules_of_table import why_spark_writes
from segspark.tables.small import read_table
from segspark.tables.statistics import N_COLUMNS, columns_in_log, is_marked, may_exceed, rows_by_day

PROPERTIES = {
    "delta.enableDeletionVectors": "false",
    "delta.dataSkippingNumIndexedCols": str(N_COLUMNS),
    "delta.checkpointInterval": "50",
}
# Whoever opens a table reads each commit since the newest checkpoint, by a request. A checkpoint is three (log_copy.py):
# with one every third commit a day makes the fewest, and the day on which all tables write theirs not many more.
IN_A_BUCKET = {"delta.checkpointInterval": "3"}
# A table appended to row by row is compacted into one file at this number of files.
SMALL_FILES = 64
# Where each file that is read is a request.
SMALL_FILES_IN_A_BUCKET = 16


def anybody() -> None:
    """Of a lake that is only read, or that nobody else knows."""


class Lake:
    """Tables of one workspace, ``<store>/<layer>/<table>``.

    Attributes:
        keeps_files: whether files and logs of its tables lie in the store; else they are a catalog's.
    """

    keeps_files = True

    def __init__(
        self, at: Url | Path | str | Store, may_commit: Callable[[], None] = anybody, is_wide: bool = False
    ) -> None:
        """
        Args:
            may_commit: called before every commit; raises where this run may not write any more.
            is_wide: new files have encodings that every engine reads.
        """
        self.store: Store = store_at(at) if isinstance(at, Url | Path | str) else at
        self.may_commit, self.is_wide = may_commit, is_wide
        # A run that has the lease, on a lake where each question is a request.
        self._copies = LogCopies() if may_commit is not anybody and scheme_of(self.store.url) else None

    def laid_out(self, contract: Contract) -> Contract:
        """The contract by which files of this lake are written."""
        return replace(contract, is_wide=self.is_wide) if self.is_wide else contract

    def folder(self, contract: Contract) -> Store:
        """The store of a table's files."""
        return self.store.below(f"{contract.layer}/{contract.table}")

    def path(self, contract: Contract) -> str:
        """The location of a table, as text."""
        return self.folder(contract).url

    def table(self, contract: Contract, version: int | None = None) -> deltalake.DeltaTable:
        """A version of a table, the current one by default.

        Raises:
            DamagedFile: a file of its log holds something else than was written.
        """
        folder = self.folder(contract)
        if self._copies is not None and version is None:
            newest = self._copies.of(folder).newest()
            if newest is not None:
                return newest
        return _opened(folder, version)

    def exists(self, contract: Contract) -> bool:
        folder = self.folder(contract)
        if self._copies is not None:
            return self._copies.of(folder).newest() is not None
        url, options = folder.for_delta()
        return bool(deltalake.DeltaTable.is_deltatable(url, storage_options=options or None))

    @contextmanager
    def committing(
        self, contract: Contract, table: deltalake.DeltaTable | None, is_alone: bool = False
    ) -> Iterator[deltalake.DeltaTable]:
        """Around one commit to the table that this gives: when it ends, it is there with its digest.

        Args:
            table: as this lake has opened it; None where there is none.
            is_alone: in a bucket only if nobody else has committed since the table was opened.

        Raises:
            CommitFailedError: somebody else has.
        """
        folder = self.folder(contract)
        if self._copies is not None:
            with self._copies.of(folder).commit(table, is_alone) as newest:
                yield newest
        else:
            yield table
            digest_log(folder)

    def columns(self, contract: Contract) -> list[str]:
        """Names of the stored columns; none if nothing was written yet."""
        return [f.name for f in self.table(contract).schema().fields] if self.exists(contract) else []

    def version(self, contract: Contract) -> int | None:
        return self.table(contract).version() if self.exists(contract) else None

    def why_not_plain(self, contract: Contract) -> str | None:
        """What prevents tasks from reading the table's files directly; None if nothing does."""
        return odd_feature(self.table(contract)) if self.exists(contract) else None

    def why_spark_writes(self, contract: Contract) -> str | None:
        """What of the table only Spark's writer keeps; None if this program's own files may be committed to it."""
        return why_spark_writes(self.table(contract)) if self.exists(contract) else None

    def digest(self, contract: Contract) -> None:
        """Record the checksums of what was added to the table's log."""
        digest_log(self.folder(contract))

    def files(self, contract: Contract) -> list[DayFile]:
        """The files of a table partitioned by a date, ordered by day."""
        return day_files(self.table(contract), self.folder(contract), contract) if self.exists(contract) else []

    def part_files(self, contract: Contract) -> list[PartFile]:
        """The files of a table with their partitions."""
        return part_files(self.table(contract), self.folder(contract)) if self.exists(contract) else []

    def create(self, contract: Contract) -> deltalake.DeltaTable:
        """The table, created if missing; columns new in the contract are added."""
        if not self.exists(contract):
            self.may_commit()
            # Somebody else may have made it meanwhile.
            with suppress(CommitFailedError), self.committing(contract, None):
                self._create(contract)
                point("table_created")
            return self.table(contract)
        table = self.table(contract)
        require_committer(contract, table, self.path(contract))
        stored = {f.name for f in table.schema().fields}
        missing = [f for f in deltalake.Schema.from_json(schema_json(contract)).fields if f.name not in stored]
        if missing:
            require_committer(contract, table, self.path(contract), DELTA_RS)
            self.may_commit()
            with self.committing(contract, table) as table:
                table.alter.add_columns(missing)
            return self.table(contract)
        return table

    def _create(self, contract: Contract) -> None:
        url, options = self.folder(contract).for_delta()
        at = (url, options or None) if self._copies is None else (self._copies.of(self.folder(contract)).url, None)
        deltalake.DeltaTable.create(
            at[0],
            storage_options=at[1],
            schema=deltalake.Schema.from_json(schema_json(contract)),
            mode="ignore",
            partition_by=list(contract.partition_by),
            name=contract.name.replace(".", "_"),
            description=stamp_of(contract),
            configuration=PROPERTIES
            | (IN_A_BUCKET if scheme_of(url) else {})
            | of_new_table(url)
            | {"delta.dataSkippingStatsColumns": ",".join(columns_in_log(contract))},
            # One of them is ours.
            raise_if_key_not_exists=False,
        )

    def read_small(
        self,
        contract: Contract,
        filters: list[tuple[str, str, object]] | None = None,
        columns: list[str] | None = None,
    ) -> pa.Table:
        """A small table (ops, registry, definitions, one day's profiles) on the driver, without Spark."""
        if not self.exists(contract):
            schema = pa.schema(deltalake.Schema.from_json(schema_json(contract)))
            # Not `empty_table`, which imports pandas.
            return pa.table([pa.nulls(0, field.type) for field in schema], schema=schema)
        table = self.table(contract)
        if odd_feature(table):
            # A copied log does not lie where the files do.
            there = table if self._copies is None else _opened(self.folder(contract))
            return there.to_pyarrow_table(filters=filters, columns=columns)
        return read_table(table, self.folder(contract), filters, columns)

    def n_rows(self, contract: Contract) -> int:
        """Number of rows by the log's statistics, without reading a file."""
        if not self.exists(contract):
            return 0
        return int(self.table(contract).count())

    def days(self, contract: Contract) -> list[date]:
        """The partition dates that have files, from the log alone."""
        if not self.exists(contract):
            return []
        column = contract.partition_by[0]
        partitions = self.table(contract).partitions()
        return sorted({date.fromisoformat(p[column]) for p in partitions})

    def rows_by_day(self, contract: Contract) -> dict[date, int]:
        """Rows of each partition date (statistics.rows_by_day)."""
        return rows_by_day(self.table(contract), contract) if self.exists(contract) else {}

    def names_by_day(self, contract: Contract) -> list[tuple[date, str]]:
        """The partition date and the name of each file below the table's folder."""
        if not self.exists(contract):
            return []
        actions = actions_in_log(self.table(contract))
        days = map(day_of, actions[f"partition.{contract.partition_by[0]}"].to_pylist())
        return list(zip(days, map(unquote, actions["path"].to_pylist()), strict=True))

    def may_exceed(
        self, contract: Contract, column: str, bound: date | datetime, days: tuple[date, date] | None = None
    ) -> bool:
        """Whether some row may have a value above a bound (statistics.may_exceed), without reading a row."""
        if not self.exists(contract):
            return False
        table = self.table(contract)
        return bool(odd_feature(table)) or may_exceed(table, self.folder(contract), contract, column, bound, days)

    def is_marked(self, contract: Contract, column: str, day: date) -> bool:
        """Whether the rows of a partition date, which are written together, have a flag (statistics.is_marked)."""
        if not self.exists(contract):
            return False
        table = self.table(contract)
        if odd_feature(table):
            of_day: list[tuple[str, str, object]] = [(contract.partition_by[0], "=", day)]
            return (
                column in self.columns(contract)
                and True in self.read_small(contract, of_day, [column])[column].to_pylist()
            )
        return is_marked(table, self.folder(contract), contract, column, day)

    def append_small(self, contract: Contract, rows: pa.Table, once: str) -> None:
        """Append a handful of rows from the driver, without a Spark job; same guarantee as ``append``.

        Each call makes a file and readers open all of them, so they are compacted now and then.
        """
        self.create(contract)
        table = self.table(contract)
        if table.transaction_version(once) is not None:
            return
        self._add_small(table, contract, rows, "append", once=once)
        table = self.table(contract)
        most = SMALL_FILES_IN_A_BUCKET if scheme_of(self.store.url) else SMALL_FILES
        if not why_spark_writes(table) and len(table.file_uris()) >= most:
            point("small_many_files")
            everything = self.read_small(contract)
            # Whoever has appended meanwhile has won: the next one compacts.
            with suppress(CommitFailedError):
                self._add_small(table, contract, everything, "overwrite", is_alone=True)

    def overwrite_small(self, contract: Contract, rows: pa.Table) -> None:
        self._add_small(self.create(contract), contract, rows, "overwrite")

    def _add_small(
        self,
        table: deltalake.DeltaTable,
        contract: Contract,
        rows: pa.Table,
        mode: Literal["append", "overwrite"],
        *,
        once: str | None = None,
        is_alone: bool = False,
    ) -> None:
        """One commit of rows from the driver; with ``is_alone`` only if nobody has committed since the table was
        opened."""
        if why := why_spark_writes(table):
            self._add_by_spark(contract, rows, mode, once, why)
            return
        folder = self.folder(contract)
        added = list(write_parts(conform_small(table, rows), self.laid_out(contract), folder))
        check_files(contract, table, added)
        point("small_written")
        self.may_commit()
        told = nullcontext() if is_alone else conflicts.translated(contract, table.version())
        with told, self.committing(contract, table, is_alone) as table:
            table.create_write_transaction(
                add_actions(added),
                mode,
                table.schema(),
                partition_by=list(contract.partition_by),
                commit_properties=deltalake.CommitProperties(
                    app_transactions=[deltalake.Transaction(once, 1)] if once else None,
                    max_commit_retries=0 if is_alone else None,
                ),
            )
            point("small_committed")

    def _add_by_spark(
        self, contract: Contract, rows: pa.Table, mode: Literal["append", "overwrite"], once: str | None, why: str
    ) -> None:
        """The same for a table that only Spark's writer may write.

        Raises:
            GateClosed: there is no session here.
        """
        raise GateClosed(
            f"{contract.name} at {self.path(contract)} has {why}, which only Spark's writer keeps, and this command runs "
            "without Spark. Take it from the table, and run again."
        )

    def remove_unnamed_files(self, contract: Contract, hours: int, dry_run: bool) -> int:
        """Delete the files that no version of the last hours names; returns their number.

        None of a table whose files alone are not its rows: delta-rs takes its deletion vectors for files that nobody names.
        """
        if self._copies is not None and not self._has_old_unnamed(contract, hours):
            return 0
        table = _opened(self.folder(contract))
        if odd_feature(table):
            return 0
        files = table.vacuum(hours, dry_run=True, enforce_retention_duration=False, full=True)
        if files and not dry_run:
            self.may_commit()
            table.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True)
            point("vacuum_files")
            note_change(self.folder(contract))
            forget_gone_files(self.folder(contract))
        return len(files)

    def _has_old_unnamed(self, contract: Contract, hours: int) -> bool:
        """Whether there may be files to remove, by one list of the bucket: to look properly, delta-rs reads the log of
        all versions that are kept, by a request each."""
        named = set(map(unquote, actions_in_log(self.table(contract))["path"].to_pylist()))
        files = [f for f in self.folder(contract).list() if not f.name.startswith("_") and f.name not in named]
        latest = time.time() - hours * 3600
        return any(file.written_at is None or file.written_at <= latest for file in files)


def _opened(folder: Store, version: int | None = None) -> deltalake.DeltaTable:
    verify_log(folder, version)
    url, options = folder.for_delta()
    return deltalake.DeltaTable(url, version=version, storage_options=options or None)


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
