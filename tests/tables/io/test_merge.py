"""An upsert by files gives the rows that MERGE gives, in one commit that replaces the files it met."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.io.spark_lake import SparkLake

DAY, ONE = date(2026, 5, 1), timedelta(days=1)
TOYS = Contract(
    name="gold.toys",
    grain="one row per person and toy",
    key=("person_id", "toy"),
    partition_by=("as_of_date",),
    columns=(
        required("person_id", "string", "Person"),
        optional("toy", "string", "Toy"),
        required("as_of_date", "date", "Day"),
        optional("n", "bigint", "Toys"),
    ),
)
Row = tuple[str, str | None, date, int | None]
FIRST: tuple[Row, ...] = (
    ("ann", "car", DAY, 1), ("bob", "car", DAY, 2), ("eve", None, DAY + ONE, 3), ("ida", "kite", DAY + 2 * ONE, 4),
)  # fmt: skip
# Newer; older; of a key with a null; on another day than before; of somebody new; without the value that decides.
SECOND: tuple[Row, ...] = (
    ("ann", "car", DAY, 5), ("bob", "car", DAY, 1), ("eve", None, DAY + ONE, 9), ("ida", "kite", DAY, 7),
    ("zoe", "car", DAY + 3 * ONE, 1), ("max", "car", DAY, None),
)  # fmt: skip


def frame(lake: SparkLake, rows: tuple[Row, ...]) -> DataFrame:
    return lake.spark.createDataFrame(list(rows), "person_id string, toy string, as_of_date date, n bigint")


@pytest.mark.parametrize(
    ("newer", "days"), [("new.n >= old.n", None), ("true", None), ("new.n >= old.n", (DAY, DAY + ONE)), ("true", ())]
)
def test_it_gives_the_rows_of_a_merge(
    spark: SparkSession, tmp_path: Path, newer: str, days: tuple[date, ...] | None
) -> None:
    by_merge, by_files = SparkLake(tmp_path / "merge", spark), SparkLake(tmp_path / "files", spark)
    for lake in (by_merge, by_files):
        lake.append(TOYS, frame(lake, FIRST).repartition(1), "first")
    by_merge.upsert(TOYS, frame(by_merge, SECOND), newer, days)
    table = by_files.table(TOYS)
    by_files._upsert_files(TOYS, table, frame(by_files, SECOND), newer, days)
    assert rows(by_files) == rows(by_merge)
    assert by_files.version(TOYS) == table.version() + 1
    assert sum(by_files.rows_by_day(TOYS).values()) == by_files.n_rows(TOYS) == len(rows(by_files))


def test_files_that_it_does_not_meet_stay(spark: SparkSession, tmp_path: Path) -> None:
    lake = SparkLake(tmp_path / "lake", spark)
    lake.append(TOYS, frame(lake, FIRST).repartition(1), "first")
    before = set(lake.table(TOYS).file_uris())
    lake._upsert_files(TOYS, lake.table(TOYS), frame(lake, (("eve", None, DAY + ONE, 9),)), "true")
    gone = before - set(lake.table(TOYS).file_uris())
    assert [("2026-05-02" in uri) for uri in gone] == [True]


def rows(lake: SparkLake) -> list[str]:
    return sorted(map(str, lake.read(TOYS).collect()))
