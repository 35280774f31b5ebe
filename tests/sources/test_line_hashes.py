"""Sketches of a file's rows: what they tell of another file that holds them."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segspark.pseudonyms import Key
from segspark.sources.files import InputFile
from segspark.sources.line_hashes import (
    MOST,
    Hashes,
    hashes_of,
    known_shares,
    missing_keys,
    read_sketch,
    shares,
    sketch,
)
from segspark.sources.spec import Source

KEY = Key(b"k" * 32)


def source(*targets: str, **said: Any) -> Source:
    records = [{"target": target, "columns": {"x": "x"}} for target in targets]
    return Source.model_validate({"name": "s", "kind": "mapped", "path": "*", "records": records, **said})


VISITS = {"target": "events", "columns": {"event_type": "'page_view'", "occurred_at": "at", "session_id": "id"}}


def hashes(folder: Path, content: bytes, form: str = "csv", key: Key = KEY, **said: Any) -> Hashes:
    (folder / "in").write_bytes(content)
    file = InputFile("s", str(folder / "in"), "in", "f" * 32, len(content), None)
    made = {"name": "s", "kind": "mapped", "path": "*", "format": form, "records": [VISITS], **said}
    return hashes_of(file, Source.model_validate(made), key, 10_000_000)


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


def test_what_is_read_of_a_row_is_hashed_however_it_is_written(tmp_path: Path) -> None:
    plain = list(hashes(tmp_path, b"id,at\n1,2026-05-02\n\n2,2026-05-02\n2,2026-05-02\n"))
    assert len(plain) == 2
    assert list(hashes(tmp_path, b'\xef\xbb\xbfat,"id",more\r\n2026-05-02,"1",x\r\n"2026-05-02",2 ,y\r\n')) == plain
    assert (
        list(
            hashes(
                tmp_path,
                "id;at\n1;2026-05-02\n2;2026-05-02\n".encode("utf-16"),
                csv={"delimiter": ";", "encoding": "utf-16"},
            )
        )
        == plain
    )
    assert (
        list(hashes(tmp_path, b'[{"at":"2026-05-02","id":1},\n {"id": "2", "at": "2026-05-02", "b": 1}]', "json"))
        == plain
    )
    pq.write_table(pa.table({"at": ["2026-05-02"] * 2, "id": [1, 2]}), tmp_path / "p")
    assert list(hashes(tmp_path, (tmp_path / "p").read_bytes(), "parquet")) == plain
    assert list(hashes(tmp_path, b"id,at\n1,2026-05-02\n2,2026-05-02\n", key=Key(b"o" * 32))) != plain
    assert len(hashes(tmp_path, b"\x1f\x8b cut")) == 0


def test_a_part_of_an_earlier_file_is_known_by_it(tmp_path: Path) -> None:
    small, large = (read_sketch(sketch(hashes(tmp_path, lines(0, n)))) for n in (200, 20_000))
    half = hashes(tmp_path, lines(100, 200))
    assert list(known_shares([small, large], half)) == [1.0, 1.0]
    assert list(known_shares([small], hashes(tmp_path, lines(100, 300)))) == [0.5]
    assert list(known_shares([small, large], hashes(tmp_path, lines(30_000, 30_100)))) == [0.0, 0.0]
    assert known_shares([large], hashes(tmp_path, lines(10_000, 30_000)))[0] == pytest.approx(0.5, abs=0.06)
