"""The batch of files that a run takes in: chosen once, found again after an interruption, counted to the record."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from builders import make_workspace, step_of, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.errors import CheckFailed, GateClosed
from segspark.ingest.batch import (
    Batch,
    Files,
    check_ledger,
    choose_batch,
    files_of,
    totals,
    write_manifest,
)
from segspark.ingest.deliveries import Deliveries
from segspark.ingest.flow import INGEST
from segspark.pipeline.batch import FLOW
from segspark.pipeline.runs import record
from segspark.pipeline.step import Step
from segspark.sources.load import load_sources
from segspark.tables.contracts import ops
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
ANN = ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00")
BOB = ("2", "bob@example.com", "2026-05-03 10:00:00", "30.00")
CLICK = ("m1", "ann@example.com", "click", "2026-05-03 11:00:00")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path / "w")
    write_orders(made, MAY[2], ANN)
    return made


def step(workspace: Workspace, day: date) -> Step:
    """Choosing looks at small tables only, which takes no Spark."""
    return step_of(INGEST, workspace, Lake(workspace.lake), day)  # type: ignore[arg-type]


def chosen(workspace: Workspace, day: date) -> Batch | None:
    at_work, sources = step(workspace, day), load_sources(workspace, {})
    return choose_batch(at_work, sources, Deliveries(at_work, sources))


def found_files(workspace: Workspace, day: date, batch: Batch) -> Files:
    return files_of(batch, Deliveries(step(workspace, day), load_sources(workspace, {})))


def sources_of(batch: Batch | None) -> list[str]:
    return [source for source, _ in batch.files] if batch else []


def taken_in(workspace: Workspace, day: date, batch: Batch) -> None:
    """As if a run for the day had taken a batch of files in."""
    lake = Lake(workspace.lake)
    for state in ("writing", "done"):
        record(lake, run_id=batch.run_id, flow=FLOW, as_of=day, state=state, inputs=batch.as_dict())
    row = {"file_name": "f", "size_bytes": 1, "n_records": 1, "received_at": datetime(2026, 5, 2, tzinfo=UTC)}
    rows = [{**row, "source": s, "file_id": i, "run_id": batch.run_id} for s, i in batch.files]
    lake.append_small(ops.FILES, pa.Table.from_pylist(rows), once=batch.run_id)


def publish(workspace: Workspace, day: date) -> None:
    record(Lake(workspace.lake), run_id=f"daily-{day}", flow="daily", as_of=day, state="done")


def test_a_batch_is_written_down_and_read_again() -> None:
    batch = Batch("run", (("orders", "a1"), ("orders", "b2")), MAY[4], MAY[3], ("orders",))
    first = Batch("run", (), MAY[4], None, ())
    assert Batch.from_dict(batch.as_dict()) == batch
    assert Batch.from_dict(first.as_dict()) == first


def test_the_files_of_the_days_before_are_taken_in_and_no_later_ones(workspace: Workspace) -> None:
    write_mails(workspace, MAY[3], CLICK)
    assert sources_of(chosen(workspace, MAY[2])) == []
    assert sources_of(chosen(workspace, MAY[3])) == ["orders"]
    assert sources_of(chosen(workspace, MAY[4])) == ["mails", "orders"]


def test_columns_that_come_and_go_between_files_are_said(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(Step, "note", lambda _, text: said.append(text))
    data = workspace.folder / "data"
    (data / "orders-2026-05-03.csv").write_text("id,email,at,total,shop\n")
    (data / "orders-2026-05-01.csv").write_text("id,email,at\n")
    # A first line of values is no header, and no part of it is told.
    (data / "orders-2026-04-30.csv").write_text("7,jean@example.com,2026-05-01,1.00\n")
    assert chosen(workspace, MAY[4])
    assert said == [
        "source orders: its files do not all have the same columns; new: total, shop",
    ]


def test_the_same_content_under_two_names_is_one_file(workspace: Workspace) -> None:
    write_orders(workspace, MAY[1], ANN)
    assert sources_of(chosen(workspace, MAY[4])) == ["orders"]


def test_equal_files_and_days_are_the_same_run(workspace: Workspace) -> None:
    first, again = chosen(workspace, MAY[3]), chosen(workspace, MAY[3])
    write_orders(workspace, MAY[2], ANN, BOB)
    other = chosen(workspace, MAY[3])
    assert first
    assert first == again
    assert other
    assert first.run_id != other.run_id


def test_what_was_taken_in_is_not_taken_again_and_a_published_day_takes_nothing(workspace: Workspace) -> None:
    first = chosen(workspace, MAY[3])
    assert first
    assert (first.first_unpublished, first.first_loads) == (None, ("orders",))
    taken_in(workspace, MAY[3], first)
    publish(workspace, MAY[3])
    assert Deliveries(step(workspace, MAY[4]), ()).taken == set(first.files)
    assert chosen(workspace, MAY[4]) is None
    write_orders(workspace, MAY[2], ANN, BOB)
    assert chosen(workspace, MAY[3]) is None
    write_mails(workspace, MAY[3], CLICK)
    later = chosen(workspace, MAY[5])
    assert later
    assert (later.first_unpublished, later.first_loads) == (MAY[4], ("mails",))
    assert sources_of(later) == ["mails", "orders"]


def test_a_source_is_loaded_for_the_first_time_until_a_day_that_knows_it_is_published(workspace: Workspace) -> None:
    publish(workspace, MAY[2])
    batch = chosen(workspace, MAY[3])
    assert batch
    taken_in(workspace, MAY[3], batch)
    write_orders(workspace, MAY[2], ANN, BOB)
    again = chosen(workspace, MAY[3])
    assert again
    assert again.first_loads == ("orders",)
    publish(workspace, MAY[3])
    later = chosen(workspace, MAY[4])
    assert later
    assert later.first_loads == ()


def test_an_interrupted_batch_goes_first_with_its_own_list(workspace: Workspace) -> None:
    begun = chosen(workspace, MAY[3])
    assert begun
    lake = Lake(workspace.lake)
    record(lake, run_id=begun.run_id, flow=FLOW, as_of=MAY[3], state="writing", inputs=begun.as_dict())
    write_mails(workspace, MAY[3], CLICK)
    assert chosen(workspace, MAY[4]) == begun


def test_files_are_numbered_by_the_batch(workspace: Workspace) -> None:
    write_mails(workspace, MAY[2], CLICK)
    write_orders(workspace, MAY[3], BOB)
    batch = chosen(workspace, MAY[4])
    assert batch
    found = found_files(workspace, MAY[4], batch)
    assert list(found) == ["mails", "orders"]
    numbered = [file for files in found.values() for file in files]
    assert [file.number for file in numbered] == [0, 1, 2]
    assert [(f.source, f.file_id) for f in numbered] == list(batch.files)


def test_an_interrupted_batch_whose_file_has_changed_is_not_resumed(workspace: Workspace) -> None:
    batch = chosen(workspace, MAY[3])
    assert batch
    write_orders(workspace, MAY[2], BOB)
    with pytest.raises(GateClosed, match=r"1 file\(s\) that are no longer there.*'orders'.*Put them back"):
        found_files(workspace, MAY[4], batch)


def counted(*rows: tuple[str, str, int]) -> list[dict[str, Any]]:
    """(source, disposition, records)"""
    return [{"source": s, "file_id": f"{s}-file", "disposition": d, "n_records": n} for s, d, n in rows]


def test_totals_are_by_disposition_over_all_sources() -> None:
    ledger = counted(("orders", "accepted", 3), ("mails", "withheld", 2), ("mails", "accepted", 4))
    assert totals(ledger) == {"accepted": 7, "withheld": 2}


def test_records_without_a_disposition_stop_the_run() -> None:
    check_ledger(counted(("orders", "accepted", 3)), 3)
    with pytest.raises(CheckFailed, match="4 records came in and 3 have a disposition"):
        check_ledger(counted(("orders", "accepted", 3)), 4)
    # One that is counted twice hides one that is not counted.
    with pytest.raises(CheckFailed):
        check_ledger(counted(("orders", "accepted", -1), ("orders", "duplicate", 4)), 3)


def test_the_manifest_has_a_row_for_each_file_with_all_its_records(spark: SparkSession, workspace: Workspace) -> None:
    write_orders(workspace, MAY[3], BOB)
    batch = chosen(workspace, MAY[4])
    assert batch
    files = found_files(workspace, MAY[4], batch)
    first, second = files["orders"]
    ledger = [
        {"source": "orders", "file_id": first.file_id, "disposition": "accepted", "n_records": 5},
        {"source": "orders", "file_id": first.file_id, "disposition": "quarantined", "n_records": 2},
    ]
    lake = SparkLake(workspace.lake, spark)
    at_work = step_of(INGEST, workspace, lake, MAY[4])
    at_work.batch.begin("r1", MAY[4], batch.as_dict())
    at_work.batch.bind({})
    for _ in range(2):
        # A resumed run writes nothing twice.
        write_manifest(at_work, files, ledger, "r1")
    rows = {r["file_id"]: (r["n_records"], r["run_id"]) for r in lake.read_small(ops.FILES).to_pylist()}
    assert rows == {first.file_id: (7, "r1"), second.file_id: (0, "r1")}
    assert lake.n_rows(ops.FILES) == lake.n_rows(ops.LEDGER) == 2
    assert Deliveries(at_work, ()).taken == set(batch.files)
