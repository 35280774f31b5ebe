"""Staged files: every row once, sorted by day, only files of tasks that ended are named."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.store import store_at
from segspark.tables import staging
from segspark.tables.staging import Kind, StagingWriter, checkpoint

KINDS = {
    "events": Kind(pa.schema([("id", pa.int64()), ("day", pa.date32())]), "day"),
    "links": Kind(pa.schema([("a", pa.string())])),
}


def test_rows_are_packed_and_sorted_by_day(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 3)
    monkeypatch.setattr(staging, "ROWS_PER_FILE", 6)
    writer = StagingWriter(store_at(tmp_path), KINDS)
    for i in range(10):
        writer.add("events", {"id": i, "day": 20_000 - i % 3})
    writer.add("links", {"a": None})
    named = [row for batch in writer.close() for row in batch.to_pylist()]
    assert {n["kind"]: n["rows"] for n in named if n["kind"] == "links"} == {"links": 1}
    events = [pq.read_table(n["path"]) for n in named if n["kind"] == "events"]
    assert len(events) == 2
    assert sorted(i for t in events for i in t["id"].to_pylist()) == list(range(10))
    assert all(t["day"].to_pylist() == sorted(t["day"].to_pylist()) for t in events)


def test_a_task_that_found_nothing_names_no_file(tmp_path: Path) -> None:
    assert list(StagingWriter(store_at(tmp_path), KINDS).close()) == []


def test_large_sealed_records_are_not_collected_by_number(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(staging, "BYTES_OF_ROWS", 100)
    monkeypatch.setattr(staging, "BYTES_PER_FILE", 300)
    kinds = {"refused": Kind(pa.schema([("id", pa.int64()), ("sealed", pa.binary())]))}
    writer = StagingWriter(store_at(tmp_path), kinds)
    for number in range(20):
        writer.add("refused", {"id": number, "sealed": b"x" * 60})
    named = [row for batch in writer.close() for row in batch.to_pylist()]
    assert max(n["rows"] for n in named) <= 6
    assert sorted(i for n in named for i in pq.read_table(n["path"])["id"].to_pylist()) == list(range(20))


def in_two(rows: DataFrame) -> DataFrame:
    return rows.repartition(2, "id").sortWithinPartitions("id")


def partitions(frame: DataFrame) -> list[list[int]]:
    return [[row["id"] for row in part] for part in frame.rdd.glom().collect()]


@pytest.mark.parametrize(("is_one", "writes"), [(True, True), (False, True), (False, False)])
def test_a_checkpoint_is_computed_once_and_has_its_rows_in_order(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_one: bool, writes: bool
) -> None:
    monkeypatch.setattr(staging, "is_one_process", lambda session: is_one)
    n_computed = spark.sparkContext.accumulator(0)

    def counted(batches):  # type: ignore[no-untyped-def]
        for batch in batches:
            n_computed.add(batch.num_rows)
            yield batch

    rows = spark.range(0, 40, 1, 3).mapInArrow(counted, "id bigint")
    folder = store_at(tmp_path / "staging")
    kept = checkpoint(rows, (lambda: folder) if writes else None, in_two)
    assert partitions(kept) == partitions(in_two(spark.range(40)))
    assert kept.count() == 40
    assert n_computed.value == 40
    # Only files outlive an executor.
    assert bool(folder.list()) is (writes and not is_one)
    assert checkpoint(rows, lambda: folder).count() == 40
