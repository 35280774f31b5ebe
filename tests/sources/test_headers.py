"""The columns of a file, whatever its form, from its first bytes; and how files of one source differ."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.headers import drift, header_of, keys_of_most
from segspark.sources.spec import Source


def source(form: str, **said: Any) -> Source:
    return Source.model_validate({"name": "till", "kind": "mapped", "path": "*", "format": form, **said})


def file(folder: Path, content: bytes, name: str = "in") -> InputFile:
    (folder / name).write_bytes(content)
    return InputFile("till", str(folder / name), name, "f" * 32, len(content), None)


def parquet(folder: Path, table: pa.Table, name: str = "in") -> InputFile:
    pq.write_table(table, folder / name)
    return file(folder, (folder / name).read_bytes(), name)


def test_a_csv_header_is_found_in_plain_and_packed_files(tmp_path: Path) -> None:
    assert header_of(file(tmp_path, b"\xef\xbb\xbfno; at\n1;2\n"), source("csv", csv={"delimiter": ";"})) == (
        "no",
        "at",
    )
    assert header_of(file(tmp_path, gzip.compress(b"no,at\n" * 9)), source("csv")) == ("no", "at")
    assert header_of(file(tmp_path, b""), source("csv")) == ()
    with pytest.raises(BrokenFile, match="file_truncated"):
        header_of(file(tmp_path, b"\x1f\x8b cut"), source("csv"))


def test_keys_of_json_are_those_of_the_first_records(tmp_path: Path) -> None:
    lines = [json.dumps(r).encode() for r in ({"a": {"b": 1}}, {"c": [1]}, ["no record"])]
    assert header_of(file(tmp_path, b"\n".join([*lines, b"{broken"])), source("json")) == ("a", "a.b", "c")


def test_a_parquet_schema_names_nested_fields_too(tmp_path: Path) -> None:
    table = pa.table({"a": pa.array([{"b": {"c": 1}}]), "d": [1]})
    assert header_of(parquet(tmp_path, table), source("parquet")) == ("a", "a.b", "a.b.c", "d")
    with pytest.raises(BrokenFile, match="file_unreadable"):
        header_of(file(tmp_path, b"PAR1PAR1"), source("parquet"))


def test_what_differs_between_files_is_one_sentence(tmp_path: Path) -> None:
    files = [
        file(tmp_path, content, str(n))
        for n, content in enumerate((b"\x1f\x8b cut", b"a,b\n", b"b,c\n", b"", b"7,ann@example.com\n", b"a,b,c\n"))
    ]
    assert drift(files, source("csv")) == ("source till: its files do not all have the same columns; new: c; gone: a")
    assert drift(files[:2], source("csv")) is None
    assert drift([file(tmp_path, b'{"a":1}', "x"), file(tmp_path, b'{"b":1}', "y")], source("json")) is None


def test_what_is_hardly_a_header_is_not_told(tmp_path: Path) -> None:
    files = [
        file(tmp_path, b"num,client,total\n1,2,3\n", "a.csv"),
        file(tmp_path, b"Zoe Martin,Lyon,Bellecour\n1,2,3\n", "b.csv"),
        file(tmp_path, b"x" * 5000 + b",num,client,total\n1,2,3,4\n", "c.csv"),
    ]
    told = drift(files, source("csv"))
    assert told == f"source till: its files do not all have the same columns; new: {'x' * 60}"


def test_columns_are_compared_with_the_commonest_ones(tmp_path: Path) -> None:
    files = [
        file(tmp_path, b"b,c\n1,2\n", "a.csv"),
        file(tmp_path, b"a,b\n1,2\n", "b.csv"),
        file(tmp_path, b"a,b\n3,4\n", "c.csv"),
    ]
    assert drift(files, source("csv")) == "source till: its files do not all have the same columns; new: c; gone: a"


def test_keys_that_few_records_have_are_not_told(tmp_path: Path) -> None:
    lines = [json.dumps({"no": n, "per": {f"ann{n}@example.com": 1, f"Jeanne {n}": 2}}).encode() for n in range(9)]
    files = [file(tmp_path, b"\n".join(lines)), file(tmp_path, b"\x1f\x8b cut", "broken")]
    assert keys_of_most(files, source("json")) == ("no", "per")
    assert keys_of_most([file(tmp_path, lines[0])], source("json"))[:2] == ("no", "per")
