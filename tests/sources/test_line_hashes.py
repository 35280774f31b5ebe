"""Sketches of a file's rows: what they tell of another file that holds them."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segspark.pseudonyms import Key
from segspark.sources.files import InputFile
from segspark.sources.line_hashes import MOST, Hashes, hashes_of, missing_keys, read_sketch, shares, sketch
from segspark.sources.spec import Source

KEY = Key(b"k" * 32)


def source(*targets: str, **said: Any) -> Source:
    records = [{"target": target, "columns": {"x": "x"}} for target in targets]
    return Source.model_validate({"name": "s", "kind": "mapped", "path": "*", "records": records, **said})


def hashes(folder: Path, content: bytes, form: str = "csv", **said: Any) -> Hashes:
    (folder / "in").write_bytes(content)
    file = InputFile("s", str(folder / "in"), "in", "f" * 32, len(content), None)
    return hashes_of(file, source(format=form, **said), KEY, 10_000_000)


def lines(start: int, end: int) -> bytes:
    return b"id,at\n" + b"".join(b"%d,2026-05-02\n" % n for n in range(start, end))


def test_rows_need_a_key_where_their_place_is_all_that_they_have() -> None:
    assert missing_keys(source("events", "orders", "order_lines", "profiles", "consents")) == [
        "event_id", "order_id", "line_id",
    ]  # fmt: skip
    keyed = {"target": "orders", "columns": {"order_id": "no"}}
    assert missing_keys(source().model_copy(update={"records": source().model_validate(
        {"name": "s", "kind": "mapped", "path": "*", "records": [keyed]}).records})) == []  # fmt: skip
    # Equal rows are one row there: their ids are hashes of what they say.
    assert missing_keys(source("events", duplicates="drop")) == []
    assert missing_keys(Source(name="s", kind="sendgrid", path="*")) == []


def test_a_file_that_grew_holds_the_rows_of_the_earlier_one(tmp_path: Path) -> None:
    first = read_sketch(sketch(hashes(tmp_path, lines(0, 100))))
    assert list(shares([first], hashes(tmp_path, lines(0, 200)))) == [1.0]
    assert list(shares([first], hashes(tmp_path, lines(40, 200).replace(b"\n", b"\r\n")))) == [0.6]
    assert list(shares([first], hashes(tmp_path, lines(100, 300)))) == [0.0]
    assert list(shares([first], hashes(tmp_path, b""))) == [0.0]
    assert list(shares([], first)) == []


def test_of_a_large_file_a_sample_is_kept_that_tells_nearly_the_same(tmp_path: Path) -> None:
    large = hashes(tmp_path, lines(0, 20_000))
    kept = read_sketch(sketch(large))
    assert len(kept) == MOST
    (share,) = shares([kept], hashes(tmp_path, lines(8_000, 30_000)))
    assert share == pytest.approx(0.6, abs=0.05)


def test_rows_of_every_form_are_hashed_without_the_header_and_by_the_key(tmp_path: Path) -> None:
    assert len(hashes(tmp_path, b"id\n1\n\n2\n2\n")) == 2
    assert len(hashes(tmp_path, b'[{"a":1},{"a":2}]\n{"a":3}\n', "json")) == 3
    pq.write_table(pa.table({"a": [1, 2, 2]}), tmp_path / "p")
    assert len(hashes(tmp_path, (tmp_path / "p").read_bytes(), "parquet")) == 2
    assert len(hashes(tmp_path, b"\x1f\x8b cut")) == 0
    file = InputFile("s", str(tmp_path / "in"), "in", "f" * 32, 1, None)
    (tmp_path / "in").write_bytes(b"id\n1\n")
    other = hashes_of(file, source(format="csv"), Key(b"o" * 32), 100)
    assert list(other) != list(hashes(tmp_path, b"id\n1\n"))
