"""A file that was exported again is refused where its rows have no key; what else may look like one is not."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from builders import make_workspace, rows_of, step_of
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.ingest.batch import choose_batch, files_of
from segspark.ingest.deliveries import Deliveries
from segspark.ingest.flow import INGEST
from segspark.ingest.reexports import sketched
from segspark.pipeline.runner import run_flow
from segspark.sources.load import load_sources
from segspark.tables.contracts import ops, silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
ROWS = [f"p{n}@example.com,2026-05-01 {n % 24:02}:00:00,{n}.00" for n in range(200)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path / "w")
    tell(made, "")
    return made


def tell(workspace: Workspace, more: str, columns: str = "ordered_at: at, amount: total") -> None:
    """Orders without a key, or with other columns, and further settings."""
    path = workspace.folder / "sources" / "orders.yaml"
    head = path.read_text().partition("    columns:")[0].partition("reexports")[0].rstrip("\n ")
    path.write_text(f"{head}\n    columns: {{{columns}}}\n{more}")


def deliver(workspace: Workspace, day: int, rows: list[str]) -> None:
    text = "\n".join(["email,at,total", *rows]) + "\n"
    (workspace.folder / "data" / f"orders-2026-05-{day:02}.csv").write_text(text)


def check(workspace: Workspace, day: int = 9) -> list[tuple[str, bool]]:
    """The files that would be taken in, and whether they have a sketch."""
    step = step_of(INGEST, workspace, Lake(workspace.lake), MAY[day])  # type: ignore[arg-type]
    sources = load_sources(workspace, {})
    delivered = Deliveries(step, sources)
    batch = choose_batch(step, sources, delivered)
    assert batch
    found = sketched(step, files_of(batch, delivered), sources)["orders"]
    return sorted((f.name[7:17], f.line_hashes is not None) for f in found)


def taken_in(workspace: Workspace) -> None:
    """As if the files that are there had been taken in."""
    step = step_of(INGEST, workspace, Lake(workspace.lake), MAY[9])  # type: ignore[arg-type]
    sources = load_sources(workspace, {})
    delivered = Deliveries(step, sources)
    batch = choose_batch(step, sources, delivered)
    assert batch
    its = sketched(step, files_of(batch, delivered), sources)["orders"]
    row = {"source": "orders", "n_records": 1, "received_at": datetime(2026, 5, 2, tzinfo=UTC), "run_id": "r"}
    rows = [
        {**row, "file_id": f.file_id, "file_name": f.name, "size_bytes": 1, "line_hashes": f.line_hashes} for f in its
    ]
    Lake(workspace.lake).append_small(ops.FILES, pa.Table.from_pylist(rows), once="r")


def test_a_file_that_grew_is_refused_with_the_fix_also_under_a_new_name(workspace: Workspace) -> None:
    deliver(workspace, 2, ROWS[:100])
    assert check(workspace) == [("2026-05-02", True)]
    taken_in(workspace)
    (workspace.folder / "data" / "orders-2026-05-02.csv").unlink()
    deliver(workspace, 3, ROWS)
    with pytest.raises(GateClosed) as closed:
        check(workspace)
    assert closed.value.exit_code == 3
    message = str(closed.value)
    assert "orders-2026-05-03.csv holds 100% of the rows of orders-2026-05-02.csv" in message
    assert "Map the key of a row (order_id)" in message
    assert "example.com" not in message


def test_two_files_of_one_batch_are_compared_too(workspace: Workspace) -> None:
    deliver(workspace, 2, ROWS)
    deliver(workspace, 3, ROWS[:100])
    with pytest.raises(GateClosed, match=r"orders-2026-05-02\.csv holds 100% of the rows of orders-2026-05-03.csv"):
        check(workspace)


def test_another_file_passes_and_so_does_a_repeated_one_that_is_declared(workspace: Workspace) -> None:
    deliver(workspace, 2, ROWS[:100])
    taken_in(workspace)
    # Half of the rows and no more.
    deliver(workspace, 3, ROWS[50:150])
    assert check(workspace) == [("2026-05-03", True)]
    deliver(workspace, 3, ROWS[49:150])
    with pytest.raises(GateClosed):
        check(workspace)
    tell(workspace, "reexports: accept\n")
    assert check(workspace) == [("2026-05-03", True)]


def test_rows_that_were_stored_without_a_key_are_known_also_when_there_is_one(workspace: Workspace) -> None:
    deliver(workspace, 2, ROWS[:100])
    taken_in(workspace)
    tell(workspace, "", "order_id: at, ordered_at: at, amount: total")
    deliver(workspace, 3, ROWS)
    with pytest.raises(GateClosed, match=r"It has a key now.*begin with a new lake"):
        check(workspace)


def test_files_of_a_source_with_a_key_have_no_sketch(workspace: Workspace) -> None:
    tell(workspace, "", "order_id: at, ordered_at: at, amount: total")
    deliver(workspace, 2, ROWS[:100])
    deliver(workspace, 3, ROWS)
    assert check(workspace) == [("2026-05-02", False), ("2026-05-03", False)]


def test_a_second_export_is_stored_once_or_not_at_all(spark: SparkSession, workspace: Workspace) -> None:
    lake = SparkLake(workspace.lake, spark)
    deliver(workspace, 2, ROWS[:100])
    # Nothing of it is stored, so its rows may come again.
    (workspace.folder / "data" / "orders-2026-05-01.csv").write_text("mail,at,total\n" + "\n".join(ROWS[100:]))
    run_flow(INGEST, workspace, lake, MAY[3])
    assert sorted((r["file_name"], r["line_hashes"] is not None) for r in rows_of(lake, ops.FILES)) == [
        ("orders-2026-05-01.csv", False), ("orders-2026-05-02.csv", True),
    ]  # fmt: skip
    deliver(workspace, 3, ROWS)
    with pytest.raises(GateClosed, match="taken in already"):
        run_flow(INGEST, workspace, lake, MAY[4])
    assert lake.n_rows(silver.ORDERS) == 100
    deliver(workspace, 3, ROWS[100:])
    run_flow(INGEST, workspace, lake, MAY[4])
    assert lake.n_rows(silver.ORDERS) == 200
