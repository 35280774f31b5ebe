"""What becomes of a record, out of what became of all that it says."""

from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from segspark.ingest import dispositions
from segspark.ingest.dispositions import Dispositions, read_dispositions
from segspark.sources.files import InputFile
from segspark.sources.parsed import KINDS, record_number
from segspark.store import store_at
from segspark.tables.staging import Staged, StagingWriter, read_named


def test_a_record_is_refused_when_nothing_it_says_was_accepted(spark: SparkSession) -> None:
    rows = [
        ("events", 1, 10, 1, "duplicate"), ("events", 2, 20, 2, "duplicate"), ("events", 3, 30, 2, "duplicate"),
        ("lines", 4, 30, 2, "expired"), ("events", 5, 40, 1, "other_version"), ("events", 6, 50, 1, "withheld"),
        ("events", 6, 50, 1, "duplicate"),
    ]  # fmt: skip
    told = spark.createDataFrame(rows, "kind string, no bigint, record bigint, n_says int, verdict string")
    found = {r["record"]: r["disposition"] for r in dispositions.dispose(told).collect()}
    assert found == {10: "duplicate", 30: "expired", 50: "withheld"}


DAY = date(2026, 5, 2)


def staged(spark: SparkSession, folder: Path, **rows: list[dict[str, Any]]) -> Staged:
    writer = StagingWriter(store_at(folder), KINDS)
    for kind, its in rows.items():
        for row in its:
            writer.add(kind, {"received_date": DAY, "file": 0, **row} if KINDS[kind].day else row)
    named = [row for batch in writer.close() for row in batch.to_pylist()]
    return Staged(spark, KINDS, read_named(spark.createDataFrame(named)))


def test_every_record_of_a_file_is_counted_under_one_disposition(spark: SparkSession, tmp_path: Path) -> None:
    """orders: four records, of which one is ignored and two are refused later; mails: one that is quarantined."""
    orders, mails = (InputFile(s, s, s, f"{s}-id", 1, None, at) for at, s in enumerate(("orders", "mails")))
    of_orders = [record_number(0, at) for at in range(4)]
    found = staged(
        spark,
        tmp_path,
        records=[{"record": r, "is_ignored": r == of_orders[3]} for r in of_orders],
        refused=[{"record": record_number(1, 0)}],
        exceptions=[{"kind": "events", "no": 1, "record": of_orders[0], "n_says": 1, "verdict": "duplicate"}],
        dispositions=[
            {"record": of_orders[0], "disposition": "duplicate"},
            {"record": of_orders[1], "disposition": "withheld"},
        ],
    )
    ledger = read_dispositions(Dispositions(found, None), {"orders": [orders], "mails": [mails]})
    assert [(r["source"], r["file_id"], r["disposition"], r["n_records"]) for r in ledger] == [
        ("orders", "orders-id", "accepted", 1),
        ("orders", "orders-id", "duplicate", 1),
        ("orders", "orders-id", "ignored", 1),
        ("orders", "orders-id", "withheld", 1),
        ("mails", "mails-id", "quarantined", 1),
    ]


def test_a_file_of_which_nothing_was_accepted_has_no_row_of_none(spark: SparkSession, tmp_path: Path) -> None:
    record = record_number(0, 0)
    found = staged(
        spark,
        tmp_path,
        records=[{"record": record, "is_ignored": False}],
        exceptions=[{"kind": "events", "no": 1, "record": record, "n_says": 1, "verdict": "expired"}],
        dispositions=[{"record": record, "disposition": "expired"}],
    )
    ledger = read_dispositions(Dispositions(found, None), {"orders": [InputFile("orders", "", "", "a", 1, None, 0)]})
    assert [(r["disposition"], r["n_records"]) for r in ledger] == [("expired", 1)]
