"""The two lanes and compaction change no row."""

from datetime import date
from pathlib import Path

import deltalake
import polars
from builders import make_workspace, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark.features.catalogue import build_catalogue
from segspark.features.kernel import Outcome
from segspark.flows.features import FEATURES, TILES, features_of_days, load_catalogue
from segspark.flows.flow import Run, run_flow
from segspark.flows.ingest import INGEST
from segspark.tables import gold
from segspark.tables.delta import Lake

DAY = date(2026, 5, 6)


def test_lanes_and_compaction_change_no_row(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    for d in (2, 3, 4, 5):
        day = date(2026, 5, d)
        write_orders(
            workspace, day, *[(f"{d}{i}", f"p{i}@example.com", f"{day} 10:00:00", f"{i}.50") for i in range(1, 7, d)]
        )
        write_mails(
            workspace, day, *[(f"m{d}{i}", f"p{i}@example.com", "click", f"{day} 1{i}:00:00") for i in range(6)]
        )
    # A late order makes a correction.
    write_orders(workspace, date(2026, 5, 5), ("late", "p1@example.com", "2026-05-01 09:00:00", "7.00"))
    lake = Lake(workspace.lake, spark)
    for flow in (INGEST, TILES, FEATURES):
        for day in (date(2026, 5, 4), DAY):
            if flow is INGEST and day == DAY:
                continue
            run_flow(flow, workspace, lake, day)
    run_flow(INGEST, workspace, lake, DAY)
    for flow in (TILES, FEATURES):
        run_flow(flow, workspace, lake, DAY)

    def rows() -> polars.DataFrame:
        frame = polars.read_delta(lake.path(gold.FEATURES)).filter(polars.col("as_of_date") == DAY)
        return frame.select(sorted(frame.columns)).sort("person_id")

    direct = rows()
    assert direct["n_order_lifetime"].sum() > 0
    for contract in (gold.ACTIVITY_DAILY, gold.FEATURES):
        deltalake.DeltaTable(lake.path(contract)).optimize.compact()
    slow = workspace.model_copy(update={"features": workspace.features.model_copy(update={"lane": "spark"})})
    run_flow(FEATURES, slow, lake, DAY)
    assert rows().equals(direct)
    run_flow(FEATURES, workspace, lake, DAY)
    assert rows().equals(direct)

    # Training sets: the same, with what came after.
    after = Outcome("n_after", "n_order", 2, DAY)
    small = load_catalogue(workspace).narrowed({"n_order_7d", "last_order_date", "n_click_7d"})
    cuts = [date(2026, 5, 3), date(2026, 5, 4)]
    found = []
    for at, each in enumerate((workspace, slow)):
        run = Run(each, lake, DAY, FEATURES)
        frame = features_of_days(run, cuts, small, after, tmp_path / f"stage{at}").toPandas()
        found.append(polars.from_pandas(frame.sort_values(["as_of_date", "person_id"])))
    assert found[0].select(found[1].columns).equals(found[1])
    assert found[0]["n_after"].sum() > 0
    assert build_catalogue(workspace.features.windows).hash == load_catalogue(workspace).hash
