"""Features from the day before: equal to those from all days."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from features.four_days import DAYS, FOUR_DAYS
from lakes import Lakes

from segspark.config.models import Workspace
from segspark.features.check import REPAIR
from segspark.features.flow import FEATURES, FEATURES_BACKFILL
from segspark.features.tiles_flow import TILES
from segspark.pipeline.flow import Request
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import runs_of
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def day_rows(lake: Lake, contract: Contract, day: date) -> pa.Table:
    rows = lake.read_small(contract, filters=[("as_of_date", "=", day)])
    return rows.sort_by("person_id").select(sorted(rows.column_names))


def made_from(lake: Lake) -> dict[date, Any]:
    return {r["as_of_date"]: json.loads(r["outputs"])["made_from"] for r in runs_of(lake).finished("features")}


def test_all_but_the_first_day_are_carried_on_and_equal_a_recompute(four_days: tuple[Workspace, Lake]) -> None:
    workspace, lake = four_days
    assert made_from(lake) == {MAY[3]: "all days", **{MAY[d]: "the day before" for d in DAYS[1:]}}
    carried = [day_rows(lake, gold.FEATURES, MAY[d]) for d in DAYS]
    assert [t.num_rows for t in carried] == [4, 5, 5, 5]
    opens = [max(t["n_open_30d"].to_pylist()) for t in carried]
    assert opens == [1, 2, 0, 0]
    for day in DAYS:
        run_flow(REPAIR, workspace, lake, MAY[day])
    assert [day_rows(lake, gold.FEATURES, MAY[d]) for d in DAYS] == carried


def test_many_days_in_one_walk_and_one_commit_equal_day_by_day(four_days: tuple[Workspace, Lake]) -> None:
    workspace, lake = four_days
    one_by_one = [day_rows(lake, gold.FEATURES, MAY[d]) for d in DAYS]
    before = lake.version(gold.FEATURES) or 0
    run_flow(FEATURES_BACKFILL, workspace, lake, MAY[6], request=Request(days=tuple([MAY[d] for d in DAYS])))
    assert lake.version(gold.FEATURES) == before + 1
    assert [day_rows(lake, gold.FEATURES, MAY[d]) for d in DAYS] == one_by_one


def test_features_are_made_from_all_days_where_their_basis_changed(lakes: Lakes, tmp_path: Path) -> None:
    workspace, lake = lakes.copy(FOUR_DAYS, tmp_path / "w")
    windows = workspace.features.model_copy(update={"windows": (7, 14, 30, 90, 365)})
    wider = workspace.model_copy(update={"features": windows})
    for flow in (TILES, FEATURES):
        run_flow(flow, wider, lake, MAY[7])
    assert made_from(lake)[MAY[7]] == "all days"
    # kim and lou bought nothing, bob's second order came late.
    assert sorted(day_rows(lake, gold.FEATURES, MAY[7])["n_order_14d"].to_pylist()) == [0, 0, 1, 1, 2]
    # Two days on: yesterday is missing.
    for flow in (TILES, FEATURES):
        run_flow(flow, wider, lake, MAY[9])
    assert made_from(lake)[MAY[9]] == "all days"
