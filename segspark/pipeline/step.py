"""What a flow is, and the run that carries it: tables opened and written by declaration only, each run recorded."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from segspark.config.models import Workspace
from segspark.errors import SegsparkError
from segspark.pipeline.flow import Flow
from segspark.pipeline.progress import Progress, Quiet
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.by_file import read_by_file
from segspark.tables.io.reader import Days, within
from segspark.tables.lake import Lake
from segspark.tables.ranges import DayFile, day_files


@dataclass
class Step:
    """A flow at work on one lake for one logical date.

    Attributes:
        instead: what stands in for a table, by its name: rows of a day that is not kept any more.
    """

    workspace: Workspace
    lake: Lake
    as_of: date
    flow: Flow
    progress: Progress = field(default_factory=Quiet)
    outcome: dict[str, Any] = field(default_factory=dict)
    instead: Mapping[str, DataFrame] = field(default_factory=dict)

    def read(self, contract: Contract, days: Days | None = None, known_after: date | None = None) -> DataFrame:
        """The table's rows; of the partition dates [first, end) or of a set of them, or with a later ``known_as_of``,
        where these are given: the other files are not looked at."""
        self._check(contract, (*self.flow.reads, *self.flow.reads_earlier, *self.flow.writes), "read")
        if contract.name in self.instead:
            return within(self.instead[contract.name], contract, days, known_after)
        return self.lake.read(contract, days=days, known_after=known_after)

    def read_day(self, contract: Contract, day: date) -> DataFrame:
        """The rows of one partition date."""
        return self.read(contract, (day, day + timedelta(days=1)))

    def read_days(self, contract: Contract, columns: Sequence[str], days: tuple[date, date] | None = None) -> DataFrame:
        """Some columns of many days, or all, of a table that has a file or more for each (tables/io/by_file.py)."""
        self._check(contract, (*self.flow.reads, *self.flow.reads_earlier, *self.flow.writes), "read")
        is_ours = contract.name not in self.instead and not self.lake.why_not_plain(contract)
        if not is_ours or not self.lake.n_rows(contract):
            return self.read(contract, days).select(*columns)
        return read_by_file(self.lake.spark, self.lake.path(contract), contract, columns, days)

    def files(self, contract: Contract) -> list[DayFile]:
        """The files of a table partitioned by day, for tasks that read them themselves."""
        self._check(contract, (*self.flow.reads, *self.flow.reads_earlier, *self.flow.writes), "read")
        return day_files(self.lake.path(contract), contract)

    @property
    def n_writers(self) -> int:
        """Tasks that keep every core busy, two at least."""
        return max(self.lake.spark.sparkContext.defaultParallelism, 2)

    def writes(self, contract: Contract) -> Lake:
        """The lake, after a look whether this flow may write the table."""
        self._check(contract, self.flow.writes, "written")
        return self.lake

    def _check(self, contract: Contract, declared: tuple[str, ...], verb: str) -> None:
        if contract.name not in declared:
            raise SegsparkError(f"{contract.name} is {verb} by flow {self.flow.name}, which does not declare it.")

    @contextmanager
    def stage(self, name: str) -> Iterator[dict[str, Any]]:
        """Time a stage; the caller may put ``rows`` and ``note`` into what it is given."""
        told: dict[str, Any] = {}
        start = time.monotonic()
        yield told
        self.progress.stage(name, time.monotonic() - start, told.get("rows"), str(told.get("note", "")))


@contextmanager
def staging_folder(run: Step) -> Iterator[Path]:
    """A folder of this run for what it stages, removed when it ends; one that a killed run left is removed first."""
    folder = Path(run.lake.root) / "_staging" / f"{run.flow.name}-{run.as_of}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
