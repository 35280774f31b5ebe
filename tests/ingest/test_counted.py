"""What was read is compared with what was counted; a reader that swallows lines stops the run."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, rows_of, write_mails, write_orders
from pyspark.sql import SparkSession
from sources.in_process import files_of

from segspark.config.models import Workspace
from segspark.errors import CheckFailed
from segspark.ingest.counted import Files, counted
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.pipeline.step import Step
from segspark.sources.load import load_sources
from segspark.tables.contracts import bronze, ops, silver
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
ANN = ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def orders(workspace: Workspace, content: bytes, name: str = "orders-2026-05-02.csv") -> None:
    (workspace.folder / "data" / name).write_bytes(content)


def test_files_of_every_source_are_counted(workspace: Workspace) -> None:
    write_orders(workspace, MAY[2], ANN, ANN)
    write_mails(workspace, MAY[2], ("m1", "ann@example.com", "open", "2026-05-02 11:00:00"))
    sources = load_sources(workspace, {})
    files = {s.name: files_of(s, "Europe/Paris") for s in sources}
    assert {n: [f.n_counted for f in its] for n, its in counted(files, sources, 1_000).items()} == {
        "consents": [], "mails": [1], "orders": [2],
    }  # fmt: skip
    assert counted(files, sources, 10)["orders"][0].n_counted is None


def test_two_stray_quotes_cost_two_lines_and_broken_files_cost_themselves(
    spark: SparkSession, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{n},ann@example.com,2026-05-02 10:00:00,{n}.00" for n in range(1, 155)]
    lines[2] = '3,ann@example.com,"2026-05-02 10:00:00,3.00'
    lines[150] = '151,ann@example.com,2026-05-02 10:00:00",151.00'
    # The first file, by name, is broken.
    orders(workspace, b"\x1f\x8b cut", "orders-2026-05-01.csv")
    orders(workspace, ("id,email,at,total\n\n" + "\n".join(lines)).encode())
    orders(workspace, b"id,email,at\n7,bob@example.com,2026-05-02 10:00:00\n" * 3, "orders-2026-05-03.csv")
    orders(workspace, b"7,bob@example.com,2026-05-02 10:00:00,1.00\n", "orders-2026-05-04.csv")
    orders(workspace, b"", "orders-2026-05-05.csv")
    lake = SparkLake(workspace.lake, spark)
    said: list[str] = []
    monkeypatch.setattr(Step, "note", lambda _, text: said.append(text))
    run_flow(INGEST, workspace, lake, MAY[6])
    assert said == [
        "source orders: its files do not all have the same columns; gone: total",
        "source orders, orders-2026-05-01.csv: quarantined as a whole (file_truncated)",
        "source orders, orders-2026-05-03.csv: quarantined as a whole (header_missing:total)",
        "source orders, orders-2026-05-04.csv: quarantined as a whole (header_none)",
    ]
    refused = {(r["file_name"][7:17], r["position"], *r["reasons"]) for r in rows_of(lake, bronze.QUARANTINE)}
    assert refused == {
        ("2026-05-01", -1, "file_truncated"),
        ("2026-05-02", 2, "unclosed_quote"),
        ("2026-05-02", 150, "stray_quote"),
        ("2026-05-03", -1, "header_missing:total"),
        ("2026-05-04", -1, "header_none"),
    }
    assert lake.n_rows(silver.ORDERS) == 152
    files = {r["file_name"][7:17]: (r["n_records"], r["n_counted"]) for r in rows_of(lake, ops.FILES)}
    assert files == {
        "2026-05-01": (1, None), "2026-05-02": (154, 154), "2026-05-03": (1, 5), "2026-05-04": (1, 0),
        "2026-05-05": (0, 0),
    }  # fmt: skip


def test_a_reader_that_swallows_a_line_stops_the_run(
    spark: SparkSession, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_orders(workspace, MAY[2], ANN, ("2", *ANN[1:]))
    monkeypatch.setattr("segspark.sources.counts.count_lines", lambda blocks, spec: 3)
    lake = SparkLake(workspace.lake, spark)
    with pytest.raises(CheckFailed, match=r"source orders, orders-2026-05-02.csv: 3 counted, 2 with a disposition"):
        run_flow(INGEST, workspace, lake, MAY[3])
    assert not lake.exists(silver.ORDERS) or lake.n_rows(silver.ORDERS) == 0


def test_records_with_declared_line_breaks_are_as_many_as_their_lines(
    spark: SparkSession, workspace: Workspace
) -> None:
    path = workspace.folder / "sources" / "orders.yaml"
    path.write_text(path.read_text() + "csv: {line_breaks: true}\n")
    cell = '"2026-05-02\n10:00:00"'
    content = f'id,email,at,total,note\n1,a@x.fr,2026-05-02 10:00:00,1,"two\n\nlines"\n2,b@x.fr,{cell},1,\n'
    orders(workspace, (content + '3,c@x.fr,2026-05-02 10:00:00,1,"three\nmore\nlines"\n').encode())
    lake = SparkLake(workspace.lake, spark)
    run_flow(INGEST, workspace, lake, MAY[3])
    assert [(r["n_records"], r["n_counted"]) for r in rows_of(lake, ops.FILES)] == [(3, 7)]
    assert [(r["position"], *r["reasons"]) for r in rows_of(lake, bronze.QUARANTINE)] == [(2, "time_format:ordered_at")]


def test_a_file_that_changes_after_the_listing_costs_nothing(
    spark: SparkSession, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = workspace.folder / "data"

    def content(*numbers: int) -> bytes:
        rows = (f"{n},ann@example.com,2026-05-02 10:00:00,{n}.00\n" for n in numbers)
        return ("id,email,at,total\n" + "".join(rows)).encode()

    for day, number in enumerate((10, 20, 30, 40), 1):
        orders(workspace, content(number), f"orders-2026-05-0{day}.csv")

    def meanwhile(step: Step, files: Files, sources: object) -> Files:
        (data / "orders-2026-05-01.csv").rename(data / "aside")
        orders(workspace, content(21), "orders-2026-05-02.csv")
        with open(data / "orders-2026-05-03.csv", "ab") as more:
            more.write(content(31).partition(b"\n")[2])
        return files

    lake = SparkLake(workspace.lake, spark)
    with monkeypatch.context() as patched:
        patched.setattr("segspark.ingest.flow.sketched", meanwhile)
        run_flow(INGEST, workspace, lake, MAY[6])
    assert {r["order_id"] for r in rows_of(lake, silver.ORDERS)} == {"30", "40"}
    assert {tuple(r["reasons"]) for r in rows_of(lake, bronze.QUARANTINE)} == {("file_changed",)}
    # What replaced the second file, what was added to the third, and the first file itself when it is there again.
    (data / "aside").rename(data / "orders-2026-05-04-again.csv")
    run_flow(INGEST, workspace, lake, MAY[7])
    assert {r["order_id"] for r in rows_of(lake, silver.ORDERS)} == {"10", "21", "30", "31", "40"}
    run_flow(INGEST, workspace, lake, MAY[8])
    assert len(rows_of(lake, bronze.QUARANTINE)) == 2
