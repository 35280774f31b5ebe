"""The record of runs: what ended, what was interrupted, which days are published."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from segspark.config.models import Workspace
from segspark.ids import identity
from segspark.tables.contracts import ops
from segspark.tables.lake import Lake


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
