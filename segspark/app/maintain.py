"""``segspark maintain``: what keeps a lake small and quick, as one command for every night.

Each step asks the tables what there is to do, so that a run that was killed is simply run again. Nothing is removed
that a run needs: what features are rebuilt from has no retention, and a day beyond its retention is made again by a
backfill.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from segspark.app import maintain_catalog
from segspark.app.maintained import Done, Task
from segspark.app.programs import MAINTENANCE
from segspark.app.retention import beyond_retention
from segspark.app.vacuum import VERSIONS_KEPT_HOURS, remove_scratch, scratch_of
from segspark.config.models import Workspace
from segspark.ids import identity
from segspark.pipeline.progress import Progress, Quiet
from segspark.pipeline.runs import config_hash, record
from segspark.points import point
from segspark.store import store_at
from segspark.tables.checkpoints import commits_since_checkpoint, make_checkpoint
from segspark.tables.compaction import join_files, joins_of
from segspark.tables.compatibility import check_compatible
from segspark.tables.contracts import ops
from segspark.tables.contracts.catalogue import ALL, BY_NAME
from segspark.tables.contracts.contract import Contract
from segspark.tables.lease import only_writer
from segspark.tables.open import open_lake
from segspark.tables.own_commits import is_plainly_named, logged_files, replace_files
from segspark.tables.ranges import day_of
from segspark.tables.rules_of_table import why_spark_writes

# The flow's name in ops.runs.
FLOW = "maintain"
# With more commits since its last checkpoint a table gets a new one.
COMMITS_PER_CHECKPOINT = 10
_LEFT = "left as it is: it has {}, which only Spark keeps; use {} in a session of your own"


def maintain(
    workspace: Workspace,
    hours: int = VERSIONS_KEPT_HOURS,
    only: Collection[str] = (),
    is_dry: bool = False,
    today: date | None = None,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Apply retention, join small files, write checkpoints, remove files that no version needs.

    Args:
        hours: what versions younger than this name stays.
        only: names of steps; all by default.
        today: later days are slips of the pen (``beyond_retention``).
        is_dry: only tell.

    Returns:
        One row per thing done, in order.

    Raises:
        GateClosed: the lake is of another version of this program.
        InfrastructureError: somebody writes the lake.
    """
    progress, today = progress or Quiet(), today or _today()
    store = store_at(workspace.lake)
    with only_writer(store, FLOW, workspace.lease.expires_s) as lease:
        lake = open_lake(workspace, lease.check)
        check_compatible(lake)
        task = Task(lake, today, hours, is_dry)
        every = STEPS_OF_CATALOG if workspace.catalog else STEPS
        steps = [step for name, step in every.items() if name in (only or STEPS)]
        planned = [_row(each) for step in steps for each in step(replace(task, is_dry=True))]
        if is_dry or not planned:
            return planned
        recorded = partial(
            record,
            lake,
            run_id=identity(FLOW, planned, lake.version(ops.RUNS)),
            flow=FLOW,
            as_of=today,
            config=config_hash(workspace),
            inputs=planned,
        )
        # Recorded before: what a killed run has removed can be read, too.
        recorded(state="started")
        done = []
        for step in steps:
            for each in step(task):
                done.append(_row(each))
                progress.note(sentence(each))
                point("maintained")
        recorded(state="done", outputs={"done": done})
    return done


def _today() -> date:
    return datetime.now(UTC).date()


def _row(done: Done) -> dict[str, Any]:
    row = {name: getattr(done, name) for name in ("what", "table", "rows", "files", "into", "note")}
    ends = {"first_day": done.days[0], "last_day": done.days[-1]} if done.days else {}
    return {**row, **ends, "dates": [day.isoformat() for day in done.days]}


def sentence(done: Done) -> str:
    """What was done, in words."""
    days = f" of {len(done.days)} days ({done.days[0]} to {done.days[-1]})" if done.days else ""
    what = {
        "retention": f"{done.rows:,} rows{days} removed, beyond the retention",
        "compaction": f"{done.files:,} files{days} written as {done.into:,}",
        "checkpoint": f"a checkpoint of version {done.into}",
        "vacuum": f"{done.files:,} files removed that no version needs",
        "scratch": f"{done.files:,} files of runs that have ended removed",
    }[done.what]
    return f"{done.table}: {done.note or what}"


def _retention(task: Task) -> Iterator[Done]:
    """Whole days go, in one commit per table; files and older versions stay until the vacuum."""
    for name, beyond in beyond_retention(task.lake, task.today).items():
        contract, days = BY_NAME[name], set(beyond.days)
        table = task.lake.table(contract)
        files = [f for f in logged_files(table) if day_of(f.values[contract.partition_by[0]]) in days]
        done = Done("retention", name, beyond.days, beyond.rows, len(files))
        if why := why_spark_writes(table):
            yield replace(done, note=_LEFT.format(why, "DELETE"))
            continue
        if not all(map(is_plainly_named, files)):
            yield replace(done, note=_LEFT.format("files elsewhere or under unusual names", "DELETE"))
            continue
        if not task.is_dry:
            replace_files(task.lake, contract, table, files)
        yield done


def _compaction(task: Task) -> Iterator[Done]:
    for contract in filter(task.lake.exists, ALL):
        table = task.lake.table(contract)
        joins = joins_of(table, contract)
        if not joins:
            continue
        files = [file for join in joins for file in join]
        days = tuple(sorted({_day(contract, file.values) for file in files} - {None}))
        done = Done("compaction", contract.name, days, sum(f.rows for f in files), len(files), len(joins))
        if why := why_spark_writes(table):
            yield replace(done, note=_LEFT.format(why, "OPTIMIZE"))
            continue
        yield done if task.is_dry else replace(done, into=join_files(task.lake, contract, joins))


def _day(contract: Contract, values: Mapping[str, Any]) -> Any:
    kinds = {c.name: c.type for c in contract.columns}
    name = next((n for n in contract.partition_by if kinds[n] == "date"), None)
    return None if name is None or values[name] is None else day_of(values[name])


def _checkpoints(task: Task) -> Iterator[Done]:
    for contract in filter(task.lake.exists, ALL):
        # What the steps before will commit is not known to a dry run.
        if commits_since_checkpoint(task.lake.folder(contract)) > COMMITS_PER_CHECKPOINT:
            table = task.lake.table(contract)
            done = Done("checkpoint", contract.name, into=table.version())
            if why := why_spark_writes(table):
                yield replace(done, note=_LEFT.format(why, "any commit"))
                continue
            if not task.is_dry:
                make_checkpoint(task.lake, contract)
            yield done


def _vacuum(task: Task) -> Iterator[Done]:
    for contract in filter(task.lake.exists, ALL):
        if why := task.lake.why_not_plain(contract):
            yield Done("vacuum", contract.name, note=_LEFT.format(why, "VACUUM"))
        elif n := task.lake.remove_unnamed_files(contract, task.hours, task.is_dry):
            yield Done("vacuum", contract.name, files=n)


def _scratch(task: Task) -> Iterator[Done]:
    if names := scratch_of(task.lake):
        if not task.is_dry:
            remove_scratch(task.lake)
        yield Done("scratch", "_staging", files=len(names))


# Checkpoints are written by every commit of Spark when they are due.
STEPS_OF_CATALOG: Mapping[str, Callable[[Task], Iterator[Done]]] = MappingProxyType(
    {
        "retention": maintain_catalog.retention,
        "compaction": maintain_catalog.compaction,
        "scratch": _scratch,
        "vacuum": maintain_catalog.vacuum,
    }
)
STEPS: Mapping[str, Callable[[Task], Iterator[Done]]] = MappingProxyType(
    dict(zip(MAINTENANCE, (_retention, _compaction, _checkpoints, _scratch, _vacuum), strict=True))
)
