"""Sealed records end on their day, and reasons, length and hash stay."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from builders import make_workspace, rows_of, write_orders
from pyspark.sql import SparkSession

from segspark.app.vacuum import vacuum_lake
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import bronze
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 3)


def test_a_sealed_record_is_there_until_its_day_is_over(spark: SparkSession, tmp_path: object) -> None:
    workspace = make_workspace(tmp_path / "w")  # type: ignore[operator]
    write_orders(workspace, date(2026, 5, 2), ("1", "zqann@example.com", "then", "120.00"))
    lake = SparkLake(workspace.lake, spark)
    run_flow(INGEST, workspace, lake, DAY)
    (before,) = rows_of(lake, bronze.QUARANTINE)
    assert (before["sealed"] is not None, before["kept_until"]) == (True, DAY + timedelta(days=30))
    run_flow(INGEST, workspace, lake, DAY + timedelta(days=29))
    assert rows_of(lake, bronze.QUARANTINE) == [before]
    run_flow(INGEST, workspace, lake, DAY + timedelta(days=30))
    assert rows_of(lake, bronze.QUARANTINE) == [{**before, "sealed": None, "kept_until": None}]
    # The version before is kept for a week, and then no file holds the record; here the week is over at once.
    assert on_disk(lake) == [before["sealed"]]
    vacuum_lake(lake, hours=0)
    assert on_disk(lake) == []


def on_disk(lake: SparkLake) -> list[bytes]:
    """What the files of the quarantine hold sealed, whether a version names them or not."""
    files = Path(lake.path(bronze.QUARANTINE)).rglob("*.parquet")
    tables = [pq.read_table(path) for path in files if "_delta_log" not in path.parts]
    return [sealed for table in tables for sealed in table["sealed"].to_pylist() if sealed is not None]
