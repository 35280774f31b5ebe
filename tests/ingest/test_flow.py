"""A batch from its files to the record of it; whole days are told by tests/app, other providers by tests/sockets."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, rows_of, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark.errors import GateClosed
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import bronze, ops
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


@pytest.fixture(scope="module")
def runs(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], SparkLake]:
    """The outcomes of four runs: a first batch, nothing new, one that is refused, and the same after it was mended."""
    workspace = make_workspace(tmp_path_factory.mktemp("ingest") / "w")
    lake = SparkLake(workspace.lake, spark)
    write_orders(
        workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"),
        ("2", "bob@example.com", "2026-05-02 11:00:00", "much"),
    )  # fmt: skip
    outcomes = [run_flow(INGEST, workspace, lake, MAY[3]) for _ in range(2)]
    good = [(f"m{n}", "ann@example.com", "click", "2026-05-03 10:00:00") for n in range(20)]
    write_mails(workspace, MAY[3], *[(*row[:2], "clack", row[3]) for row in good])
    with pytest.raises(GateClosed, match="20 of 20"):
        run_flow(INGEST, workspace, lake, MAY[4])
    write_mails(workspace, MAY[3], *good)
    return [*outcomes, run_flow(INGEST, workspace, lake, MAY[4])], lake


def test_the_outcome_counts_files_and_records_by_disposition(runs: tuple[list[dict[str, Any]], SparkLake]) -> None:
    first, again, mended = runs[0]
    assert (first["files"], first["records"]) == (1, {"accepted": 1, "quarantined": 1})
    assert again == {"files": 0}
    assert (mended["files"], mended["records"]) == (1, {"accepted": 20})


def test_every_record_is_in_bronze_or_in_quarantine(runs: tuple[list[dict[str, Any]], SparkLake]) -> None:
    lake = runs[1]
    assert [(r["source"], r["position"]) for r in rows_of(lake, bronze.QUARANTINE)] == [("orders", 1)]
    assert len(rows_of(lake, bronze.RECORDS)) == 21
    assert sum(r["n_records"] for r in rows_of(lake, ops.LEDGER)) == 22


def test_a_batch_that_is_refused_leaves_nothing_behind(runs: tuple[list[dict[str, Any]], SparkLake]) -> None:
    assert [r["file_name"] for r in rows_of(runs[1], ops.FILES)] == ["mails-2026-05-03.csv", "orders-2026-05-02.csv"]


def test_the_flow_declares_what_it_writes(tmp_path: Path) -> None:
    assert INGEST.reads == ()
    assert {"bronze.records", "bronze.quarantine", "silver.events", "ops.files", "ops.ledger"} <= set(INGEST.writes)
