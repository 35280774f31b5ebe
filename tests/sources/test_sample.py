"""Samples: the first records of the newest files."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segspark.sources.files import InputFile
from segspark.sources.sample import FILES, RECORDS, Hold, in_memory, sampled
from segspark.sources.spec import Source

RECORDS_OF = {"mapped": [{"target": "orders", "columns": {"ordered_at": "a"}}], "sendgrid": []}


def source(kind: str = "mapped", form: str = "csv") -> Source:
    return Source.model_validate(
        {"name": "crm", "kind": kind, "path": "*", "format": form, "records": RECORDS_OF[kind]}
    )


def file(path: Path) -> InputFile:
    return InputFile("crm", str(path), path.name, "0" * 32, path.stat().st_size, None)


@pytest.fixture
def hold() -> Iterator[Hold]:
    with in_memory() as held:
        yield held


def test_a_csv_keeps_its_header_and_its_first_lines(tmp_path: Path, hold: Hold) -> None:
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * (RECORDS + 50)))
    (one,) = sampled([file(path)], source(), hold)
    assert Path(one.path).read_bytes() == b"a,b\n" + b"1,2\n" * RECORDS
    assert (one.name, one.number) == ("in.csv.gz", 0)


def test_an_array_is_cut_into_records(tmp_path: Path, hold: Hold) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([{"n": n} for n in range(RECORDS + 9)]))
    (one,) = sampled([file(path)], source("sendgrid", "json"), hold)
    assert len(Path(one.path).read_bytes().splitlines()) == RECORDS


def test_of_parquet_the_first_rows_are_kept(tmp_path: Path, hold: Hold) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"a": range(RECORDS + 9)}), path)
    (one,) = sampled([file(path)], source(form="parquet"), hold)
    assert pq.read_table(one.path).num_rows == RECORDS


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_that_cannot_be_read_stays_as_it_is(form: str, tmp_path: Path, hold: Hold) -> None:
    path = tmp_path / "in.gz"
    path.write_bytes(gzip.compress(b"a,b\n" * 9)[:-5])
    assert sampled([file(path)], source(form=form), hold)[0].path == str(path)


def test_only_the_newest_files_are_sampled(tmp_path: Path, hold: Hold) -> None:
    paths = [tmp_path / f"in-{n}.csv" for n in range(FILES + 2)]
    for path in paths:
        path.write_text("a\n1\n")
    assert [one.name for one in sampled(list(map(file, paths)), source(), hold)] == [p.name for p in paths[2:]]


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="the system has no files in memory")
def test_a_sample_is_read_by_another_process_and_stands_on_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with in_memory() as hold:
        path = hold(b"ann@example.com")
        told = subprocess.run([sys.executable, "-c", f"print(open({path!r}).read())"], capture_output=True, check=True)
        assert told.stdout == b"ann@example.com\n"
        assert not list(tmp_path.iterdir())
    assert not Path(path).exists()
