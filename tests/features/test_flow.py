"""Features from the day before: equal to those from all days, checked, mended and restated."""

import json
from datetime import date, timedelta
from typing import Any

import deltalake
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from builders import make_workspace, step_of, write_consents, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark.app import run as start
from segspark.config.models import Workspace
from segspark.errors import CheckFailed, GateClosed
from segspark.features import check as feature_check
from segspark.features.check import FEATURE_CHECK, REPAIR, RESTATE
from segspark.features.compute import range_task
from segspark.features.engine import arrow as tasks
from segspark.features.engine.incremental import changing_days
from segspark.features.engine.kernel import day_number
from segspark.features.flow import FEATURES, FEATURES_BACKFILL
from segspark.features.resources import load_catalogue
from segspark.features.tiles import build_activity, owned_rows
from segspark.features.tiles_flow import TILES, events_of
from segspark.identity.links import person_spans
from segspark.ingest.flow import INGEST
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import runs_of
from segspark.tables.contracts import gold, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
DAYS = (3, 4, 5, 6)


def day_rows(lake: Lake, contract: Contract, day: date) -> pa.Table:
    rows = lake.read_small(contract, filters=[("as_of_date", "=", day)])
    return rows.sort_by("person_id").select(sorted(rows.column_names))


def made_from(lake: Lake) -> dict[date, Any]:
    return {r["as_of_date"]: json.loads(r["outputs"])["made_from"] for r in runs_of(lake).finished("features")}


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Lake]:
    """Four days: somebody new on the second, a withdrawal on the third, a late order on the fourth."""
    workspace = make_workspace(tmp_path_factory.mktemp("running") / "w")
    lake = SparkLake(workspace.lake, spark)
    write_consents(workspace, MAY[1], ("ann@example.com", "open_tracking", "granted", "2026-05-01 08:00:00"))
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"),
                 ("2", "bob@example.com", "2026-05-02 23:30:00", "30.00"))  # fmt: skip
    write_mails(workspace, MAY[2], ("m1", "ann@example.com", "open", "2026-05-02 11:00:00"),
                ("m2", "ann@example.com", "click", "2026-05-02 11:00:05"))  # fmt: skip
    write_orders(workspace, MAY[3], ("3", "eve@example.com", "2026-05-03 12:00:00", "45.00"))
    write_mails(workspace, MAY[3], ("m3", "ann@example.com", "open", "2026-05-03 09:00:00"))
    write_consents(workspace, MAY[4], ("ann@example.com", "open_tracking", "withdrawn", "2026-05-04 09:00:00"))
    write_orders(workspace, MAY[5], ("5", "bob@example.com", "2026-05-02 09:00:00", "50.00"))
    for day in DAYS:
        for flow in (INGEST, TILES, FEATURES, FEATURE_CHECK):
            run_flow(flow, workspace, lake, MAY[day])
    return workspace, lake


def test_all_but_the_first_day_are_carried_on_and_equal_a_recompute(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    assert made_from(lake) == {MAY[3]: "all days", **{MAY[d]: "the day before" for d in DAYS[1:]}}
    carried = [day_rows(lake, gold.FEATURES, MAY[d]) for d in DAYS]
    assert [t.num_rows for t in carried] == [2, 3, 3, 3]
    opens = [max(t["n_open_30d"].to_pylist()) for t in carried]
    assert opens == [1, 2, 0, 0]
    for day in DAYS:
        run_flow(REPAIR, workspace, lake, MAY[day])
    assert [day_rows(lake, gold.FEATURES, MAY[d]) for d in DAYS] == carried


def test_many_days_in_one_walk_and_one_commit_equal_day_by_day(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    one_by_one = [day_rows(lake, gold.FEATURES, MAY[d]) for d in DAYS]
    before = lake.version(gold.FEATURES) or 0
    run_flow(FEATURES_BACKFILL, workspace, lake, MAY[6], request=Request(days=tuple([MAY[d] for d in DAYS])))
    assert lake.version(gold.FEATURES) == before + 1
    assert [day_rows(lake, gold.FEATURES, MAY[d]) for d in DAYS] == one_by_one


def test_a_difference_is_an_error_that_names_person_feature_and_cure(
    shop: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, lake = shop
    monkeypatch.setattr(feature_check, "WHOLE_ON", MAY[4].weekday())
    right = day_rows(lake, gold.FEATURES, MAY[4])
    table = deltalake.DeltaTable(lake.path(gold.FEATURES))
    rows = table.to_pyarrow_table(filters=[("as_of_date", "=", MAY[4])])
    at = rows.schema.get_field_index("n_order_30d")
    wrong = rows.set_column(at, rows.schema.field(at), pc.add(rows["n_order_30d"], 1))
    deltalake.write_deltalake(table, wrong, mode="overwrite", predicate=f"as_of_date = '{MAY[4]}'")
    with pytest.raises(CheckFailed, match=r"[0-9a-f]{32} n_order_30d: 2, not 1.*features repair --as-of 2026-05-04"):
        run_flow(FEATURE_CHECK, workspace, lake, MAY[4])
    # Beside it the day's scores may be written; nothing is made of them.
    monkeypatch.setattr(start, "DAILY", start.DAILY[start.DAILY.index(FEATURE_CHECK) :])
    with pytest.raises(CheckFailed, match="n_order_30d"):
        start.daily(workspace, lake, MAY[4], Quiet())
    assert MAY[4] not in runs_of(lake).published_days()
    assert MAY[4] not in lake.days(gold.SEGMENTS)
    run_flow(REPAIR, workspace, lake, MAY[4])
    assert run_flow(FEATURE_CHECK, workspace, lake, MAY[4])["checked"] == "everybody"
    assert day_rows(lake, gold.FEATURES, MAY[4]) == right


def test_a_restatement_knows_what_was_learnt_since_and_changes_nothing_published(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    published = day_rows(lake, gold.FEATURES, MAY[3])
    run_flow(RESTATE, workspace, lake, MAY[3])
    restated = day_rows(lake, gold.FEATURES_RESTATED, MAY[3])
    assert sorted(published["order_cents_30d"].to_pylist()) == [3000, 12000]
    assert sorted(restated["order_cents_30d"].to_pylist()) == [8000, 12000]
    assert day_rows(lake, gold.FEATURES, MAY[3]) == published
    with pytest.raises(GateClosed, match="not closed yet"):
        run_flow(RESTATE, workspace, lake, MAY[20])


def test_a_day_reads_one_tile_day_per_window_and_the_newest(
    shop: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the days of what was learnt; whatever the history."""
    workspace, lake = shop
    catalogue = load_catalogue(workspace)
    run = step_of(FEATURES, workspace, lake, MAY[6])
    whole = range_task(run, [MAY[6]], catalogue, None)
    files = [f for f in run.files(gold.FEATURES) if f.day == MAY[5]]
    task = tasks.RangeTask(
        catalogue, whole.dates, whole.calendar, whole.tiles, whole.corrections, (), state=tuple(files)
    )
    read: list[date] = []
    original = tasks.read_range

    def noting(files: Any, low: str, high: str, columns: Any, day: str, *rest: Any) -> pa.Table:
        if day == "activity_date":
            read.extend(f.day for f in files)
        return original(files, low, high, columns, day, *rest)

    monkeypatch.setattr(tasks, "read_range", noting)
    task("", "~")
    learnt = lake.read_small(gold.ACTIVITY_CORRECTIONS, filters=[("applied_as_of", "=", MAY[6])])
    assert learnt["activity_date"].to_pylist() == [MAY[2]]
    allowed = changing_days(learnt, catalogue, MAY[6])
    assert {day_number(d) for d in read} <= allowed
    assert len(allowed) <= 2 + len(workspace.features.windows)
    assert MAY[2] in read
    assert MAY[3] not in read


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


def test_a_tile_reads_the_days_around_it_and_what_the_run_accepted(shop: tuple[Workspace, Lake]) -> None:
    """Of all that was ever taken in; nobody moved that day, so nobody's events are looked for."""
    workspace, lake = shop
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


def test_features_are_made_from_all_days_where_their_basis_changed(spark: SparkSession, tmp_path: Any) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    steps: tuple[Flow, ...] = (INGEST, TILES, FEATURES)
    for flow in steps:
        run_flow(flow, workspace, lake, MAY[3])
    windows = workspace.features.model_copy(update={"windows": (7, 14, 30, 90, 365)})
    wider = workspace.model_copy(update={"features": windows})
    for flow in steps:
        run_flow(flow, wider, lake, MAY[4])
    assert made_from(lake)[MAY[4]] == "all days"
    assert day_rows(lake, gold.FEATURES, MAY[4])["n_order_14d"].to_pylist() == [1]
    # Two days on: yesterday is missing.
    for flow in steps:
        run_flow(flow, wider, lake, MAY[4] + timedelta(days=2))
    assert made_from(lake)[MAY[6]] == "all days"
