"""The lake with a session: frames of tables as they are, and writes that can be repeated."""

from datetime import date, timedelta
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from segspark.errors import CheckFailed, InfrastructureError
from segspark.tables.among import Among
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.contracts.schema import schema_json
from segspark.tables.io.conform import schema_of
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 6)
ONE = timedelta(days=1)
TOYS = Contract(
    name="gold.toys",
    grain="one toy of a person and day",
    key=("person_id", "as_of_date"),
    columns=(
        required("person_id", "string", "Person"),
        optional("n", "bigint", "Toys"),
        required("as_of_date", "date", "Day"),
    ),
    partition_by=("as_of_date",),
)


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> SparkLake:
    return SparkLake(tmp_path / "lake", spark)


def frame(lake: SparkLake, *rows: tuple[str, int, date]) -> DataFrame:
    return lake.spark.createDataFrame(list(rows), "person_id string, n bigint, as_of_date date").coalesce(1)


def rows_of(found: DataFrame) -> list[tuple[str, int]]:
    return sorted((r["person_id"], r["n"]) for r in found.collect())


def test_a_table_that_is_not_there_is_an_empty_frame_of_its_columns(lake: SparkLake) -> None:
    found = lake.read(TOYS)
    assert found.count() == 0
    assert found.dtypes == [("person_id", "string"), ("n", "bigint"), ("as_of_date", "date")]
    assert lake.read_by_file(TOYS, ["n"]).count() == 0
    assert schema_of(TOYS)["person_id"] == T.StructField(
        "person_id", T.StringType(), nullable=False, metadata={"comment": "Person"}
    )
    assert not lake.exists(TOYS)


def test_an_older_version_is_read_as_it_was(lake: SparkLake) -> None:
    lake.append(TOYS, frame(lake, ("a", 1, DAY)), "1")
    version = lake.version(TOYS)
    lake.replace_range(TOYS, frame(lake, ("b", 2, DAY)), DAY, DAY + ONE)
    assert rows_of(lake.read(TOYS, version)) == [("a", 1)]
    assert rows_of(lake.read(TOYS)) == [("b", 2)]


def test_frames_take_the_contracts_columns_and_types(lake: SparkLake) -> None:
    narrow = lake.spark.createDataFrame(
        [("a", 1, "2026-05-06", "x")], "person_id string, n int, as_of_date string, more string"
    )
    lake.append(TOYS, narrow, "1")
    lake.append(TOYS, narrow.drop("n"), "2")
    assert sorted(lake.read_small(TOYS)["n"].to_pylist(), key=str) == [1, None]
    assert lake.columns(TOYS) == TOYS.column_names
    with pytest.raises(CheckFailed, match=r"gold\.toys needs \['person_id', 'as_of_date'\]; the frame has \['n'\]"):
        lake.append(TOYS, narrow.select("n"), "3")


@pytest.mark.parametrize("is_plain", [True, False])
def test_some_columns_are_read_by_file_or_by_spark_where_files_alone_do_not_do(lake: SparkLake, is_plain: bool) -> None:
    deltalake.DeltaTable.create(
        lake.path(TOYS),
        schema=deltalake.Schema.from_json(schema_json(TOYS)),
        partition_by=["as_of_date"],
        configuration={} if is_plain else {"delta.enableDeletionVectors": "true"},
    )
    lake.replace_range(TOYS, frame(lake, ("a", 1, DAY), ("b", 2, DAY + ONE)), DAY, DAY + 2 * ONE)
    assert (lake.why_not_plain(TOYS) is None) is is_plain
    found = lake.read_by_file(TOYS, ["n", "as_of_date"])
    assert sorted((r["n"], r["as_of_date"]) for r in found.collect()) == [(1, DAY), (2, DAY + ONE)]
    assert found.columns == ["n", "as_of_date"]
    some = lake.read_by_file(TOYS, ["n"], (DAY, DAY + ONE))
    assert [r["n"] for r in some.collect()] == [1]
    theirs = lake.read_by_file(TOYS, ["n"], among=Among(("person_id",), pa.array(["b", "z"])))
    assert [r["n"] for r in theirs.collect()] == [2]
    assert rows_of(lake.read(TOYS, days=(DAY + ONE, DAY + 2 * ONE))) == [("b", 2)]


def test_a_merge_looks_only_at_the_days_that_it_is_given(lake: SparkLake) -> None:
    newer = "new.n > old.n"
    lake.upsert(TOYS, frame(lake, ("a", 1, DAY), ("b", 1, DAY + ONE)), newer)
    lake.upsert(TOYS, frame(lake, ("a", 5, DAY), ("b", 5, DAY + ONE), ("c", 5, DAY)), newer, days=[DAY, DAY + ONE])
    assert rows_of(lake.read(TOYS)) == [("a", 5), ("b", 5), ("c", 5)]
    # With a day left out its rows do not match, and a second row of the key is inserted.
    lake.upsert(TOYS, frame(lake, ("b", 9, DAY + ONE), ("a", 9, DAY)), newer, days=[DAY])
    assert rows_of(lake.read(TOYS)) == [("a", 9), ("b", 5), ("b", 9), ("c", 5)]


def test_a_write_over_several_days_replaces_those_that_have_no_rows_as_well(lake: SparkLake) -> None:
    for n in range(3):
        lake.append_small(TOYS, pa.table({"person_id": ["old"], "as_of_date": [DAY + n * ONE]}), str(n))
    assert lake.replace_range(TOYS, frame(lake, ("a", 1, DAY), ("b", 2, DAY)), DAY, DAY + 2 * ONE) == 2
    assert lake.days(TOYS) == [DAY, DAY + 2 * ONE]
    lake.drop_days(TOYS, DAY, DAY + 3 * ONE)
    assert lake.days(TOYS) == []


def test_a_lease_that_is_lost_while_rows_are_merged_ends_the_run_there(lake: SparkLake) -> None:
    """The merge may be there: it is by key, and whoever has taken over leaves the same rows."""
    asked = []

    def refuse_later() -> None:
        asked.append(1)
        if len(asked) > 1:
            raise InfrastructureError("lost")

    lake.replace_range(TOYS, frame(lake, ("ann", 1, DAY)), DAY, DAY + ONE)
    late = SparkLake(lake.store, lake.spark, refuse_later)
    merged = frame(lake, ("ann", 2, DAY), ("bob", 3, DAY))
    with pytest.raises(InfrastructureError, match="lost"):
        late.upsert(TOYS, merged, "true")
    once = sorted(map(str, lake.read(TOYS).collect()))
    lake.upsert(TOYS, merged, "true")
    assert sorted(map(str, lake.read(TOYS).collect())) == once
    assert len(once) == 2


def test_a_lake_whose_lease_is_lost_commits_nothing(lake: SparkLake) -> None:
    def refuse() -> None:
        raise InfrastructureError("lost")

    rows = frame(lake, ("ann", 1, DAY))
    lake.replace_range(TOYS, rows, DAY, DAY + ONE)
    before = lake.version(TOYS)
    lost = SparkLake(lake.store, lake.spark, refuse)
    for write in (
        lambda: lost.append(TOYS, rows, "again"),
        lambda: lost.append_staged(TOYS, [], lambda staged: staged, (), "staged"),
        lambda: lost.replace_range(TOYS, rows, DAY, DAY + ONE),
        lambda: lost.replace_by_spark(TOYS, rows, DAY, DAY + ONE),
        lambda: lost.drop_days(TOYS, DAY, DAY + ONE),
        lambda: lost.upsert(TOYS, frame(lake, ("bob", 1, DAY)), "true"),
        lambda: lost.upsert(TOYS, rows, "true"),
    ):
        with pytest.raises(InfrastructureError, match="lost"):
            write()
    assert lake.version(TOYS) == before
