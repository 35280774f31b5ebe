"""Refused records are listed, shown, and taken in again after the source's YAML was corrected; nothing counts twice."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, rows_of
from pyspark.sql import SparkSession

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.ingest.flow import INGEST, replay_of
from segspark.ingest.replay import moved
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import record
from segspark.query.quarantine import list_quarantine, show_quarantine
from segspark.tables.contracts import bronze, ops, silver
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 3)
MAILS = """\
name: letters
kind: sendgrid
path: ../data/letters-*.json
received: {from: file_name}
"""
ORDERS = """\
name: orders
kind: mapped
format: csv
path: ../data/orders-*.csv
time_zone: Europe/Paris
received: {from: file_name}
records:
  - target: orders
    identifier: {kind: email, value: email}
    columns: {order_id: id, ordered_at: at, amount: total}
"""
CLICK = '{"event":"click","email":"zqann@example.com","timestamp":1777712400,"sg_event_id":"e1"}'


def ledger(lake: SparkLake) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for row in rows_of(lake, ops.LEDGER):
        key = (row["source"], row["disposition"])
        counts[key] = counts.get(key, 0) + row["n_records"]
    return {key: n for key, n in counts.items() if n}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    (workspace.folder / "sources" / "orders.yaml").write_text(ORDERS)
    (workspace.folder / "sources" / "letters.yaml").write_text(MAILS)
    data = workspace.folder / "data"
    data.mkdir(exist_ok=True)
    (data / "letters-2026-05-02.json").write_text(f'{CLICK}\n{{"event":"click","email":"zqbob"}}\n')
    rows = ["id,email,at,total", '1,zqann@example.com,2026-05-02 10:00:00,"12,50"', "2,zqann@example.com,then,5.00"]
    (data / "orders-2026-05-02.csv").write_text("\n".join([*rows, "3,zqeve@example.com,2026-05-02 11:00:00,7.00\n"]))
    return open_workspace(workspace.folder, {})


def test_refused_records_are_taken_in_after_the_mapping_was_corrected(
    spark: SparkSession, workspace: Workspace
) -> None:
    lake = SparkLake(workspace.lake, spark)
    run_flow(INGEST, workspace, lake, DAY)
    listed = {(r["source"], r["reason"]): (r["records"], r["sealed"], r["example"]) for r in list_quarantine(workspace)}
    assert listed == {
        ("letters", "missing:timestamp"): (1, 1, "letters-2026-05-02.json, record 2"),
        ("orders", "locale_decimal:amount"): (1, 1, "orders-2026-05-02.csv, record 1"),
        ("orders", "time_format:ordered_at"): (1, 1, "orders-2026-05-02.csv, record 2"),
    }
    shown = show_quarantine(workspace, "orders", reason="locale_decimal")
    assert [(r["place"], r["reasons"]) for r in shown] == [("orders-2026-05-02.csv, record 1", "locale_decimal:amount")]
    assert "zqann" not in str(shown)
    assert "zqann" in show_quarantine(workspace, "orders", opened=True)[0]["record"]

    source = workspace.folder / "sources" / "orders.yaml"
    source.write_text(source.read_text().replace("time_zone:", 'decimal_mark: ","\ntime_zone:'))
    outcome = run_flow(replay_of("orders"), workspace, lake, DAY)
    assert outcome["records"] == {"accepted": 1, "quarantined": 1}
    orders = {o["order_id"]: o["amount_cents"] for o in rows_of(lake, silver.ORDERS)}
    assert orders == {"1": 1250, "3": 700}
    assert ledger(lake) == {
        ("letters", "accepted"): 1, ("letters", "quarantined"): 1, ("orders", "accepted"): 2, ("orders", "quarantined"): 1,
    }  # fmt: skip
    assert len(rows_of(lake, bronze.RECORDS)) == 3
    taken = [r for r in rows_of(lake, bronze.QUARANTINE) if r["replayed_by"]]
    assert [(r["position"], r["sealed"], r["reasons"]) for r in taken] == [(0, None, ["locale_decimal:amount"])]
    assert len(rows_of(lake, bronze.QUARANTINE)) == 3

    # Again: nothing is taken twice, and what is refused again stays as it is.
    assert run_flow(replay_of(None), workspace, lake, DAY)["records"] == {"quarantined": 2}
    assert {o["order_id"] for o in rows_of(lake, silver.ORDERS)} == {"1", "3"}
    assert sum(r["records"] for r in list_quarantine(workspace)) == 2


def test_a_replay_needs_a_source_that_exists_and_a_day_that_is_open(spark: SparkSession, workspace: Workspace) -> None:
    lake = SparkLake(workspace.lake, spark)
    run_flow(INGEST, workspace, lake, DAY)
    with pytest.raises(ConfigError, match=r"no source 'order'\. Did you mean orders.*\? There are: .*orders"):
        run_flow(replay_of("order"), workspace, lake, DAY)
    with pytest.raises(ConfigError, match=r"no record in quarantine of source 'order'\. Did you mean orders\?"):
        show_quarantine(workspace, "order")
    record(lake, run_id="r1", flow="daily", as_of=DAY, state="done")
    with pytest.raises(GateClosed, match=r"2026-05-03 is published.*2026-05-04"):
        run_flow(replay_of(None), workspace, lake, DAY)


def test_a_ledger_moves_what_left_the_quarantine() -> None:
    def row(file: str, disposition: str, n: int) -> dict[str, object]:
        return {"source": "orders", "file_id": file, "disposition": disposition, "n_records": n}

    again = [row("a", "accepted", 3), row("a", "duplicate", 1), row("a", "quarantined", 5), row("b", "quarantined", 2)]
    assert moved(again) == [row("a", "accepted", 3), row("a", "duplicate", 1), row("a", "quarantined", -4)]
