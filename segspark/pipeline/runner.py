"""Runs a flow and records it."""

import json
import time
from datetime import date
from typing import TYPE_CHECKING, Any

from segspark.config.models import Workspace
from segspark.errors import damage_told
from segspark.ids import identity
from segspark.pipeline.context import Context
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.observer import FlowRun, observed
from segspark.pipeline.progress import Progress, Quiet
from segspark.pipeline.runs import config_hash, record, runs_of
from segspark.pipeline.step import Step
from segspark.points import point
from segspark.spark.jobs import named_jobs
from segspark.tables.contracts.catalogue import BY_NAME
from segspark.tables.contracts.schema import schema_json
from segspark.tables.lake import Lake

if TYPE_CHECKING:
    from segspark.tables.io.spark_lake import SparkLake


def run_flow(
    flow: Flow,
    workspace: Workspace,
    lake: "SparkLake",
    as_of: date,
    progress: Progress | None = None,
    request: Request | None = None,
) -> dict[str, Any]:
    """Run one flow and record it: start, versions read, versions written, duration.

    The caller holds the lake's lock.
    """
    progress, request = progress or Quiet(), request or flow.request
    context = Context(workspace, as_of, flow.needs, flow.name)
    inputs = {n: lake.version(BY_NAME[n]) for n in (*flow.reads, *flow.reads_earlier)}
    config = config_hash(workspace)
    run_id = run_identity(flow, as_of, config, inputs, context, request)
    if flow.is_skipped_when_unchanged and (before := _outcome_of(lake, flow, as_of, run_id)) is not None:
        progress.stage(flow.name, 0.0, None, "unchanged since its last run for this day")
        return before
    start = time.monotonic()
    if flow.is_skipped_when_unchanged:
        # Recorded before the work, so that the rows of a killed run are known to be unfinished.
        record(lake, run_id=run_id, flow=flow.name, as_of=as_of, state="started", config=config, inputs=inputs)
        point("flow_started")
    step = Step(flow, lake, context, as_of, progress, request)
    with observed(FlowRun(flow, as_of, run_id, inputs, lake)) as outputs:
        try:
            with damage_told(), named_jobs(f"{flow.name} {as_of}", f"{flow.name} {as_of}"):
                flow.function(step)
        finally:
            step.close()
        point("flow_before_done")
        outputs.update({n: lake.version(BY_NAME[n]) for n in flow.writes})
        record(
            lake,
            run_id=run_id,
            flow=flow.name,
            as_of=as_of,
            state="done",
            duration_s=time.monotonic() - start,
            config=config,
            inputs=inputs,
            outputs={"versions": outputs, **step.outcome},
        )
    return step.outcome


def run_identity(
    flow: Flow, as_of: date, config: str, inputs: dict[str, int | None], context: Context, request: Request
) -> str:
    """A hash of everything that affects the rows: the configuration, the versions of the tables read, the resources
    (rules, levels, overrides, weather, models), the request, and the schema of the output."""
    data = {name: version for name, version in inputs.items() if not name.startswith("ops.")}
    shape = [schema_json(BY_NAME[name]) for name in flow.writes]
    return identity(flow.name, as_of, config, data, context.identities(), request, shape)


def _outcome_of(lake: Lake, flow: Flow, as_of: date, run_id: str) -> dict[str, Any] | None:
    """The outcome of the flow's last run for the day, if it had the same inputs and its tables still hold the day."""
    tables = [BY_NAME[name] for name in flow.writes]
    if not all(map(lake.exists, tables)):
        return None
    limited = [table for table in tables if table.retention_days is not None]
    if limited and not any(as_of in lake.days(table) for table in limited):
        # The day is older than the tables keep theirs, and was removed.
        return None
    done = [r for r in runs_of(lake).finished(flow.name) if r["as_of_date"] == as_of]
    if not done:
        return None
    outcome: dict[str, Any] = json.loads(done[-1]["outputs"])
    versions = outcome.pop("versions")
    # A table written since by another day's run is fine; one restored to an older state is not.
    is_intact = all((lake.version(BY_NAME[n]) or 0) >= (v or 0) for n, v in versions.items())
    return outcome if done[-1]["run_id"] == run_id and is_intact else None
