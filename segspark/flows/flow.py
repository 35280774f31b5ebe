"""What a flow is, and the run that carries it: tables opened and written by declaration only, each run recorded."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from pyspark.sql import DataFrame

from segspark.config.models import Workspace
from segspark.errors import SegsparkError
from segspark.flows.progress import Quiet
from segspark.tables import ops
from segspark.tables.by_file import read_by_file
from segspark.tables.catalogue import BY_NAME
from segspark.tables.contract import Contract
from segspark.tables.delta import Lake
from segspark.tables.plain import Days, within
from segspark.tables.ranges import DayFile, day_files
from segspark.tables.schema import schema_json


class Progress(Protocol):
    """Where a run tells what it does."""

    def stage(self, name: str, seconds: float, rows: int | None, note: str) -> None: ...

    def note(self, text: str) -> None: ...


@dataclass(frozen=True)
class Flow:
    """One step of the way: what it reads of today, what it reads of earlier days, what it writes.

    ``reads`` and ``writes`` make an acyclic graph within one day; ``reads_earlier`` is declared state of
    yesterday or of the last model and closes no cycle.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    function: Callable[["Run"], None]
    reads_earlier: tuple[str, ...] = ()
    # What it writes follows from what it reads and the configuration alone: equal inputs need no second run.
    is_skipped_when_unchanged: bool = False
    # It writes nothing that the next flow reads, may run beside it, and ends before anything after that begins.
    runs_beside_next: bool = False


@dataclass
class Run:
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
        """Some columns of many days, or all, of a table that has a file or more for each (tables/by_file.py)."""
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
def staging_folder(run: Run) -> Iterator[Path]:
    """A folder of this run for what it stages, removed when it ends; one that a killed run left is removed first."""
    folder = Path(run.lake.root) / "_staging" / f"{run.flow.name}-{run.as_of}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_flow(
    flow: Flow, workspace: Workspace, lake: Lake, as_of: date, progress: Progress | None = None
) -> dict[str, Any]:
    """Run one flow and record it: start, versions read, versions written, duration.

    The caller holds the lake's lock.
    """
    run = Run(workspace, lake, as_of, flow, progress or Quiet())
    inputs = {n: lake.version(BY_NAME[n]) for n in (*flow.reads, *flow.reads_earlier)}
    config = config_hash(workspace)
    data = {n: v for n, v in inputs.items() if not n.startswith("ops.")}
    shape = [schema_json(BY_NAME[n]) for n in flow.writes]
    run_id = identity(flow.name, as_of, config, data, shape)
    if flow.is_skipped_when_unchanged and (before := _outcome_of(lake, flow, as_of, run_id)) is not None:
        run.progress.stage(flow.name, 0.0, None, "unchanged since its last run for this day")
        return before
    start = time.monotonic()
    if flow.is_skipped_when_unchanged:
        # Told beforehand: what a killed run has written is then known to be nobody's.
        record(lake, run_id=run_id, flow=flow.name, as_of=as_of, state="started", config=config, inputs=inputs)
    flow.function(run)
    outputs = {n: lake.version(BY_NAME[n]) for n in flow.writes}
    record(
        lake,
        run_id=run_id,
        flow=flow.name,
        as_of=as_of,
        state="done",
        duration_s=time.monotonic() - start,
        config=config,
        inputs=inputs,
        outputs={"versions": outputs, **run.outcome},
    )
    return run.outcome


def _outcome_of(lake: Lake, flow: Flow, as_of: date, run_id: str) -> dict[str, Any] | None:
    """What the flow's last run for the day told, if it had the same inputs and its tables still hold the day."""
    if not all(lake.exists(BY_NAME[n]) for n in flow.writes):
        return None
    done = [r for r in finished_runs(lake, flow.name) if r["as_of_date"] == as_of]
    if not done:
        return None
    outcome: dict[str, Any] = json.loads(done[-1]["outputs"])
    versions = outcome.pop("versions")
    # A table that was written since by another day's run is fine; one that was replaced by an older state is not.
    is_intact = all((lake.version(BY_NAME[n]) or 0) >= (v or 0) for n, v in versions.items())
    return outcome if done[-1]["run_id"] == run_id and is_intact else None


def finished_runs(lake: Lake, flow: str, is_running: bool = False) -> list[dict[str, Any]]:
    """The runs of a flow that ended and still say what its tables hold, oldest first.

    A run that did not end may have written anything that follows from its configuration: earlier runs under another
    one say nothing any more.

    Args:
        is_running: asked by the flow itself, whose own start is the newest row.
    """
    rows = lake.read_small(ops.RUNS, filters=[("flow", "=", flow)]).to_pylist()
    rows.sort(key=lambda r: r["written_at"])
    if is_running:
        rows.pop()
    finished: list[dict[str, Any]] = []
    for at, row in enumerate(rows):
        if row["state"] == "done":
            finished.append(row)
        elif all(following["state"] != "done" for following in rows[at + 1 : at + 2]):
            finished = [r for r in finished if r["config_hash"] == row["config_hash"]]
    return finished


def identity(*parts: object) -> str:
    """Equal inputs, equal id: 24 hexadecimal digits."""
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:24]


def config_hash(workspace: Workspace) -> str:
    """Of the workspace's file and the feature files that it names."""
    files = [(workspace.folder / p).read_text() for p in workspace.features.files]
    return identity(workspace.model_dump(mode="json"), files)


def record(
    lake: Lake,
    *,
    run_id: str,
    flow: str,
    as_of: date | None,
    state: str,
    duration_s: float | None = None,
    config: str | None = None,
    inputs: Any = None,
    outputs: Any = None,
) -> None:
    """One row of ops.runs. The time of writing is the only clock that is ever looked at, and nothing reads it."""
    now = datetime.now(UTC)
    row = {
        "run_id": run_id,
        "flow": flow,
        "as_of_date": as_of,
        "state": state,
        "written_at": now,
        "duration_s": duration_s,
        "config_hash": config,
        "inputs": json.dumps(inputs, default=str, sort_keys=True),
        "outputs": json.dumps(outputs, default=str, sort_keys=True),
    }
    lake.append_small(ops.RUNS, pa.Table.from_pylist([row]), once=f"{run_id}-{state}-{now.timestamp()}")


def published_days(lake: Lake) -> list[date]:
    """As-of days whose daily flow has ended, in order."""
    rows = lake.read_small(ops.RUNS).to_pylist()
    return sorted({r["as_of_date"] for r in rows if r["flow"] == "daily" and r["state"] == "done"})


def provisional_days(lake: Lake) -> set[date]:
    """As-of days of which only a part may have been there when their tables were written: an hourly run began and no
    daily one has ended."""
    rows = lake.read_small(ops.RUNS, filters=[("flow", "=", "hourly")], columns=["as_of_date"])
    return set(rows["as_of_date"].to_pylist()) - set(published_days(lake)) if rows.num_rows else set()
