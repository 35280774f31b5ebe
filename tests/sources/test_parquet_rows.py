"""Rows of Parquet as texts; a damaged file gives none of its rows, and an odd value refuses its row alone."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.sources.files import BrokenFile
from segspark.sources.parquet_rows import parquet_records
from segspark.sources.vocabulary import Rejected


def read(folder: Path, table: pa.Table, *needed: str) -> list[Any]:
    pq.write_table(table, folder / "in")
    rows = parquet_records(str(folder / "in"), needed)
    return [r.reasons if isinstance(r, Rejected) else r for _, _, r in rows]


def test_a_row_is_texts_under_dotted_names_and_is_read_again_from_its_raw_form(tmp_path: Path) -> None:
    table = pa.table({"at": [datetime(2026, 5, 2)], "v": [{"x": 1.5}], "none": pa.array([None], pa.string())})
    pq.write_table(table, tmp_path / "in")
    ((record, row, fields),) = parquet_records(str(tmp_path / "in"), ("at", "v.x"))
    assert fields == {"at": "2026-05-02T00:00:00", "v": '{"x": 1.5}', "v.x": "1.5", "none": None}
    assert (record.position, record.form, json.loads(record.raw)) == (0, "row", fields)
    assert row["v"] == {"x": 1.5}


def test_single_precision_is_the_number_that_was_meant(tmp_path: Path) -> None:
    table = pa.table({"a": pa.array([10.1, 0.1, None, 16777216.0], pa.float32())})
    assert [texts["a"] for texts in read(tmp_path, table)] == ["10.1", "0.1", None, "16777216.0"]


def test_a_value_that_python_cannot_hold_refuses_its_row_alone(tmp_path: Path) -> None:
    late = pa.array([0, 600_000_000_000_000_000, 1], pa.timestamp("us"))
    assert read(tmp_path, pa.table({"no": ["1", "2", "3"], "at": late}))[1] == ["range:at"]
    odd = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"\xe9x"))
    assert read(tmp_path, pa.table({"no": odd})) == [["encoding"], {"no": "x"}]


def test_columns_that_are_missing_or_there_twice_refuse_the_file_where_they_are_needed(tmp_path: Path) -> None:
    twice = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["x", "x"])
    assert read(tmp_path, twice) == [{"x": "a", "x#2": "b"}]
    with pytest.raises(BrokenFile) as error:
        read(tmp_path, twice, "x", "y")
    assert error.value.reasons == ["header_duplicate:x", "header_missing:y"]


def test_no_bytes_are_no_rows_and_nonsense_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"")
    assert list(parquet_records(str(tmp_path / "in"))) == []
    for content in (b"PAR1PAR1", b"no,at\n1,2\n", b"PAR1" + b"\xff" * 100 + b"PAR1"):
        (tmp_path / "in").write_bytes(content)
        with pytest.raises(BrokenFile, match="file_unreadable"):
            list(parquet_records(str(tmp_path / "in")))
    with pytest.raises(BrokenFile, match="file_unreadable"):
        list(parquet_records(str(tmp_path)))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("parquet") / "in"
    rows = 3_000
    table = pa.table({"no": [str(n) for n in range(rows)], "v": [{"x": float(n)} for n in range(rows)]})
    pq.write_table(table, path, row_group_size=1_000, write_page_checksum=True)
    return path.read_bytes()


def test_a_small_file_is_decoded_once_and_a_large_one_has_the_same_rows(
    written: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").write_bytes(written)
    decoded, iter_batches = [], pq.ParquetFile.iter_batches
    monkeypatch.setattr(
        pq.ParquetFile, "iter_batches", lambda file, size: decoded.append(size) or iter_batches(file, size)
    )
    small = list(parquet_records(str(tmp_path / "in")))
    assert len(decoded) == 1
    monkeypatch.setattr("segspark.sources.parquet_rows.HELD", 10_000)
    assert list(parquet_records(str(tmp_path / "in"))) == small
    assert len(decoded) == 3


@settings(max_examples=60)
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_a_damaged_file_gives_all_its_rows_or_none(
    written: bytes, tmp_path_factory: pytest.TempPathFactory, at: float, bit: int, cut: bool
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "in"
    place = int(at * len(written))
    flipped = bytes([written[place] ^ (1 << bit)])
    path.write_bytes(written[:place] + (b"" if cut else flipped + written[place + 1 :]))
    seen = []
    try:
        for _, _, row in parquet_records(str(path), ("no", "v.x")):
            seen.append(row)
    except BrokenFile:
        assert seen == []
    else:
        assert len(seen) in (0, 3_000)
