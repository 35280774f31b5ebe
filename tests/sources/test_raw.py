"""A mapped source's records as texts: what its mapping names, and each record itself."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sources.in_process import plan_of

from segspark.sources.files import InputFile
from segspark.sources.mapped import MAPPED
from segspark.sources.mapping import compile_mapping
from segspark.sources.raw import read_raw
from segspark.sources.spec import Source

RECORD = {
    "target": "orders", "identifier": {"kind": "customer", "value": "client.no"},
    "columns": {"ordered_at": "at", "amount": "total"},
}  # fmt: skip


def read(folder: Path, content: bytes, **said: Any) -> list[dict[str, Any]]:
    path = folder / "in"
    path.write_bytes(content)
    file = InputFile("orders", str(path), "in", "f" * 32, len(content), None, 3)
    source = Source.model_validate({"name": "orders", "kind": "mapped", "path": "*", "records": [RECORD], **said})
    plan = replace(plan_of(MAPPED, folder, [[file]]), source=source)
    return [row for batch in read_raw(plan, compile_mapping(source), 0) for row in batch.to_pylist()]


def test_a_record_gives_the_named_columns_and_itself(tmp_path: Path) -> None:
    record = {"client": {"no": "77", "name": "Ann"}, "at": "2026-05-02", "total": 1.50, "note": "for ann@example.com"}
    raw = json.dumps(record).encode()
    (row,) = read(tmp_path, raw)
    assert (row["file"], row["position"], row["reasons"], row["raw"]) == (3, 0, None, raw)
    assert [row["column_0"], row["column_1"], row["column_2"]] == ["77", "2026-05-02", "1.5"]


@pytest.mark.parametrize(
    ("said", "content", "reasons"),
    [
        ({}, b'{"at":1,"at":2}', ["dup_key"]),
        ({}, b"[1]", ["type"]),
        ({}, b'{"client":{"no":[7]},"at":{"day":1}}', ["type:identifier", "type:ordered_at"]),
        ({}, b'{"client.no":"7","client":{"no":"8"}}', ["dup_key"]),
        ({"format": "csv"}, b"at,total,client.no\n1\n", ["columns"]),
        ({"format": "csv"}, b"at,total,client.no\n\xff,1,7\n", ["encoding"]),
    ],
)
def test_a_record_that_cannot_be_read_is_refused_alone(
    said: dict[str, Any], content: bytes, reasons: list[str], tmp_path: Path
) -> None:
    (row,) = read(tmp_path, content, **said)
    assert (row["position"], row["reasons"], row["column_0"]) == (0, reasons, None)


def test_a_file_that_breaks_off_is_refused_as_a_whole(tmp_path: Path) -> None:
    (row,) = read(tmp_path, b"\x1f\x8b cut")
    assert (row["position"], row["reasons"], row["raw"]) == (-1, ["file_truncated"], b"")


@pytest.mark.parametrize(
    ("said", "content", "raw"),
    [
        ({}, b'{"at": 1, "client": {"no": "7"}}', b'{"at": 1, "client": {"no": "7"}}'),
        ({"format": "csv"}, b"at,total,client.no\n1,2,7\n", b"1,2,7"),
        ({"format": "csv", "csv": {"encoding": "latin-1"}}, b"at,total,client.no\n\xe9,2,7\n", b"\xe9,2,7"),
    ],
)
def test_a_record_keeps_its_bytes(said: dict[str, Any], content: bytes, raw: bytes, tmp_path: Path) -> None:
    (row,) = read(tmp_path, content, **said)
    assert (row["reasons"], row["raw"]) == (None, raw)


def test_what_the_strict_decoder_repairs_is_flagged(tmp_path: Path) -> None:
    (row,) = read(tmp_path, b'{"client":{"no":"7"},"at":"a\\u0000b","total":"\\ud800"}')
    assert (row["reasons"], row["flags"]) == (None, ["nul_stripped", "surrogate_replaced"])
    assert [row["column_0"], row["column_1"], row["column_2"]] == ["7", "ab", "\ufffd"]


@pytest.mark.parametrize(
    ("content", "reasons"),
    [(b"at,total\n1,2\n", ["header_missing:client.no"]), (b"7,ann@example.com,2\n", ["header_none"])],
)
def test_a_csv_without_the_named_columns_is_refused_as_a_whole(
    content: bytes, reasons: list[str], tmp_path: Path
) -> None:
    (row,) = read(tmp_path, content, format="csv")
    assert (row["position"], row["reasons"]) == (-1, reasons)
