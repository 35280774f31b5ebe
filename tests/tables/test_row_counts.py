"""Rows are counted by columns, file by file, and a file that lacks a column counts as null."""

from datetime import date
from pathlib import Path

import pyarrow as pa
from tables.test_log_digests import TOYS

from segspark.tables.contracts.contract import optional
from segspark.tables.lake import Lake
from segspark.tables.row_counts import count_rows


def test_rows_are_counted_by_some_columns(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert count_rows(lake, TOYS, ("person_id",)) == {}
    rows = pa.table({"person_id": ["a", "b", "a"], "n": [1, 1, 2], "as_of_date": [date(2026, 5, 1)] * 3})
    lake.append_small(TOYS, rows, once="1")
    assert count_rows(lake, TOYS, ("person_id",)) == {("a",): 2, ("b",): 1}
    with_colour = TOYS.with_columns([optional("colour", "string", "Colour")])
    lake.append_small(with_colour, rows.append_column("colour", pa.array(["red"] * 3)), once="2")
    assert count_rows(lake, with_colour, ("person_id", "colour")) == {
        ("a", None): 2, ("b", None): 1, ("a", "red"): 2, ("b", "red"): 1,
    }  # fmt: skip
