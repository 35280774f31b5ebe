"""A source whose files of a day cannot be read stops none of the others, whatever is wrong with them."""

import gzip
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import make_workspace, rows_of, source, write_mails
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import bronze, ops
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
COLUMNS = "order_id: id, ordered_at: at, amount: total"
GOOD = "id,email,at,total\n1,ann@example.com,2026-05-02 10:00:00,10.00\n"
# Of a second day's only file -> why it is refused.
POISONS: dict[str, tuple[bytes, str]] = {
    "renamed": (GOOD.replace("total", "montant").encode(), "header_missing:total"),
    "twice": (GOOD.replace("id,email", "total,email").encode(), "header_duplicate"),
    "cut": (gzip.compress(GOOD.encode() * 50)[:-9], "file_truncated"),
    "noise": (bytes(range(256)) * 20, ""),
    "nothing": (b"\n\n", ""),
    "blank": (b"", ""),
}


def deliver(workspace: Workspace, name: str, day: int, content: bytes) -> None:
    (workspace.folder / "data" / f"{name}-2026-05-0{day}.csv").write_bytes(content)


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    workspace = make_workspace(tmp_path_factory.mktemp("poison") / "w")
    lake = SparkLake(workspace.lake, spark)
    for name in POISONS:
        (workspace.folder / "sources" / f"{name}.yaml").write_text(source(name, "orders", COLUMNS))
        deliver(workspace, name, 2, GOOD.encode())
    table = source("table", "orders", COLUMNS).replace("format: csv", "format: parquet").replace(".csv", ".parquet")
    (workspace.folder / "sources" / "table.yaml").write_text(table)
    rows = {"id": ["1"], "email": ["ann@example.com"], "at": ["2026-05-02 10:00:00"], "total": ["10.00"]}
    pq.write_table(pa.table(rows), workspace.folder / "data" / "table-2026-05-02.parquet")
    run_flow(INGEST, workspace, lake, MAY[3])
    _publish(workspace, lake)
    for name, (content, _) in POISONS.items():
        deliver(workspace, name, 3, content)
    pq.write_table(
        pa.table({"montant" if k == "total" else k: v for k, v in rows.items()}),
        workspace.folder / "data" / "table-2026-05-03.parquet",
    )
    write_mails(workspace, MAY[3], ("m1", "bob@example.com", "click", "2026-05-03 11:00:00"))
    run_flow(INGEST, workspace, lake, MAY[4])
    return workspace, lake


def _publish(workspace: Workspace, lake: SparkLake) -> None:
    """As a daily run would end."""
    from segspark.app.run import _closing
    from segspark.pipeline.progress import Quiet

    run_flow(_closing("daily", {}), workspace, lake, MAY[3], Quiet())


def test_the_other_sources_are_taken_in_and_each_refused_file_says_why(shop: tuple[Workspace, SparkLake]) -> None:
    _, lake = shop
    assert {r["source"]: r["n_records"] for r in rows_of(lake, ops.FILES) if "05-03" in r["file_name"]}["mails"] == 1
    refused = {r["source"]: (r["position"], r["reasons"][0]) for r in rows_of(lake, bronze.QUARANTINE)}
    for name, (_, reason) in (*POISONS.items(), ("table", (b"", "header_missing:total"))):
        if reason:
            position, told = refused[name]
            assert (position, told.startswith(reason)) == (-1, True), (name, told)
    assert "noise" in refused
    every = {r["source"] for r in rows_of(lake, ops.FILES) if "05-03" in r["file_name"]}
    assert every == {*POISONS, "table", "mails"}


def test_of_a_new_source_the_mapping_is_doubted_before_anything_is_read(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    deliver(workspace, "orders", 2, POISONS["renamed"][0])
    with pytest.raises(ConfigError, match="the mapping names total"):
        run_flow(INGEST, workspace, SparkLake(workspace.lake, spark), MAY[3])
