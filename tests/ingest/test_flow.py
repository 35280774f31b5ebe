"""A batch from its files to the record of it; whole days are told by tests/app, other providers by tests/sockets."""

import json
from pathlib import Path

from builders import rows_of

from segspark.ingest.flow import INGEST
from segspark.pipeline.runs import runs_of
from segspark.tables.contracts import bronze, ops
from segspark.tables.io.spark_lake import SparkLake


def test_the_outcome_counts_files_and_records_by_disposition(lake: SparkLake) -> None:
    first, again, mended = [json.loads(r["outputs"]) for r in runs_of(lake).rows("ingest") if r["state"] == "done"]
    # The record of a run adds the tables' versions to its outcome, and which files were read for their hash.
    del again["versions"], again["hashed"]
    # Of an order that is stated again otherwise there is one event.
    one = {"accepted": 3, "duplicate": 1, "quarantined": 1, "withheld": 1}
    assert (first["files"], first["records"]) == (2, one)
    assert again == {"files": 0}
    assert (mended["files"], mended["records"]) == (2, {"accepted": 19, "duplicate": 2, "withheld": 1})


def test_every_record_is_in_bronze_or_in_quarantine_unless_it_is_withheld(lake: SparkLake) -> None:
    assert [(r["source"], r["position"]) for r in rows_of(lake, bronze.QUARANTINE)] == [("orders", 4)]
    assert len(rows_of(lake, bronze.RECORDS)) == 25
    assert sum(r["n_records"] for r in rows_of(lake, ops.LEDGER)) == 28


def test_a_batch_that_is_refused_leaves_nothing_behind(lake: SparkLake) -> None:
    assert sorted(r["file_name"] for r in rows_of(lake, ops.FILES)) == [
        f"{source}-2026-05-0{day}.csv" for source in ("mails", "orders") for day in (2, 3)
    ]


def test_the_flow_declares_what_it_writes(tmp_path: Path) -> None:
    assert INGEST.reads == ()
    assert {"bronze.records", "bronze.quarantine", "silver.events", "ops.files", "ops.ledger"} <= set(INGEST.writes)
