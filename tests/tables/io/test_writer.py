"""Files of a table that tasks write themselves: who writes what, where they lie, and what the log says of them."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from segspark.errors import CheckFailed, InfrastructureError
from segspark.store import store_at
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.io import writer
from segspark.tables.io.writer import _conform, _write_parts, ask_ranges, commit, share_out, write_computed, write_files
from segspark.tables.lake import Lake
from segspark.tables.ranges import BYTES_WORTH_A_TASK
from segspark.tables.staging import StagedFile

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
VISITS = Contract(
    name="silver.visits",
    grain="one visit",
    key=("person_id", "visit_date"),
    partition_by=("visit_date", "site"),
    columns=(
        required("person_id", "string", "Person"),
        optional("seconds", "bigint", "Time on the site"),
        optional("began_at", "timestamp", "First page"),
        required("visit_date", "date", "Day"),
        required("site", "string", "Site"),
    ),
)
BOXES = Contract(
    name="silver.boxes",
    grain="one box",
    key=("box",),
    columns=(required("box", "string", "Name"), optional("n", "bigint", "Toys in it")),
)
BEGAN = datetime(2026, 5, 1, 10, tzinfo=UTC)


def visits(*rows: tuple[str, int | None, int, str]) -> pa.Table:
    people, seconds, days, sites = zip(*rows, strict=True)
    return pa.table(
        {
            "person_id": pa.array(people, pa.string()),
            "seconds": pa.array(seconds, pa.int64()),
            "began_at": pa.array([BEGAN] * len(rows), pa.timestamp("us", tz="UTC")),
            "visit_date": pa.array([MAY[d] for d in days], pa.date32()),
            "site": pa.array(sites, pa.string()),
        }
    )


def boxes(*names: str | None) -> pa.Table:
    return pa.table({"box": pa.array(names, pa.string()), "n": pa.array(range(len(names)), pa.int64())})


# Who writes what ---------------------------------------------------------------------------------------------------


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


# Files -------------------------------------------------------------------------------------------------------------


def test_each_partition_has_its_file_in_a_folder_that_every_reader_understands(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.create(VISITS)
    rows = visits(("a", 1, 1, "a b/c=%"), ("b", None, 1, "plain"), ("c", 3, 2, "plain"))
    added = list(_write_parts(rows, VISITS, lake.folder(VISITS)))
    assert [a["rows"] for a in added] == [1, 1, 1]
    assert all(a["path"].startswith("visit_date=2026-05-0") for a in added)
    commit(lake.table(VISITS), VISITS, added)
    found = lake.read_small(VISITS).select(rows.column_names).sort_by("person_id")
    assert found.to_pylist() == rows.to_pylist()
    for each in added:
        assert lake.folder(VISITS).size(each["path"]) == each["size"]
    assert {f.path for f in lake.files(VISITS)} == {lake.folder(VISITS).url_of(a["path"]) for a in added}


def test_rows_of_one_partition_that_do_not_lie_together_are_one_file(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    added = list(_write_parts(visits(("a", 1, 1, "x"), ("b", 2, 2, "x"), ("c", 3, 1, "x")), VISITS, store))
    rows = {json.loads(a["partition"])["visit_date"]: a["rows"] for a in added}
    assert rows == {"2026-05-01": 2, "2026-05-02": 1}
    first = next(a for a in added if a["rows"] == 2)
    stored = pq.ParquetFile(tmp_path / first["path"]).read()
    assert stored["person_id"].to_pylist() == ["a", "c"]
    # The partition's columns stand in the log alone.
    assert stored.column_names == ["person_id", "seconds", "began_at"]


def test_a_table_without_partitions_is_one_file_and_no_rows_are_none(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    (added,) = _write_parts(boxes("a", "b"), BOXES, store)
    assert (json.loads(added["partition"]), added["rows"]) == ({}, 2)
    assert list(_write_parts(boxes(), BOXES, store)) == []
    assert list(_write_parts(visits(("a", 1, 1, "x")).slice(0, 0), VISITS, store)) == []
    assert len(list(store.list())) == 1


def test_a_required_value_that_is_missing_stops_the_write(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    with pytest.raises(CheckFailed, match=r"silver\.boxes: 2 rows have no box"):
        list(_write_parts(boxes("a", None, None), BOXES, store))
    assert list(store.list()) == []


def test_the_log_gets_the_bounds_of_words_and_days_and_the_number_of_rows(tmp_path: Path) -> None:
    (added,) = _write_parts(visits(("b", None, 1, "x"), ("a", 2, 1, "x")), VISITS, store_at(tmp_path))
    told = json.loads(added["stats"])
    assert told["numRecords"] == 2
    assert (told["minValues"], told["maxValues"]) == ({"person_id": "a"}, {"person_id": "b"})
    assert told["nullCount"] == {"person_id": 0}


def test_rows_take_the_contracts_columns_in_their_order() -> None:
    table = _conform(pa.table({"n": pa.array([1], pa.int64()), "more": ["x"]}), {"box": "string", "n": "bigint"})
    assert table.column_names == ["box", "n"]
    assert table.to_pylist() == [{"box": None, "n": 1}]


# Commits -----------------------------------------------------------------------------------------------------------


def test_an_append_a_replacement_of_one_value_and_of_the_whole(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for contract in (VISITS, BOXES):
        lake.create(contract)

    def write(contract: Contract, rows: pa.Table, **how: Any) -> None:
        commit(lake.table(contract), contract, list(_write_parts(rows, contract, lake.folder(contract))), **how)

    write(VISITS, visits(("a", 1, 1, "x"), ("b", 1, 2, "x")))
    write(VISITS, visits(("c", 1, 2, "y")), replace=["2026-05-02"])
    assert sorted(lake.read_small(VISITS)["person_id"].to_pylist()) == ["a", "c"]
    write(BOXES, boxes("a", "b"))
    write(BOXES, boxes("c"), replace=[])
    assert lake.read_small(BOXES)["box"].to_pylist() == ["c"]
    write(BOXES, boxes("d"), once="mine")
    assert lake.table(BOXES).transaction_version("mine") == 1


@pytest.mark.parametrize("how", [{"replace": []}, {"is_derived": True}])
def test_what_follows_from_the_table_goes_in_at_the_version_that_was_read_or_not(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    lake = Lake(tmp_path)
    lake.create(BOXES)
    read = lake.table(BOXES)
    lake.append_small(BOXES, boxes("theirs"), "theirs")
    with pytest.raises(InfrastructureError, match=r"silver\.boxes was changed by another writer since its version 0"):
        commit(read, BOXES, list(_write_parts(boxes("mine"), BOXES, lake.folder(BOXES))), **how)
    assert lake.read_small(BOXES)["box"].to_pylist() == ["theirs"]


# Tasks -------------------------------------------------------------------------------------------------------------


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
