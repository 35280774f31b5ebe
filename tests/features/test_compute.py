"""The features of some days are the same by either engine, after compaction and with any number of tasks."""

from datetime import date
from pathlib import Path

import deltalake
import polars
import pytest
from builders import make_workspace, step_of, write_consents, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.errors import CheckFailed, ConfigError
from segspark.features import check as feature_check
from segspark.features.catalogue import build_catalogue
from segspark.features.check import FEATURE_CHECK, REPAIR, RESTATE
from segspark.features.compute import features_of_days
from segspark.features.engine.kernel import Outcome
from segspark.features.flow import FEATURES
from segspark.features.resources import load_catalogue
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables import ranges
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

DAYS = (4, 5, 6)
DAY = date(2026, 5, 6)


def with_lane(workspace: Workspace, lane: str) -> Workspace:
    return workspace.model_copy(update={"features": workspace.features.model_copy(update={"lane": lane})})


def rows(lake: Lake, contract: Contract = gold.FEATURES, day: date = DAY) -> polars.DataFrame:
    frame = lake.read(contract).where(f"{contract.partition_by[0]} = DATE'{day}'").toArrow()
    return polars.DataFrame(polars.from_arrow(frame)).select(sorted(frame.column_names)).sort("person_id")


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Lake]:
    """Three days with a withdrawal on the second and late orders on the third."""
    workspace = make_workspace(tmp_path_factory.mktemp("lanes") / "w")
    few = workspace.features.model_copy(update={"windows": (2,)})
    workspace = workspace.model_copy(update={"features": few})
    write_consents(workspace, date(2026, 5, 1), ("p1@example.com", "open_tracking", "granted", "2026-05-01 08:00:00"))
    for d in (2, 3, 4, 5):
        day = date(2026, 5, d)
        orders = [(f"{d}{i}", f"p{i}@example.com", f"{day} 10:00:00", f"{i}.50") for i in range(1, 7, d)]
        late = [(f"late{n}", "p1@example.com", f"2026-05-0{n} 09:00:00", "7.00") for n in (1, 4) if d == 5]
        write_orders(workspace, day, *orders, *late)
        write_mails(
            workspace,
            day,
            # Also those are known who only click.
            *[(f"d{i}", f"p{i}@example.com", "delivered", f"{day} 08:00:00") for i in range(6) if d == 2],
            *[(f"m{d}{i}", f"p{i}@example.com", "click", f"{day} 1{i}:00:00") for i in range(6)],
            (f"o{d}", "p1@example.com", "open", f"{day} 12:00:00"),
        )
    write_consents(workspace, date(2026, 5, 4), ("p1@example.com", "open_tracking", "withdrawn", "2026-05-04 08:00:00"))
    lake = SparkLake(workspace.lake, spark)
    # All that follows the first day is taken in at once: a day may know of it only what was received before.
    for flow, d in ((INGEST, 4), (INGEST, 6), (TILES, 5), (TILES, 6), *((FEATURES, d) for d in DAYS)):
        told = run_flow(flow, workspace, lake, date(2026, 5, d))
    assert (told["lane"], told["lane_because"], told["made_from"]) == ("direct", "plain files", "the day before")
    return workspace, lake


def test_compaction_and_the_number_of_tasks_change_no_row(
    shop: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, lake = shop
    before = rows(lake)
    assert before["n_order_lifetime"].sum() > 0
    for contract in (gold.ACTIVITY_DAILY, gold.ACTIVITY_CORRECTIONS, gold.FEATURES):
        deltalake.DeltaTable(lake.path(contract)).optimize.compact()
    for bytes_per_task, lane in ((600_000_000, "direct"), (2_000, "auto")):
        monkeypatch.setattr(ranges, "BYTES_PER_TASK", bytes_per_task)
        for flow in (FEATURES, REPAIR):
            run_flow(flow, with_lane(workspace, lane), lake, DAY)
            assert rows(lake).equals(before)
    n_files = sum(f.day == DAY for f in lake.files(gold.FEATURES))
    assert n_files > 2


def test_the_spark_lane_gives_the_same_rows_from_the_day_before_and_from_all_days(
    shop: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    workspace, lake = shop
    before, slow = rows(lake), with_lane(workspace, "spark")
    told = run_flow(FEATURES, slow, lake, DAY)
    assert (told["lane"], told["lane_because"], told["made_from"]) == ("spark", "features.lane", "the day before")
    assert rows(lake).equals(before)
    monkeypatch.setattr(feature_check, "WHOLE_ON", DAY.weekday())
    assert run_flow(FEATURE_CHECK, slow, lake, DAY)["checked"] == "everybody"
    run_flow(REPAIR, slow, lake, DAY)
    assert rows(lake).equals(before)

    # Training sets: the same, with what came after.
    after = Outcome("n_after", "n_order", 2, DAY)
    small = load_catalogue(workspace).narrowed({"n_order_2d", "last_order_date", "n_click_2d"})
    cuts = [date(2026, 5, 3), date(2026, 5, 4)]
    found = []
    for each in (workspace, slow):
        run = step_of(FEATURES, each, lake, DAY)
        frame = features_of_days(run, cuts, small, after).toPandas()
        found.append(polars.from_pandas(frame.sort_values(["as_of_date", "person_id"])))
    assert found[0].select(found[1].columns).equals(found[1])
    assert found[0]["n_after"].sum() > 0
    assert build_catalogue(workspace.features.windows).hash == load_catalogue(workspace).hash


@pytest.mark.slow
def test_tables_with_deletion_vectors_go_the_spark_lane(
    shop: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, lake = shop
    before = {c.name: rows(lake, c) for c in (gold.FEATURES, gold.ACTIVITY_CORRECTIONS)}
    tile = rows(lake, gold.ACTIVITY_DAILY, date(2026, 5, 5))
    run_flow(RESTATE, workspace, lake, date(2026, 5, 4))
    restated = rows(lake, gold.FEATURES_RESTATED, date(2026, 5, 4))
    for contract in (gold.FEATURES, gold.ACTIVITY_DAILY, gold.ACTIVITY_CORRECTIONS):
        where = f"delta.`{lake.path(contract)}`"
        lake.spark.sql(f"ALTER TABLE {where} SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')")
    # One row of yesterday is gone, and its file still holds it: whose it was is computed from all days.
    gone = rows(lake, day=date(2026, 5, 5))["person_id"][0]
    features = f"delta.`{lake.path(gold.FEATURES)}`"
    lake.spark.sql(f"DELETE FROM {features} WHERE as_of_date = DATE'2026-05-05' AND person_id = '{gone}'")
    # Another configuration, so that nothing is skipped as unchanged.
    monkeypatch.setattr(feature_check, "WHOLE_ON", DAY.weekday())
    run_flow(TILES, with_lane(workspace, "spark"), lake, DAY)
    told = run_flow(FEATURES, workspace, lake, DAY)
    assert told["lane"] == "spark"
    assert "gold.features has delta.enableDeletionVectors=true" in told["lane_because"]
    run_flow(FEATURE_CHECK, with_lane(workspace, "spark"), lake, DAY)
    assert all(rows(lake, c).equals(before[c.name]) for c in (gold.FEATURES, gold.ACTIVITY_CORRECTIONS))
    assert rows(lake, gold.ACTIVITY_DAILY, date(2026, 5, 5)).equals(tile)
    with pytest.raises(ConfigError, match=r"features.lane is direct, but gold.activity_daily has delta.enableDel"):
        run_flow(FEATURES, with_lane(workspace, "direct"), lake, DAY)
    run_flow(RESTATE, workspace, lake, date(2026, 5, 4))
    assert rows(lake, gold.FEATURES_RESTATED, date(2026, 5, 4)).equals(restated)
    lake.spark.sql(
        f"UPDATE {features} SET n_order_2d = n_order_2d + 1 WHERE as_of_date = DATE'{DAY}' AND person_id = '{gone}'"
    )
    with pytest.raises(CheckFailed, match=f"{gone} n_order_2d"):
        run_flow(FEATURE_CHECK, workspace, lake, DAY)
