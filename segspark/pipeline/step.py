"""A step is a flow working on one day: it reads and writes declared tables and has no lake, path or store."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from segspark.pipeline.batch import Batches
from segspark.pipeline.context import Context
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.progress import Progress
from segspark.pipeline.view import View
from segspark.pipeline.writes import How, Rows, write
from segspark.spark.jobs import beside, named_jobs
from segspark.tables.contracts.contract import Contract

if TYPE_CHECKING:
    from segspark.tables.io.spark_lake import SparkLake


@dataclass
class StageReport:
    """What a stage reports when it ends."""

    rows: int | None = None
    note: str = ""


class Step(View):
    """The interface given to a flow's function.

    Attributes:
        request: how the day is to be computed.
    """

    def __init__(
        self, flow: Flow, lake: "SparkLake", context: Context, as_of: date, progress: Progress, request: Request
    ) -> None:
        super().__init__(lake, context, as_of, flow.name, flow.readable)
        self.request = request
        self._writable, self._progress = frozenset(flow.writes), progress

    def write(self, table: Contract, rows: Rows, how: How) -> int | None:
        """Write one table in one commit; a read after it sees the rows.

        Returns:
            The number of rows written, if it is counted on the way.

        Raises:
            SegsparkError: the flow does not declare the table, or its batch is not bound yet.
            CheckFailed: rows lie outside of the replaced range, or lack a required column.
            InfrastructureError: somebody else has written the table meanwhile.
        """
        self._check(table, self._writable, "written")
        self.batch.check_bound()
        return write(self._frames, table, rows, how)

    def ensure(self, table: Contract) -> None:
        """Create the table if missing, and add columns that are new in the contract."""
        self._check(table, self._writable, "written")
        self._lake.create(table)

    @cached_property
    def batch(self) -> Batches:
        """The batches of files that an ingest takes in."""
        return Batches(self._lake)

    @property
    def _is_question(self) -> bool:
        return False

    def _staging_folder(self) -> str:
        # A step is the only one of its flow and day, since its run holds the lake's lock.
        return f"_staging/{self._name}-{self.as_of}"

    def close(self) -> None:
        super().close()
        self.batch.close()

    @contextmanager
    def stage(self, name: str) -> Iterator[StageReport]:
        """Time a stage and report it; the caller fills the report."""
        report, start = StageReport(), time.monotonic()
        flow = f"{self._name} {self.as_of}"
        with self._progress.working(name), named_jobs(flow, f"{flow}: {name}"):
            yield report
        self._progress.stage(name, time.monotonic() - start, report.rows, report.note)

    def note(self, text: str) -> None:
        """Show a note."""
        self._progress.note(text)

    def beside(self, *functions: Callable[[], Any], at_once: int | None = None) -> list[Any]:
        """Run functions in parallel, at most ``at_once``; returns their results in order."""
        return beside(*functions, at_once=at_once)
