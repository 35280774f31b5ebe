"""Envelopes out of the quarantine are opened in the order of their files."""

from pathlib import Path

import pyarrow as pa
from sources.in_process import KEY

from segspark.sources.files import InputFile
from segspark.sources.sealed_records import opened_records
from segspark.sources.sealing import Opened, RecordSealer
from segspark.store import store_at
from segspark.store.parquet import put_parquet


def test_records_come_with_their_places(tmp_path: Path) -> None:
    seal = RecordSealer(KEY).seal
    for name, rows in (("a.parquet", [(3, b"{}"), (7, b"[]")]), ("b.parquet", [(9, b"x")])):
        table = pa.table({"position": [at for at, _ in rows], "sealed": [seal(raw, "csv", ("id",)) for _, raw in rows]})
        put_parquet(store_at(tmp_path), name, table)
    (tmp_path / "_SUCCESS").write_text("")
    file = InputFile("orders", str(tmp_path), "orders.csv", "f" * 32, 0, None, is_sealed=True)
    assert list(opened_records(file, KEY)) == [
        (3, Opened(b"{}", "csv", ("id",))), (7, Opened(b"[]", "csv", ("id",))), (9, Opened(b"x", "csv", ("id",))),
    ]  # fmt: skip
