"""Make tables again from what tells their rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from segspark.app.remedies import FEATURES, OBJECTIONS, RESTATED, SCORES, SEGMENTS, TILES
from segspark.app.workspace import open_workspace
from segspark.ids import identity
from segspark.lineage.run import lineage_of
from segspark.pipeline.progress import Progress
from segspark.pipeline.runs import record, runs_of
from segspark.points import point
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake

# Below the lake; a name that no reader takes for a table.
ASIDE = "_damaged"


def put_aside(lake: Lake, contract: Contract) -> str:
    """Move the folder of a table whose log is damaged, so that it is made anew; returns where it lies."""
    files = lake.folder(contract).list()
    name = f"{ASIDE}/{contract.layer}/{contract.table}-{identity(contract.name, [f.name for f in files])}"
    to = lake.store.below(name)
    for file in files:
        to.replace(file.name, lake.folder(contract).read(file.name))
    lake.store.delete_tree(f"{contract.layer}/{contract.table}")
    return to.url


def forget_tiles(lake: Lake) -> date:
    """Record that earlier runs no longer describe the tiles, so that the next run of their flow makes all days; returns the
    last one, which may be a provisional one."""
    runs = runs_of(lake)
    # After a repair that was killed no run is finished any more.
    made = {r["as_of_date"] for r in runs.finished("tiles")} or {r["as_of_date"] for r in runs.rows("tiles")}
    last: date = max(made)
    record(lake, run_id="repair", flow="tiles", as_of=last, state="started", config="repair")
    return last


def make_again(config: Path, whole: Collection[str], days: Mapping[str, Sequence[date]], progress: Progress) -> None:
    """Make some tables again in one session, each after those that it is made from.

    Args:
        whole: tables of which all rows are made.
        days: of the other tables the days that are made.
    """
    from segspark.app.run import lake_session
    from segspark.features.check import REPAIR, RESTATE
    from segspark.features.tiles_flow import TILES as TILES_FLOW
    from segspark.ingest.opt_outs import objections_in
    from segspark.pipeline.flow import Flow
    from segspark.pipeline.runner import run_flow
    from segspark.scoring.flow import SCORES as SCORES_FLOW
    from segspark.segments.flow import SEGMENTS as SEGMENTS_FLOW
    from segspark.tables.contracts import silver

    workspace = open_workspace(config)
    with lineage_of(workspace, "repair", None, progress.note), lake_session(workspace, "repair") as lake:
        # What an hourly run has made of a part of a day is made again as such.
        provisional = runs_of(lake).provisional_days()

        def again(flow: Flow, day: date) -> None:
            request = replace(flow.request, is_provisional=day in provisional)
            run_flow(flow, workspace, lake, day, progress, request)

        if not {*OBJECTIONS}.isdisjoint(whole):
            lake.overwrite(silver.OBJECTIONS, objections_in(lake.read(silver.EVENTS)).coalesce(1))
        if not {*TILES}.isdisjoint(whole):
            # The flow records its own start after this, as in every run: it takes the newest start for its own.
            last = forget_tiles(lake)
            point("repair_begun")
            again(TILES_FLOW, last)
        steps = ((REPAIR, FEATURES), (RESTATE, RESTATED), (SCORES_FLOW, SCORES), (SEGMENTS_FLOW, SEGMENTS))
        for flow, tables in steps:
            for day in sorted({day for name in tables for day in days.get(name, ())}):
                again(replace(flow, is_skipped_when_unchanged=False), day)
                point("repair_day")
