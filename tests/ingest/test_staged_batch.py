"""What a batch has staged survives as plain data, wherever the lake lies."""

import json
from dataclasses import replace
from pathlib import Path

from pyspark.sql import SparkSession

from segspark.ingest.dispositions import Dispositions
from segspark.ingest.staged_batch import StagedBatch, described, read_described
from segspark.sources.files import InputFile
from segspark.sources.parsed import KINDS
from segspark.store import store_at
from segspark.tables.staging import Staged, StagedFile


class Step:
    """Of a step only what makes staged rows of files."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def staged(self, kinds: object, files: dict[str, list[StagedFile]]) -> Staged:
        return Staged(self._spark, KINDS, files)


def test_a_batch_is_read_back_from_another_place(spark: SparkSession, tmp_path: Path) -> None:
    old, new = store_at(tmp_path / "old"), store_at(tmp_path / "new")
    file = InputFile("orders", "/in/orders.csv", "orders.csv", "f" * 32, 10, 1_777_882_530_000_000, 3, digest="ab")
    rows = {"events": [StagedFile(old.url_of("events/part-1.parquet"), 2, {20577: 2})], "exceptions": []}
    ledger = [{"source": "orders", "file_id": "f" * 32, "disposition": "accepted", "n_records": 2}]
    batch = StagedBatch(Dispositions(Staged(spark, KINDS, rows), None), {"orders": [file]}, ledger)
    content = json.loads(json.dumps(described(batch, old)))
    again = read_described(Step(spark), content, new)  # type: ignore[arg-type]
    # Neither where it lay nor a hash that could be guessed.
    assert again.files == {"orders": [replace(file, path="", digest="")]}
    assert (again.ledger, again.n_records, again.dispositions.totals) == (ledger, 2, None)
    assert again.dispositions.staged.files == {
        "events": [StagedFile(new.url_of("events/part-1.parquet"), 2, {20577: 2})], "exceptions": [],
    }  # fmt: skip
