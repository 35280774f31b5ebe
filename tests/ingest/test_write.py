"""What becomes of accepted rows that are more than appended: orders, identities, opens without permission."""

from datetime import date

import pytest
from builders import make_workspace, rows_of, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import bronze, privacy, silver
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


@pytest.fixture(scope="module")
def lake(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> SparkLake:
    """Two batches: orders and opens of one day, then other versions of the orders and an earlier open."""
    workspace = make_workspace(tmp_path_factory.mktemp("write") / "w")
    found = SparkLake(workspace.lake, spark)
    write_orders(
        workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "10.00"),
        ("2", "ann@example.com", "2026-05-02 10:00:00", "20.00"),
        ("3", "ann@example.com", "2026-05-02 10:00:00", "30.00"),
        ("3", "ann@example.com", "2026-05-02 11:00:00", "31.00"),
    )  # fmt: skip
    write_mails(workspace, MAY[2], ("m1", "bob@example.com", "open", "2026-05-02 11:00:00"))
    run_flow(INGEST, workspace, found, MAY[3])
    write_orders(
        workspace, MAY[3], ("1", "ann@example.com", "2026-05-02 12:00:00", "11.00"),
        ("2", "ann@example.com", "2026-05-02 09:00:00", "19.00"),
    )  # fmt: skip
    write_mails(
        workspace, MAY[3], ("m2", "bob@example.com", "open", "2026-05-01 11:00:00"),
        ("m3", "bob@example.com", "complaint", "2026-05-03 11:00:00"),
    )  # fmt: skip
    run_flow(INGEST, workspace, found, MAY[4])
    return found


def test_an_order_is_its_newest_version_in_whatever_order_they_come(lake: SparkLake) -> None:
    # 1 came later and is newer, 2 came later and is older, 3 came twice in one file.
    assert {o["order_id"]: o["amount_cents"] for o in rows_of(lake, silver.ORDERS)} == {"1": 1100, "2": 2000, "3": 3100}


def test_an_identifier_is_in_the_vault_once(lake: SparkLake) -> None:
    rows = rows_of(lake, privacy.IDENTITIES)
    assert len(rows) == len({r["identifier_id"] for r in rows}) == 2


def test_of_an_open_without_permission_the_last_date_stays_and_nothing_else(lake: SparkLake) -> None:
    assert [r["last_open_date"] for r in rows_of(lake, privacy.LAST_OPENS)] == [MAY[2]]
    assert {e["event_type"] for e in rows_of(lake, silver.EVENTS) if e["source"] == "mails"} == {"complaint"}
    assert {r["disposition"] for r in rows_of(lake, bronze.RECORDS)} <= {"accepted", "duplicate"}


def test_what_forbids_writing_is_kept_beside_the_events(lake: SparkLake) -> None:
    assert [(r["source"], r["event_type"]) for r in rows_of(lake, silver.OBJECTIONS)] == [("mails", "complaint")]
