"""What a question sees of a lake: declared tables, to read only."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import deltalake
import pyarrow as pa

from segspark.config.models import Settings, Workspace
from segspark.errors import InfrastructureError, SegsparkError
from segspark.pipeline.context import Context, Resource
from segspark.pipeline.runs import Filters, Runs, runs_of
from segspark.store import Store
from segspark.tables.contracts import ops
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.ranges import DayFile, odd_feature
from segspark.time import DAY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.tables.io.reader import Days
    from segspark.tables.io.spark_lake import SparkLake
    from segspark.tables.staging import Kind, Staged, StagedFile


class Facts:
    """What a table's log says of one version, without reading a row."""

    def __init__(self, table: deltalake.DeltaTable | None, contract: Contract) -> None:
        self.__table, self.__contract = table, contract

    @property
    def exists(self) -> bool:
        return self.__table is not None

    @property
    def version(self) -> int | None:
        return self.__table.version() if self.__table is not None else None

    @cached_property
    def rows(self) -> int:
        return int(self.__table.count()) if self.__table is not None else 0

    @cached_property
    def days(self) -> list[date]:
        """The partition dates that hold files, in order."""
        if self.__table is None:
            return []
        column = self.__contract.partition_by[0]
        return sorted({date.fromisoformat(p[column]) for p in self.__table.partitions()})

    @cached_property
    def columns(self) -> list[str]:
        return [f.name for f in self.__table.schema().fields] if self.__table is not None else []

    @cached_property
    def why_not_plain(self) -> str | None:
        """What keeps tasks from reading and writing the table's files themselves; None where nothing does."""
        return odd_feature(self.__table) if self.__table is not None else None


@dataclass(frozen=True)
class Question:
    """What may be looked at to answer something, as data; nothing is written.

    Attributes:
        name: for messages and staging.
        reads: names of tables.
        needs: what is resolved beside them.
    """

    name: str
    reads: tuple[str, ...]
    needs: tuple[Resource[Any], ...] = ()


def look(question: Question, workspace: Workspace, lake: Lake, as_of: date | None = None) -> "View":
    """What the question may see, of a stored day where it is about one; a context manager where something is staged."""
    context = Context(workspace, as_of, question.needs, question.name)
    return View(lake, context, as_of, question.name, question.reads)


class View:
    """Declared tables of a lake, to read only.

    Attributes:
        context: what is resolved beside tables.
        readable: names of the tables that are declared.
        outcome: plain values that are found out besides rows; a run records them.
    """

    def __init__(self, lake: Lake, context: Context, as_of: date | None, name: str, readable: Iterable[str]) -> None:
        self.context, self._day = context, as_of
        self.readable = frozenset(readable)
        self.outcome: dict[str, Any] = {}
        self._lake, self._name = lake, name
        self._instead: dict[str, DataFrame] = {}
        self._staging: Store | None = None

    @property
    def as_of(self) -> date:
        """The day that is asked about.

        Raises:
            SegsparkError: the question names none.
        """
        if self._day is None:
            raise SegsparkError(f"{self._name} asks about no day.")
        return self._day

    @property
    def settings(self) -> Settings:
        return self.context.settings

    def on(self, day: date) -> "View":
        """The same view of a day."""
        return View(self._lake, self.context.on(day), day, self._name, self.readable)

    def __enter__(self) -> "View":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # Reading ---------------------------------------------------------------------------------------------------

    def read(self, table: Contract, days: "Days | None" = None, known_after: date | None = None) -> "DataFrame":
        """The table's rows; of the partition dates [first, end) or of a set of them, or with a later ``known_as_of``,
        where these are given: the other files are not looked at."""
        self._check(table, self.readable, "read")
        if table.name in self._instead:
            from segspark.tables.io.reader import within

            return within(self._instead[table.name], table, days, known_after)
        return self._frames.read(table, days=days, known_after=known_after)

    def read_day(self, table: Contract, day: date) -> "DataFrame":
        """The rows of one partition date."""
        return self.read(table, (day, day + DAY))

    def read_days(self, table: Contract, columns: Sequence[str], days: tuple[date, date] | None = None) -> "DataFrame":
        """Some columns of many days, or all, of a table that has a file or more for each."""
        self._check(table, self.readable, "read")
        if table.name in self._instead:
            return self.read(table, days).select(*columns)
        return self._frames.read_by_file(table, columns, days)

    def read_small(self, table: Contract, filters: Filters | None = None, columns: list[str] | None = None) -> pa.Table:
        """A small table, or a small part of one, without Spark."""
        self._check(table, self.readable, "read")
        return self._lake.read_small(table, filters=filters, columns=columns)

    def files(self, table: Contract) -> list[DayFile]:
        """The files of a table partitioned by day, for tasks that read them themselves."""
        self._check(table, self.readable, "read")
        return self._lake.files(table)

    def facts(self, table: Contract) -> Facts:
        """Rows, days, version, columns of the table as it is now, and why its files alone are not its rows."""
        self._check(table, self.readable, "read")
        return Facts(self._lake.table(table) if self._lake.exists(table) else None, table)

    @property
    def runs(self) -> Runs:
        """What earlier runs recorded."""
        self._check(ops.RUNS, self.readable, "read")
        return runs_of(self._lake)

    def standing_in(self, frames: "Mapping[Contract, DataFrame]") -> "View":
        """The same view with frames in place of tables: rows of a day that is not kept any more."""
        view = View(self._lake, self.context, self._day, self._name, self.readable)
        view._instead = {**self._instead, **{table.name: frame for table, frame in frames.items()}}
        # What stands in may lie in what was staged, which this view removes in the end.
        view._staging, view.outcome = self._staging, self.outcome
        return view

    # Work ------------------------------------------------------------------------------------------------------

    @property
    def staging(self) -> Store:
        """A folder for what the tasks of this step or question put down; it is gone when that ends."""
        if self._staging is None:
            self._staging = self._lake.store.below(f"_staging/{self._name}-{self.as_of}")
            # One that a killed run left.
            self._staging.delete_tree()
        return self._staging

    def close(self) -> None:
        """Remove what was staged."""
        if self._staging is not None:
            self._staging.delete_tree()

    def staged(
        self, kinds: "Mapping[str, Kind]", files: "Mapping[str, Sequence[StagedFile]] | None" = None
    ) -> "Staged":
        """Staged files by kind, none at first."""
        from segspark.tables.staging import Staged

        return Staged(self._frames.spark, kinds, files or {})

    @property
    def n_cores(self) -> int:
        """Tasks that run at the same time."""
        return int(self._frames.spark.sparkContext.defaultParallelism)

    @property
    def n_writers(self) -> int:
        """Tasks that keep every core busy, two at least."""
        return max(self.n_cores, 2)

    def tasks(self, n: int) -> "DataFrame":
        """A frame whose rows are the numbers below n, each a task of its own."""
        return self._frames.spark.range(0, n, 1, n)

    def frame(self, rows: Any, schema: Any = None) -> "DataFrame":
        """A frame of a few rows from the driver."""
        return self._frames.spark.createDataFrame(rows, schema)

    def ask_ranges(
        self, compute: Callable[[str, str], pa.Table], ranges: Sequence[tuple[str, str]], ddl: str
    ) -> list[dict[str, Any]]:
        """What a function finds in ranges of people, a task per range; for findings, which are few."""
        from segspark.tables.io.writer import ask_ranges

        return ask_ranges(self._frames.spark, compute, ranges, ddl)

    @property
    def _frames(self) -> "SparkLake":
        if not hasattr(self._lake, "spark"):
            raise InfrastructureError("This lake was opened without a Spark session; only small tables can be read.")
        lake: SparkLake = self._lake  # type: ignore[assignment]
        return lake

    def _check(self, table: Contract, declared: Iterable[str], verb: str) -> None:
        if table.name not in declared:
            raise SegsparkError(f"{table.name} is {verb} by {self._name}, which does not declare it.")
