"""Items from silver to features: carried on from the day before, from all days, in both lanes, and what is read."""

from datetime import date
from typing import Any

import deltalake
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from builders import step_of
from features.four_days import DAYS

from segspark.config.models import Workspace
from segspark.features.check import REPAIR
from segspark.features.engine import item_index
from segspark.features.engine.items import item_changing_days
from segspark.features.flow import FEATURES, FEATURES_BACKFILL
from segspark.features.resources import load_catalogue
from segspark.features.tiles_flow import TILES
from segspark.pipeline.flow import Request
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.time import day_number

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
COLUMNS = ("n_category_seen_30d", "top_category_365d", "n_campaign_clicked_30d", "n_device_2d", "n_device_lifetime")


def day_rows(lake: Lake, contract: Contract, day: date) -> pa.Table:
    rows = lake.read_small(contract, filters=[("as_of_date", "=", day)])
    order = [(n, "ascending") for n in ("person_id", "kind", "item") if n in rows.column_names]
    return rows.sort_by(order).select(sorted(rows.column_names))


def said(lake: Lake, day: date) -> list[tuple[Any, ...]]:
    rows = day_rows(lake, gold.FEATURES, day)
    return sorted(zip(*(rows[c].to_pylist() for c in COLUMNS), strict=True), key=str)


def test_items_are_counted_once_per_window_as_of_each_day(four_days: tuple[Workspace, Lake]) -> None:
    _, lake = four_days
    # ann, bob and eve only buy; eve does from the second day on.
    nothing = (0, None, 0, 0, 0)
    assert said(lake, MAY[3]) == [nothing, nothing, (0, None, 1, 0, 0), (2, "bags", 0, 2, 2)]
    assert said(lake, MAY[4]) == [nothing, nothing, nothing, (1, "shoes", 1, 1, 1), (2, "bags", 0, 2, 2)]
    # Learnt on the 5th: lou looked at hats on the 2nd, which is outside of two days.
    assert said(lake, MAY[5]) == [nothing, nothing, nothing, (2, "bags", 0, 0, 2), (2, "shoes", 1, 1, 2)]
    # Withdrawn: nothing of kim may be seen any more.
    assert said(lake, MAY[6]) == [nothing, nothing, nothing, nothing, (2, "shoes", 1, 0, 2)]


def test_an_open_makes_no_item(four_days: tuple[Workspace, Lake]) -> None:
    _, lake = four_days
    items = lake.read_small(gold.ACTIVITY_ITEMS).to_pylist()
    assert "winter" not in {r["item"] for r in items}
    assert {r["n"] for r in items if r["item"] == "bags"} == {2}


def test_carried_on_equals_all_days_one_walk_the_other_lane_and_after_compaction(
    four_days: tuple[Workspace, Lake],
) -> None:
    workspace, lake = four_days
    stored = [(gold.FEATURES, MAY[d]) for d in DAYS] + [(gold.ITEM_LAST_DAYS, MAY[d]) for d in DAYS]
    carried = [day_rows(lake, *each) for each in stored]
    for contract in (gold.ACTIVITY_ITEMS, gold.ITEM_LAST_DAYS):
        deltalake.DeltaTable(lake.path(contract)).optimize.compact()
    run_flow(REPAIR, workspace, lake, MAY[6])
    assert [day_rows(lake, *each) for each in stored] == carried
    run_flow(FEATURES_BACKFILL, workspace, lake, MAY[6], request=Request(days=tuple([MAY[d] for d in DAYS])))
    assert [day_rows(lake, *each) for each in stored] == carried
    slow = workspace.model_copy(update={"features": workspace.features.model_copy(update={"lane": "spark"})})
    run_flow(FEATURES, slow, lake, MAY[6])
    assert [day_rows(lake, *each) for each in stored] == carried


def test_a_day_reads_the_items_that_changed_and_yesterdays_index(
    four_days: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Yesterday's items, the day that leaves the window, what was learnt; whatever the history."""
    workspace, lake = four_days
    run, read = step_of(FEATURES, workspace, lake, MAY[5]), []
    catalogue = load_catalogue(workspace)
    files = tuple(f for f in run.files(gold.ACTIVITY_ITEMS) if f.day <= MAY[5])
    state = tuple(f for f in run.files(gold.ITEM_LAST_DAYS) if f.day == MAY[4])
    before = tuple(f for f in run.files(gold.FEATURES) if f.day == MAY[4])
    original = item_index.read_items

    def noting(files: Any, *rest: Any) -> pa.Table:
        rows = original(files, *rest)
        read.extend(pc.unique(rows["activity_date"]).to_pylist())
        return rows

    monkeypatch.setattr(item_index, "read_items", noting)
    item_index.ItemTask(catalogue, MAY[5], files, (), state, before)("", "~")
    learnt = lake.read_small(gold.ACTIVITY_ITEMS, filters=[("applied_as_of", "=", MAY[5])])
    assert set(learnt["activity_date"].to_pylist()) == {MAY[2]}
    assert MAY[3] not in read
    assert {day_number(d) for d in read} <= item_changing_days(learnt, catalogue, MAY[5])


def test_the_index_is_kept_for_eight_days(four_days: tuple[Workspace, Lake]) -> None:
    workspace, lake = four_days
    assert lake.days(gold.ITEM_LAST_DAYS) == [MAY[d] for d in DAYS]
    for flow in (TILES, FEATURES):
        run_flow(flow, workspace, lake, MAY[12])
    assert lake.days(gold.ITEM_LAST_DAYS) == [MAY[5], MAY[6], MAY[12]]
