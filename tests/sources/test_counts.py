"""Records are counted apart from the readers, and both agree on any bytes."""

import gzip
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.sources import counts
from segspark.sources.content import Content
from segspark.sources.counts import count_json, count_lines, count_records
from segspark.sources.csv_strict import csv_records
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.records import json_records
from segspark.sources.spec import Csv, Source

CSV = Csv()  # type: ignore[call-arg]


def source(**said: Any) -> Source:
    records = [] if "kind" in said else [{"target": "orders", "columns": {"ordered_at": "at"}}]
    return Source.model_validate({"name": "till", "kind": "mapped", "path": "*", "records": records, **said})


def file(folder: Path, content: bytes) -> InputFile:
    (folder / "in").write_bytes(content)
    return InputFile("till", str(folder / "in"), "in", "f" * 32, len(content), None)


def test_lines_are_counted_without_blank_ones_and_the_header() -> None:
    assert count_lines(Content(lambda: iter([b'a,b\n1,"x\n', b'\n \t\r\n2,y\n3,"z"'])), CSV) == 3
    assert count_lines(Content.of(b"1,x\r2,y\r"), Csv(header=False, columns=("a", "b"))) == 2  # type: ignore[call-arg]
    assert count_lines(Content.of("a\n\u0a0a\n".encode("utf-16")), Csv(encoding="utf-16")) == 1  # type: ignore[call-arg]
    assert count_lines(Content.of(b""), CSV) == 0


def test_each_form_of_file_is_counted(tmp_path: Path) -> None:
    csv = source(format="csv")
    assert count_records(file(tmp_path, gzip.compress(b"a,b\n1,2\n3,4\n")), csv, 100) == 2
    assert count_records(file(tmp_path, b"\x1f\x8b cut"), csv, 100) is None
    assert count_records(file(tmp_path, b"a\n" * 99), csv, 100) is None
    lines = b'[{"a":1},{"a":[2,3]}]\n{"a":"[,"}\n\n'
    assert count_records(file(tmp_path, lines), source(format="json"), 100) == 3
    assert count_records(file(tmp_path, lines), source(kind="sendgrid"), 100) == 3
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "in")
    assert count_records(file(tmp_path, (tmp_path / "in").read_bytes()), source(format="parquet"), 100) == 2
    assert count_records(file(tmp_path, b"PAR1PAR1"), source(format="parquet"), 100) is None
    assert count_records(file(tmp_path, b""), source(format="parquet"), 100) == 0


_BYTES = st.binary(max_size=120)
_CSV = _BYTES | st.lists(
    st.sampled_from([b'"', b",", b"\n", b"\r", b" ", b"\t", b"a", b"\xe9", b"\0"]), max_size=60
).map(b"".join)
_PIECES = [b"[", b"]", b"{", b"}", b",", b'"', b"\\", b'\\"', b"\n", b" ", b"1", b'{"a":1}', b"[{}]", b"\xff", b":"]
_JSON = _BYTES | st.lists(st.sampled_from(_PIECES), max_size=40).map(b"".join)
_VALUES = st.lists(st.recursive(st.integers() | st.text(max_size=4), lambda v: st.lists(v, max_size=3), max_leaves=6))


@settings(max_examples=400)
@given(_CSV, st.sampled_from([b"", b"a,b\n"]))
def test_lines_of_any_bytes_are_as_many_as_the_reader_gives(content: bytes, header: bytes) -> None:
    try:
        found = sum(1 for _ in csv_records(header + content, CSV))
    except BrokenFile:
        return
    assert count_lines(Content.of(header + content), CSV) == found


@settings(max_examples=1_500)
@given(_JSON)
def test_records_of_any_bytes_are_as_many_as_the_reader_gives(content: bytes) -> None:
    assert count_json(Content.of(content)) == sum(1 for _ in json_records(content))


@settings(max_examples=500)
@given(_JSON | _CSV, st.integers(1, 9), st.integers(0, 30))
def test_a_large_file_has_the_counts_of_a_small_one(content: bytes, size: int, held: int) -> None:
    large = Content(lambda: (content[at : at + size] for at in range(0, len(content), size)))
    with patch("segspark.sources.counts.HELD", held):
        assert count_json(large) == count_json(Content.of(content))
    for encoding in ("utf-8", "utf-16"):
        spec = Csv(encoding=encoding)  # type: ignore[call-arg]
        try:
            expected = count_lines(Content.of(content), spec)
        except BrokenFile:
            with pytest.raises(BrokenFile):
                count_lines(large, spec)
        else:
            assert count_lines(large, spec) == expected


@given(st.lists(_VALUES, max_size=4), st.sampled_from([None, 1]), st.integers(0, 300), st.integers(0, 255))
def test_a_changed_byte_changes_both_alike(values: Any, indent: int | None, at: int, byte: int) -> None:
    content = "\n".join(json.dumps(v, indent=indent) for v in values).encode()
    # An empty array stands on one line; arrays over several lines are none behind one that does not.
    if indent is None or all(values):
        assert count_json(Content.of(content)) == sum(len(v) for v in values)
    if content:
        at %= len(content)
        changed = content[:at] + bytes([byte]) + content[at + 1 :]
        assert count_json(Content.of(changed)) == sum(1 for _ in json_records(changed))


@given(_JSON)
def test_the_quick_count_is_that_of_the_slow_one(content: bytes) -> None:
    text = (b"[" + content + b"]").replace(b"\n", b"").replace(b"\\", b"")
    quick = counts._of_one_array(text)
    assert quick is None or quick == counts._of_arrays(text)
