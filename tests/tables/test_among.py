"""Rows about some people are chosen while a file is read."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from segspark.tables.among import Among


def stored(path: Path) -> pq.ParquetFile:
    pages, people = [None, "ann", "ann", None, "/"], ["ann", "bob", None, "cid", "ann"]
    rows = pa.table({"page": pages, "person_id": people, "seconds": range(5)})
    pq.write_table(rows, path / "rows.parquet", row_group_size=2)
    return pq.ParquetFile(path / "rows.parquet")


def test_the_first_column_that_is_not_null_tells_whom_a_row_is_about(tmp_path: Path) -> None:
    among = Among(("person_id", "page"), pa.array(["ann", "eve"]))
    assert among.read(stored(tmp_path), ["seconds", "page"]).to_pylist() == [
        {"seconds": 0, "page": None},
        {"seconds": 2, "page": "ann"},
        {"seconds": 4, "page": "/"},
    ]


def test_of_a_row_group_without_any_only_the_columns_that_tell_are_decoded(tmp_path: Path) -> None:
    file, read = stored(tmp_path), []

    class Noted:
        schema_arrow, num_row_groups = file.schema_arrow, file.num_row_groups

        def read_row_group(self, at: int, columns: list[str], use_threads: bool) -> pa.Table:
            read.append((at, tuple(columns)))
            return file.read_row_group(at, columns=columns, use_threads=use_threads)

    telling = ("person_id",)
    found = Among(telling, pa.array(["cid"])).read(Noted(), ["seconds"])  # type: ignore[arg-type]
    assert found.to_pylist() == [{"seconds": 3}]
    assert read == [(0, telling), (1, telling), (1, ("seconds",)), (2, telling)]


def test_nobody_gives_no_row_and_the_columns(tmp_path: Path) -> None:
    none = Among(("person_id",), pa.array([], pa.string())).read(stored(tmp_path), ["seconds", "page"])
    assert (none.num_rows, none.schema.names) == (0, ["seconds", "page"])
