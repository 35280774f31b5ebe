"""A task finds the exceptions of its rows, and opens nothing of what is about other files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segspark.ingest import exceptions
from segspark.ingest.exceptions import read_disposed, read_exceptions
from segspark.sources.parsed import FILE_BITS, KINDS
from segspark.store import parquet, store_at
from segspark.tables.staging import StagedFile, StagingWriter

# Number of the row's file (that of an order made of lines is negative), place in it, kind, verdict.
Said = tuple[int, int, str, str]
numbers = st.tuples(st.sampled_from([-3, -1, 0, 1, 2, 7, 8, 400]), st.integers(0, 3))
said = st.tuples(numbers, st.sampled_from(["events", "lines"]), st.sampled_from(["duplicate", "other_version"]))


def no(file: int, place: int) -> int:
    return (file << FILE_BITS) + place


def stage(folder: Path, rows: Sequence[Said]) -> list[StagedFile]:
    writer = StagingWriter(store_at(folder), KINDS)
    for file, place, kind, verdict in rows:
        writer.add("exceptions", {"kind": kind, "no": no(file, place), "verdict": verdict, "file": file})
        writer.add("dispositions", {"record": no(file, place), "disposition": verdict, "file": file})
    return [
        StagedFile(row["path"], row["rows"], _days(row["days"]))
        for batch in writer.close()
        for row in batch.to_pylist()
        if row["kind"] == "exceptions"
    ]


def _days(text: str) -> dict[int, int]:
    return {int(day): n for day, n in json.loads(text).items()}


def found(files: Sequence[StagedFile], kind: str, *asked: int) -> list[tuple[int, str]]:
    rows = read_exceptions(files, kind, np.array(asked, np.int64)).to_pylist()
    return sorted((row["no"], row["verdict"]) for row in rows)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(said, max_size=6), max_size=3), st.lists(numbers, max_size=8), st.booleans())
def test_of_all_exceptions_those_of_the_rows_are_read(
    tmp_path_factory: pytest.TempPathFactory, tasks: list[list[Any]], asked: list[tuple[int, int]], is_old: bool
) -> None:
    folder = tmp_path_factory.mktemp("exceptions")
    rows = [[(*number, kind, verdict) for number, kind, verdict in task] for task in tasks]
    files = [file for task in rows for file in stage(folder, task)]
    if is_old:
        # As an interrupted run of an earlier version has staged them.
        files = [StagedFile(file.path, file.rows) for file in files]
    wanted = {no(*number) for number in asked}
    by_hand = [(no(f, n), verdict) for task in rows for f, n, kind, verdict in task if kind == "events"]
    assert found(files, "events", *wanted) == sorted(row for row in by_hand if row[0] in wanted)


def test_files_about_other_files_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month that is delivered again: thirty files, of which a task writes one."""
    files = [f for day in range(30) for f in stage(tmp_path, [(day, n, "events", "duplicate") for n in range(40)])]
    read: list[int] = []
    through = parquet.read_parquet

    def counted(path: str, **how: Any) -> pa.Table:
        rows = through(path, **how)
        read.append(rows.num_rows)
        return rows

    monkeypatch.setattr(exceptions, "read_parquet", counted)
    assert len(found(files, "events", *[no(7, n) for n in range(100)])) == 40
    assert read == [40]


def test_of_a_file_about_many_only_the_rows_of_some_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = stage(tmp_path, [(day, n, "events", "duplicate") for day in range(30) for n in range(40)])
    read: list[int] = []
    through = parquet.read_parquet

    def counted(path: str, **how: Any) -> pa.Table:
        rows = through(path, **how)
        read.append(rows.num_rows)
        return rows

    monkeypatch.setattr(exceptions, "read_parquet", counted)
    assert len(found(files, "events", no(3, 1), no(4, 1), no(9, 1))) == 3
    # Neighbours are read at once.
    assert read == [80, 40]


def test_dispositions_of_records_likewise(tmp_path: Path) -> None:
    writer = StagingWriter(store_at(tmp_path), KINDS)
    for file in range(3):
        writer.add("dispositions", {"record": no(file, 1), "disposition": "expired", "file": file})
    files = [StagedFile(r["path"], r["rows"], _days(r["days"])) for b in writer.close() for r in b.to_pylist()]
    rows = read_disposed(files, np.array([no(1, 1), no(2, 2)], np.int64))
    assert rows.to_pylist() == [{"record": no(1, 1), "disposition": "expired"}]
    assert read_disposed([], np.array([1], np.int64)).num_rows == 0
