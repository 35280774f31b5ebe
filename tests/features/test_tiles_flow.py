"""The flow that closes days: what it reads, and what it tells."""

from datetime import date
from typing import Any

import deltalake
from builders import step_of

from segspark.config.models import Workspace
from segspark.features.resources import load_catalogue
from segspark.features.tiles import build_activity, owned_rows
from segspark.features.tiles_flow import TILES, events_of
from segspark.identity.links import person_spans
from segspark.tables.contracts import silver
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def files_scanned(plan: Any) -> list[int]:
    """Files that each scan of an executed plan has read; scans that were never run are missing."""
    name = plan.getClass().getSimpleName()
    if name == "AdaptiveSparkPlanExec":
        return files_scanned(plan.executedPlan())
    if name.endswith("QueryStageExec"):
        return files_scanned(plan.plan())
    if name == "ReusedExchangeExec":
        return []
    if name == "FileSourceScanExec":
        return [int(plan.metrics().apply("numFiles").value())]
    children = plan.children()
    return [n for at in range(children.size()) for n in files_scanned(children.apply(at))]


def test_a_tile_reads_the_days_around_it_and_what_the_run_accepted(four_days: tuple[Workspace, Lake]) -> None:
    """Of all that was ever taken in; nobody moved that day, so nobody's events are looked for."""
    workspace, lake = four_days
    run = step_of(TILES, workspace, lake, MAY[6])
    events = events_of(run, load_catalogue(workspace), MAY[5])
    spans = person_spans(run.read(silver.IDENTITY_LINKS))
    catalogue = load_catalogue(workspace)
    rows = owned_rows(events, spans, catalogue, MAY[5], MAY[5], MAY[6], workspace.time_zone, True)
    asked = build_activity(rows, catalogue, "EUR").select("activity_date", "reason")
    assert [(r["activity_date"], r["reason"]) for r in asked.collect()] == [(MAY[2], "late")]
    stored = lake.read_small(silver.EVENTS, columns=["event_date", "known_as_of", "run_id"])
    accepted = {r["run_id"] for r in stored.to_pylist() if r["known_as_of"] == MAY[6]}
    assert len(accepted) == 1
    wanted = {
        (r["run_id"], r["event_date"])
        for r in stored.to_pylist()
        if r["run_id"] in accepted or MAY[4] <= r["event_date"] <= MAY[7]
    }
    n_links = len(deltalake.DeltaTable(lake.path(silver.IDENTITY_LINKS)).file_uris())
    scanned = files_scanned(asked._jdf.queryExecution().executedPlan())
    assert 0 < sum(scanned) <= len(wanted) + n_links
    # All days would be read file by file, by Python.
    assert "MapInArrow" not in asked._jdf.queryExecution().executedPlan().executedPlan().toString()
    assert len(wanted) < len(deltalake.DeltaTable(lake.path(silver.EVENTS)).file_uris())
