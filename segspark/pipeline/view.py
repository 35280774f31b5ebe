"""Read-only access to the declared tables of a lake, for questions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa

from segspark.config.models import Settings, Workspace
from segspark.errors import InfrastructureError, SegsparkError
from segspark.pipeline.context import Context, Needs
from segspark.pipeline.facts import Facts
from segspark.pipeline.runs import Filters, Runs, runs_of
from segspark.process import name_of_this_process
from segspark.store import Store
from segspark.tables.among import Among
from segspark.tables.contracts import ops
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.part_files import PartFile
from segspark.tables.ranges import DayFile
from segspark.time import DAY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.tables.io.reader import Days
    from segspark.tables.io.spark_lake import SparkLake
    from segspark.tables.staging import Kind, Staged, StagedFile


# Where the tasks of questions put down what they make.
QUESTIONS = "_staging/questions"


@dataclass(frozen=True)
class Question:
    """What a read-only question may access, as data.

    Attributes:
        name: for messages and staging.
        reads: names of tables.
        needs: resources, or a function of them.
    """

    name: str
    reads: tuple[str, ...]
    needs: Needs = ()


def look(question: Question, workspace: Workspace, lake: Lake, as_of: date | None = None) -> "View":
    """The view of a question, about a stored day if one is given; use it as a context manager if anything is staged."""
    context = Context(workspace, as_of, question.needs, question.name)
    return View(lake, context, as_of, question.name, question.reads)


class View:
    """Declared tables of a lake, read-only.

    Attributes:
        context: the declared resources.
        readable: names of the declared tables.
        outcome: plain values produced beside rows; a run records them.
    """

    def __init__(self, lake: Lake, context: Context, as_of: date | None, name: str, readable: Iterable[str]) -> None:
        self.context, self._day = context, as_of
        self.readable = frozenset(readable)
        self.outcome: dict[str, Any] = {}
        self._lake, self._name = lake, name
        self._instead: dict[str, DataFrame] = {}
        self._staging: Store | None = None
        # What runs beside something else may be the first to stage, and must not remove what the other one has staged.
        self._opening = Lock()

    @property
    def as_of(self) -> date:
        """The as-of day.

        Raises:
            SegsparkError: the question has no day.
        """
        if self._day is None:
            raise SegsparkError(f"{self._name} asks about no day.")
        return self._day

    @property
    def settings(self) -> Settings:
        return self.context.settings

    def on(self, day: date) -> "View":
        """The same view as of a day."""
        return View(self._lake, self.context.on(day), day, self._name, self.readable)

    def __enter__(self) -> "View":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # Reading ---------------------------------------------------------------------------------------------------

    def read(self, table: Contract, days: "Days | None" = None, known_after: date | None = None) -> "DataFrame":
        """The table's rows. If given, only those of the partition dates [first, end) or a set of them, or those with a
        later ``known_as_of``; other files are not read."""
        self._check(table, self.readable, "read")
        if table.name in self._instead:
            from segspark.tables.io.reader import within

            return within(self._instead[table.name], table, days, known_after)
        return self._frames.read(table, days=days, known_after=known_after)

    def read_day(self, table: Contract, day: date) -> "DataFrame":
        """The rows of one partition date."""
        return self.read(table, (day, day + DAY))

    def read_days(
        self,
        table: Contract,
        columns: Sequence[str],
        days: tuple[date, date] | None = None,
        among: Among | None = None,
    ) -> "DataFrame":
        """Some columns of many or all days of a table with one or more files per day.

        Args:
            among: only these rows; of a table for which a frame stands in, all of them.
        """
        self._check(table, self.readable, "read")
        if table.name in self._instead:
            return self.read(table, days).select(*columns)
        return self._frames.read_by_file(table, columns, days, among)

    def read_small(self, table: Contract, filters: Filters | None = None, columns: list[str] | None = None) -> pa.Table:
        """A small table, or a small part of a table, without Spark."""
        self._check(table, self.readable, "read")
        return self._lake.read_small(table, filters=filters, columns=columns)

    def files(self, table: Contract) -> list[DayFile]:
        """The files of a table partitioned by day, for tasks that read them themselves."""
        self._check(table, self.readable, "read")
        return self._lake.files(table)

    def part_files(self, table: Contract) -> list[PartFile]:
        """The files of a table with their partitions, for readers that take lists of files."""
        self._check(table, self.readable, "read")
        return self._lake.part_files(table)

    def facts(self, table: Contract) -> Facts:
        """Rows, days, version and columns of the current table, and why its files alone may not be its rows."""
        self._check(table, self.readable, "read")
        return Facts(self._lake.table(table) if self._lake.exists(table) else None, table)

    def may_exceed(
        self, table: Contract, column: str, bound: date | datetime, days: tuple[date, date] | None = None
    ) -> bool:
        """Whether some row, of the partition dates [first, end) if given, may have a value above a bound, by the
        files' statistics; False is certain."""
        self._check(table, self.readable, "read")
        return self._lake.may_exceed(table, column, bound, days)

    def is_marked(self, table: Contract, column: str, day: date) -> bool:
        """Whether the rows of a day, which are written together, have a flag: told by one of them, or by its file."""
        self._check(table, self.readable, "read")
        return self._lake.is_marked(table, column, day)

    @property
    def runs(self) -> Runs:
        """What earlier runs recorded."""
        self._check(ops.RUNS, self.readable, "read")
        return runs_of(self._lake)

    def standing_in(self, frames: "Mapping[Contract, DataFrame]") -> "View":
        """The same view with frames in place of tables, for days whose rows are no longer kept."""
        view = View(self._lake, self.context, self._day, self._name, self.readable)
        view._instead = {**self._instead, **{table.name: frame for table, frame in frames.items()}}
        # The frames may read staged files, which this view removes at the end.
        view._staging, view.outcome = self._staging, self.outcome
        return view

    # Work ------------------------------------------------------------------------------------------------------

    @property
    def staging(self) -> Store:
        """The staging folder of this step or question; it is removed at the end."""
        with self._opening:
            if self._staging is None:
                folder = self._lake.store.below(self._staging_folder())
                # Left by a killed run.
                folder.delete_tree()
                self._staging = folder
            return self._staging

    @property
    def _is_question(self) -> bool:
        return True

    def _staging_folder(self) -> str:
        # Questions hold no lock: each has its own folder, and the name says whose it was if it is left behind.
        return f"{QUESTIONS}/{self._name}-{self._day}-{uuid4().hex[:8]}@{name_of_this_process()}"

    def checkpoint(self, frame: "DataFrame", arrange: "Callable[[DataFrame], DataFrame] | None" = None) -> "DataFrame":
        """Compute a frame once, for several uses, so that a lost executor loses nothing of it.

        Args:
            arrange: gives the frame the partitions and the order that its users rely on.
        """
        from segspark.tables.staging import checkpoint

        # A question needs no right to write into the lake, so there a lost block is computed again.
        return checkpoint(frame, None if self._is_question else lambda: self.staging, arrange)

    def close(self) -> None:
        """Remove the staged files."""
        if self._staging is not None:
            self._staging.delete_tree()

    def staged(
        self, kinds: "Mapping[str, Kind]", files: "Mapping[str, Sequence[StagedFile]] | None" = None
    ) -> "Staged":
        """An empty collection of staged files by kind."""
        from segspark.tables.staging import Staged

        return Staged(self._frames.spark, kinds, files or {})

    @property
    def is_one_process(self) -> bool:
        """Whether driver and executors are one process."""
        from segspark.spark.checkpoints import is_one_process

        return is_one_process(self._frames.spark)

    @property
    def n_cores(self) -> int:
        """Number of tasks that run in parallel."""
        from segspark.spark.classic import tasks_at_once

        return tasks_at_once(self._frames.spark)

    @property
    def n_writers(self) -> int:
        """Number of tasks that keep every core busy, at least two."""
        return max(self.n_cores, 2)

    def tasks(self, n: int) -> "DataFrame":
        """A frame of the numbers below n, one task per row."""
        return self._frames.spark.range(0, n, 1, n)

    def frame(self, rows: Any, schema: Any = None) -> "DataFrame":
        """A frame of a few rows of the driver."""
        return self._frames.spark.createDataFrame(rows, schema)

    def ask_ranges(
        self, compute: Callable[[str, str], pa.Table], ranges: Sequence[tuple[str, str]], ddl: str
    ) -> list[dict[str, Any]]:
        """Collect the results of a function over ranges of people, a task per range; the results must be few."""
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
