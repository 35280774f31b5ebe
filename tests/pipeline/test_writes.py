"""Every way to write does what it says on a real table; every other pair of rows and ways writes nothing."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from pipeline.toys import BOXES, DAY, TOYS, boxes, toys
from pyspark.sql import DataFrame, SparkSession

from segspark.errors import CheckFailed, InfrastructureError, SegsparkError
from segspark.pipeline.writes import (
    Append,
    Computed,
    Frame,
    How,
    NoRows,
    Overwrite,
    ReplaceDays,
    ReplaceKey,
    Rows,
    Small,
    StagedRows,
    Upsert,
    write,
)
from segspark.store import store_at
from segspark.tables.contracts.contract import Contract, required
from segspark.tables.contracts.schema import schema_json
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.staging import Kind, StagedFile, StagingWriter, read_named

ONE = timedelta(days=1)
BEFORE, AFTER = DAY - ONE, DAY + ONE
TODAY = ReplaceDays(DAY, AFTER)
SETS = Contract(
    name="gold.sets",
    grain="one person of a set",
    key=("set_id", "person_id"),
    columns=(required("person_id", "string", "Person"), required("set_id", "string", "Set")),
    partition_by=("set_id",),
)
TOY_SCHEMA = pa.schema([("person_id", pa.string()), ("n", pa.int64()), ("as_of_date", pa.date32())])
BOX_SCHEMA = pa.schema([("box", pa.string()), ("n", pa.int64())])
SET_SCHEMA = pa.schema([("person_id", pa.string()), ("set_id", pa.string())])


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> SparkLake:
    return SparkLake(tmp_path / "lake", spark)


def frame(lake: SparkLake, *rows: tuple[str | None, int, date]) -> DataFrame:
    return lake.spark.createDataFrame(table_of(TOY_SCHEMA, rows)).coalesce(1)


def box_frame(lake: SparkLake, *rows: tuple[str, int]) -> DataFrame:
    return lake.spark.createDataFrame(table_of(BOX_SCHEMA, rows)).coalesce(1)


def table_of(schema: pa.Schema, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def stage(folder: Path, *rows: tuple[str, int, date]) -> list[StagedFile]:
    """As a task does it."""
    writer = StagingWriter(store_at(folder), {"toys": Kind(TOY_SCHEMA, "as_of_date")})
    for person, n, day in rows:
        writer.add("toys", {"person_id": person, "n": n, "as_of_date": (day - date(1970, 1, 1)).days})

    class Collected:
        def collect(self) -> Iterator[Any]:
            return (row for batch in writer.close() for row in batch.to_pylist())

    return list(read_named(Collected()).get("toys", []))  # type: ignore[arg-type]


def stored(lake: SparkLake) -> list[tuple[str, int, date]]:
    rows = lake.read_small(TOYS).to_pylist()
    return sorted((r["person_id"], r["n"], r["as_of_date"]) for r in rows)


def stored_boxes(lake: SparkLake) -> list[tuple[str, int]]:
    return sorted((r["box"], r["n"]) for r in lake.read_small(BOXES).to_pylist())


def three_days(lake: SparkLake) -> None:
    for day in (BEFORE, DAY, AFTER):
        lake.append_small(TOYS, toys("old", day=day), str(day))


OTHER_DAYS = [("old", 1, BEFORE), ("old", 1, AFTER)]


# Append ------------------------------------------------------------------------------------------------------------


def test_an_append_adds_rows_and_the_same_one_again_changes_nothing(lake: SparkLake, tmp_path: Path) -> None:
    staged = stage(tmp_path / "staged", ("c", 3, DAY), ("d", 4, AFTER))
    rows: dict[str, Rows] = {
        "frame": Frame(frame(lake, ("a", 1, DAY))),
        "small": Small(toys("b", n=2)),
        "staged": StagedRows(staged, ("person_id",)),
    }
    for once, each in rows.items():
        assert write(lake, TOYS, each, Append(once)) is None
    added = [("a", 1, DAY), ("b", 2, DAY), ("c", 3, DAY), ("d", 4, AFTER)]
    assert stored(lake) == added
    version = lake.version(TOYS)
    for once, each in rows.items():
        write(lake, TOYS, each, Append(once))
    assert stored(lake) == added
    assert lake.version(TOYS) == version
    write(lake, TOYS, rows["small"], Append("another"))
    assert stored(lake) == sorted([*added, ("b", 2, DAY)])


def test_staged_rows_are_finished_and_sorted_on_their_way(lake: SparkLake, tmp_path: Path) -> None:
    staged = stage(tmp_path / "staged", ("b", 1, DAY), ("c", 2, DAY), ("a", 3, DAY))

    def doubled(rows: pa.Table) -> pa.Table:
        twice = pa.array([2 * n for n in rows["n"].to_pylist()], pa.int64())
        return rows.set_column(rows.schema.get_field_index("n"), "n", twice)

    write(lake, TOYS, StagedRows(staged, ("person_id",), doubled), Append("once"))
    assert [(r["person_id"], r["n"]) for r in lake.read_small(TOYS).to_pylist()] == [("a", 6), ("b", 2), ("c", 4)]


# ReplaceDays -------------------------------------------------------------------------------------------------------


def computed(*rows: tuple[str, int, date], read_at: int | None = None) -> Computed:
    def task(low: str, high: str) -> pa.Table:
        # By itself: workers cannot import this file.
        kept = [row for row in rows if low <= row[0] < high]
        columns = list(zip(*kept, strict=True)) or [(), (), ()]
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, TOY_SCHEMA, strict=True)], schema=TOY_SCHEMA)

    return Computed(task, 1, read_at)


@pytest.mark.parametrize("kind", ["frame", "by spark", "staged", "apart", "computed", "small"])
def test_days_are_replaced_and_others_stay(lake: SparkLake, tmp_path: Path, kind: str) -> None:
    three_days(lake)
    new = [("a", 1, DAY), ("b", 2, DAY)]
    rows: Rows
    if kind in ("frame", "by spark"):
        rows = Frame(frame(lake, *new), by_spark=kind == "by spark")
    elif kind == "computed":
        rows = computed(*new)
    elif kind == "small":
        rows = Small(pa.concat_tables([toys("a"), toys("b", n=2)]))
    else:
        first, second = (new[:1], new[1:]) if kind == "apart" else (new, [])
        staged = stage(tmp_path / "1", *first), stage(tmp_path / "2", *second)
        rows = StagedRows(staged[0], ("person_id",), apart=staged[1])
    for _ in range(2):
        counted = write(lake, TOYS, rows, TODAY)
        assert counted == (None if isinstance(rows, StagedRows | Small) else 2)
        assert stored(lake) == sorted([*OTHER_DAYS, *new])
    # What goes to files of its own lies apart.
    assert len([f for f in lake.files(TOYS) if f.day == DAY]) == (2 if kind == "apart" else 1)


@pytest.mark.parametrize("kind", ["frame", "staged", "computed", "small"])
def test_rows_of_another_day_are_refused_and_nothing_is_written(lake: SparkLake, tmp_path: Path, kind: str) -> None:
    three_days(lake)
    before, version = stored(lake), lake.version(TOYS)
    for outside in (BEFORE, AFTER):
        new = [("a", 1, DAY), ("b", 2, outside)]
        rows: dict[str, Rows] = {
            "frame": Frame(frame(lake, *new)),
            "staged": StagedRows(stage(tmp_path / str(outside), *new), ("person_id",)),
            "computed": computed(*new),
            "small": Small(pa.concat_tables([toys("a"), toys("b", n=2, day=outside)])),
        }
        with pytest.raises(CheckFailed, match=rf"gold\.toys: rows of \['{outside}'\] are none of those to be replaced"):
            write(lake, TOYS, rows[kind], TODAY)
        assert (stored(lake), lake.version(TOYS)) == (before, version)


def test_rows_of_another_day_are_refused_by_sparks_writer_as_well(lake: SparkLake) -> None:
    three_days(lake)
    before = stored(lake)
    with pytest.raises(CheckFailed, match=r"DELTA_VIOLATE_CONSTRAINT|replaceWhere"):
        write(lake, TOYS, Frame(frame(lake, ("b", 2, AFTER)), by_spark=True), TODAY)
    assert stored(lake) == before


def test_no_rows_empty_what_is_replaced(lake: SparkLake) -> None:
    three_days(lake)
    assert write(lake, TOYS, NoRows(), TODAY) is None
    assert stored(lake) == OTHER_DAYS
    version = lake.version(TOYS)
    write(lake, TOYS, NoRows(), TODAY)
    assert (stored(lake), lake.version(TOYS)) == (OTHER_DAYS, version)
    write(lake, TOYS, NoRows(), ReplaceDays(BEFORE, AFTER + ONE))
    assert stored(lake) == []


def test_a_frame_without_rows_empties_as_well(lake: SparkLake) -> None:
    three_days(lake)
    assert write(lake, TOYS, Frame(frame(lake)), TODAY) == 0
    assert stored(lake) == OTHER_DAYS


def test_what_follows_from_an_older_version_than_the_table_is_no_more_written(lake: SparkLake) -> None:
    three_days(lake)
    read_at = lake.version(TOYS)
    lake.append_small(TOYS, toys("late", day=BEFORE), "late")
    before = stored(lake)
    with pytest.raises(InfrastructureError, match=rf"changed by another writer since its version {read_at} was read"):
        write(lake, TOYS, computed(("a", 1, DAY), read_at=read_at), TODAY)
    assert stored(lake) == before
    assert write(lake, TOYS, computed(("a", 1, DAY), read_at=lake.version(TOYS)), TODAY) == 1
    assert stored(lake) == sorted([*OTHER_DAYS, ("late", 1, BEFORE), ("a", 1, DAY)])


def test_a_table_whose_files_alone_are_not_its_rows_is_replaced_by_spark(lake: SparkLake, tmp_path: Path) -> None:
    deltalake.DeltaTable.create(
        lake.path(TOYS),
        schema=deltalake.Schema.from_json(schema_json(TOYS)),
        partition_by=["as_of_date"],
        configuration={"delta.enableDeletionVectors": "true"},
    )
    written: dict[str, Rows] = {
        "a": Frame(frame(lake, ("a", 1, DAY))),
        "b": StagedRows(stage(tmp_path / "1", ("b", 1, DAY)), ("person_id",)),
    }
    for person, rows in written.items():
        write(lake, TOYS, rows, TODAY)
        assert [tuple(r) for r in lake.read(TOYS).collect()] == [(person, 1, DAY)]


def test_staged_rows_are_finished_when_days_are_replaced(lake: SparkLake, tmp_path: Path) -> None:
    def none_left(rows: pa.Table) -> pa.Table:
        return rows.slice(0, 0)

    rows = StagedRows(stage(tmp_path / "1", ("a", 1, DAY)), ("person_id",), none_left)
    try:
        write(lake, TOYS, rows, TODAY)
    except SegsparkError:
        return
    assert stored(lake) == []


# ReplaceKey, Upsert, Overwrite -------------------------------------------------------------------------------------


def test_one_key_is_replaced_and_rows_of_another_are_refused(lake: SparkLake) -> None:
    def people(set_id: str, *names: str) -> Frame:
        return Frame(lake.spark.createDataFrame(table_of(SET_SCHEMA, [(n, set_id) for n in names])))

    write(lake, SETS, people("one", "a", "b"), ReplaceKey("one"))
    write(lake, SETS, people("two", "c"), ReplaceKey("two"))
    write(lake, SETS, people("one", "d"), ReplaceKey("one"))
    rows = [(r["set_id"], r["person_id"]) for r in lake.read_small(SETS).to_pylist()]
    assert sorted(rows) == [("one", "d"), ("two", "c")]
    with pytest.raises(CheckFailed, match=r"gold\.sets: rows of \['three'\] are none of those to be replaced"):
        write(lake, SETS, people("three", "e"), ReplaceKey("one"))
    assert lake.n_rows(SETS) == 2


def test_an_upsert_inserts_what_is_new_and_updates_what_is_newer(lake: SparkLake) -> None:
    newer = Upsert("new.n > old.n")
    write(lake, BOXES, Frame(box_frame(lake, ("a", 1), ("b", 5))), newer)
    assert stored_boxes(lake) == [("a", 1), ("b", 5)]
    # Nothing to update: an append.
    write(lake, BOXES, Frame(box_frame(lake, ("c", 1))), newer)
    assert stored_boxes(lake) == [("a", 1), ("b", 5), ("c", 1)]
    for _ in range(2):
        write(lake, BOXES, Frame(box_frame(lake, ("a", 2), ("b", 4), ("d", 9))), newer)
        assert stored_boxes(lake) == [("a", 2), ("b", 5), ("c", 1), ("d", 9)]


@pytest.mark.parametrize("kind", ["frame", "small"])
def test_the_whole_of_a_small_table_is_replaced(lake: SparkLake, kind: str) -> None:
    for names in (("a", "b"), ("c",), ("c",)):
        rows: Rows = Small(boxes(*names)) if kind == "small" else Frame(box_frame(lake, *[(n, 1) for n in names]))
        assert write(lake, BOXES, rows, Overwrite()) is None
        assert stored_boxes(lake) == [(n, 1) for n in names]
    assert lake.version(BOXES) == 3


# Contracts and pairs -----------------------------------------------------------------------------------------------


def test_a_missing_column_is_null_where_it_may_be_and_refused_where_it_may_not(lake: SparkLake) -> None:
    without_n = frame(lake, ("a", 1, DAY)).drop("n")
    write(lake, TOYS, Frame(without_n), Append("1"))
    write(lake, TOYS, Small(toys("b").drop_columns(["n"])), Append("2"))
    assert sorted((r["person_id"], r["n"]) for r in lake.read_small(TOYS).to_pylist()) == [("a", None), ("b", None)]
    with pytest.raises(CheckFailed, match=r"gold\.toys needs \['person_id'\]"):
        write(lake, TOYS, Frame(without_n.drop("person_id")), Append("3"))
    with pytest.raises(CheckFailed, match=r"gold\.toys needs \['person_id'\]"):
        write(lake, TOYS, Frame(without_n.drop("person_id")), TODAY)
    assert lake.n_rows(TOYS) == 2


def test_a_required_value_that_is_missing_is_refused_by_a_task(lake: SparkLake) -> None:
    with pytest.raises(Exception, match=r"gold\.toys: 1 rows have no person_id"):
        write(lake, TOYS, Frame(frame(lake, (None, 1, DAY))), TODAY)
    assert stored(lake) == []


LEGAL = {
    ("Frame", "Append"), ("Staged", "Append"), ("Small", "Append"),
    ("Frame", "ReplaceDays"), ("FrameBySpark", "ReplaceDays"), ("Staged", "ReplaceDays"), ("StagedApart", "ReplaceDays"),
    ("Computed", "ReplaceDays"), ("NoRows", "ReplaceDays"), ("Small", "ReplaceDays"),
    ("Frame", "ReplaceKey"), ("Frame", "Upsert"), ("Frame", "Overwrite"), ("Small", "Overwrite"),
}  # fmt: skip
HOWS: Sequence[How] = (Append("x"), TODAY, ReplaceKey("x"), Upsert("true"), Overwrite())


class Untouched:
    """Rows and a lake that nobody may look at."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")


def test_every_other_pair_is_refused_by_name_before_anything_is_touched() -> None:
    kinds: dict[str, Rows] = {
        "Frame": Frame(Untouched()),  # type: ignore[arg-type]
        "FrameBySpark": Frame(Untouched(), by_spark=True),  # type: ignore[arg-type]
        "Staged": StagedRows([StagedFile("f", 1)], ()),
        "StagedApart": StagedRows([StagedFile("f", 1)], (), apart=[StagedFile("g", 1)]),
        "Computed": Computed(lambda low, high: pa.table({}), 1),
        "Small": Small(boxes("a")),
        "NoRows": NoRows(),
    }
    refused = 0
    for name, rows in kinds.items():
        for how in HOWS:
            if (name, type(how).__name__) in LEGAL:
                continue
            with pytest.raises(SegsparkError) as told:
                write(Untouched(), BOXES, rows, how)  # type: ignore[arg-type]
            assert str(told.value) == f"silver.boxes: {type(rows).__name__} cannot be written by {type(how).__name__}."
            refused += 1
    assert refused == len(kinds) * len(HOWS) - len(LEGAL)
