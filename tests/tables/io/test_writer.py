"""Files of a table that tasks write themselves: who writes what, where they lie, and what the log says of them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from pyspark.cloudpickle import register_pickle_by_value
from pyspark.sql import SparkSession
from tables.io import toy_tables
from tables.io.toy_tables import BOXES, Named, boxes

from segspark.spark import work as spark_work
from segspark.tables.io import writer
from segspark.tables.io.commit import commit
from segspark.tables.io.writer import _conform, ask_ranges, share_out, write_computed, write_files
from segspark.tables.lake import Lake
from segspark.tables.ranges import BYTES_WORTH_A_TASK, DayFile
from segspark.tables.staging import StagedFile

# Workers do not import what lies below tests.
register_pickle_by_value(toy_tables)
MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def test_every_day_is_written_by_one_task_unless_it_is_too_large() -> None:
    files = [StagedFile(f"f{i}", 40_000, dict.fromkeys(range(i, i + 10), 4000)) for i in range(4)]
    work = share_out(files, 2)
    assert len(work) == 2
    spans = sorted((first, last) for _, first, last in work)
    assert spans[0][0] == 0
    assert spans[0][1] + 1 == spans[1][0]
    assert spans[1][1] == 12
    for paths, first, last in work:
        meets = {f.path for f in files if any(first <= d <= last for d in f.days)}
        assert set(paths) == meets


def test_a_day_that_is_too_large_is_written_by_several_tasks_each_from_some_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "ROWS_PER_TASK", 100)
    files = [StagedFile(f"f{i}", 150, {1: 150}) for i in range(4)]
    work = share_out(files, 2)
    assert [(first, last) for _, first, last in work] == [(1, 1)] * len(work)
    assert len(work) > 1
    # Each file once.
    assert sorted(path for paths, _, _ in work for path in paths) == ["f0", "f1", "f2", "f3"]


def test_files_without_days_are_shared_by_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "ROWS_PER_TASK", 100)
    files = [StagedFile(f"f{i}", 40) for i in range(5)]
    work = share_out(files, 2)
    assert [paths for paths, _, _ in work] == [["f0", "f1"], ["f2", "f3"], ["f4"]]
    assert share_out([], 2) == []


def test_rows_take_the_contracts_columns_in_their_order() -> None:
    table = _conform(pa.table({"n": pa.array([1], pa.int64()), "more": ["x"]}), {"box": "string", "n": "bigint"})
    assert table.column_names == ["box", "n"]
    assert table.to_pylist() == [{"box": None, "n": 1}]


def test_tasks_write_frames_and_what_functions_make_and_answer_by_ranges(spark: SparkSession, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.create(BOXES)
    store = lake.folder(BOXES)
    rows = spark.createDataFrame([("a", 1), ("b", 2)], "box string, n bigint").coalesce(1)
    (added,) = write_files(rows, BOXES, store)
    assert added["rows"] == 2
    commit(lake.table(BOXES), BOXES, [added])

    def made(low: str, high: str) -> Any:
        table = boxes(f"from {low or 'the first'}")
        # As one table, or as many of which each is a file; columns may be missing.
        return table.drop_columns(["n"]) if not low else iter([table, boxes(f"to {high}")])

    computed = write_computed(spark, BOXES, store, made, writer_bytes(2))
    assert sorted(a["rows"] for a in computed) == [1, 1, 1]
    commit(lake.table(BOXES), BOXES, computed)
    named = deltalake.DeltaTable(lake.path(BOXES)).to_pyarrow_table()["box"].to_pylist()
    assert sorted(named) == ["a", "b", "from 8000", "from the first", "to ~"]
    asked: Callable[[str, str], pa.Table] = lambda low, high: pa.table({"low": [low], "high": [high]})  # noqa: E731
    found = ask_ranges(spark, asked, [("", "8"), ("8", "~")], "low string, high string")
    assert found[1] in ({"low": "8", "high": "~"}, ("8", "~"))


def writer_bytes(n_tasks: int) -> int:
    return n_tasks * BYTES_WORTH_A_TASK


@pytest.mark.parametrize("most", [10**9, 0])
def test_a_task_of_a_range_is_given_the_files_of_that_range(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(spark_work, "BYTES_IN_FUNCTION", most)
    files = tuple(
        DayFile(name, MAY[1], low, high, 1) for name, low, high in (("a", "1", "3"), ("b", "7", "9"), ("c", "9", "f"))
    )
    found = ask_ranges(spark, Named(files), [("", "8"), ("8", "~")], "low string, names string")
    assert sorted((row["low"], row["names"]) for row in found) == [("", "a b"), ("8", "b c")]
