"""Runs a flow and records it."""

import json
import time
from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.ids import identity
from segspark.pipeline.flow import Flow
from segspark.pipeline.progress import Progress, Quiet
from segspark.pipeline.runs import config_hash, finished_runs, record
from segspark.pipeline.step import Step
from segspark.tables.contracts.catalogue import BY_NAME
from segspark.tables.contracts.schema import schema_json
from segspark.tables.lake import Lake


def run_flow(
    flow: Flow, workspace: Workspace, lake: Lake, as_of: date, progress: Progress | None = None
) -> dict[str, Any]:
    """Run one flow and record it: start, versions read, versions written, duration.

    The caller holds the lake's lock.
    """
    run = Step(workspace, lake, as_of, flow, progress or Quiet())
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
