"""A table read by the names of its files is the table that Delta's reader gives."""

from datetime import date
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

VISITS = Contract(
    name="silver.visits",
    grain="one visit",
    key=("person_id", "visit_date"),
    partition_by=("visit_date", "site"),
    columns=(
        required("person_id", "string", "Person"),
        required("visit_date", "date", "Day"),
        optional("site", "string", "Site"),
        optional("known_as_of", "date", "Since when it is known"),
        optional("seconds", "bigint", "Time on the site"),
    ),
)
WIDER = VISITS.with_columns([optional("page", "string", "First page")])


def by_delta(lake: Lake, spark: SparkSession) -> DataFrame:
    return spark.read.format("delta").load(lake.path(VISITS))


def rows_of(frame: DataFrame) -> list[tuple[object, ...]]:
    return sorted((tuple(r) for r in frame.collect()), key=str)


def visits_below(root: Path, spark: SparkSession) -> Lake:
    """Three days, each known two days later; the last with a column that the table gained, and without a site."""
    lake = SparkLake(root, spark)
    for day in (1, 2, 3):
        said = {
            "person_id": ["ann", "bob"],
            "visit_date": [date(2026, 5, day)] * 2,
            "site": ["a b/c=%", "plain"] if day < 3 else [None, None],
            "known_as_of": [date(2026, 5, day + 2)] * 2,
            "seconds": [day * 10, None],
        }
        lake.append_small(VISITS if day < 3 else WIDER, pa.table({**said, **({"page": ["/", "/"]} if day == 3 else {})}),
                          once=str(day))  # fmt: skip
    return lake


@pytest.mark.parametrize("folder", ["lake", "a lake", "lake {1}"])
def test_it_is_the_table_that_delta_reads(spark: SparkSession, tmp_path: Path, folder: str) -> None:
    lake = visits_below(tmp_path / folder, spark)
    found = lake.read(VISITS)
    assert len(rows_of(found)) == 6
    assert rows_of(found) == rows_of(by_delta(lake, spark))
    assert found.dtypes == by_delta(lake, spark).dtypes


def test_only_the_files_of_the_wanted_days_are_named(spark: SparkSession, tmp_path: Path) -> None:
    lake = visits_below(tmp_path, spark)
    some = lake.read(VISITS, days=(date(2026, 5, 2), date(2026, 5, 3)))
    assert {r["visit_date"] for r in some.collect()} == {date(2026, 5, 2)}
    assert len(some.inputFiles()) == 2
    apart = lake.read(VISITS, days=frozenset((date(2026, 5, 1), date(2026, 5, 3))))
    assert {r["visit_date"] for r in apart.collect()} == {date(2026, 5, 1), date(2026, 5, 3)}
    assert len(apart.inputFiles()) == 3
    later = lake.read(VISITS, known_after=date(2026, 5, 4))
    assert {r["visit_date"] for r in later.collect()} == {date(2026, 5, 3)}
    assert len(later.inputFiles()) == 1
    nothing = lake.read(VISITS, days=(date(2026, 6, 1), date(2026, 6, 2)))
    assert (nothing.count(), nothing.dtypes) == (0, some.dtypes)


def test_what_is_removed_after_the_reading_began_is_read_all_the_same(spark: SparkSession, tmp_path: Path) -> None:
    """The files of one version are named at once: a commit meanwhile changes nothing."""
    lake = visits_below(tmp_path, spark)
    before = lake.read(VISITS)
    deltalake.DeltaTable(lake.path(VISITS)).delete("person_id = 'ann'")
    assert len(rows_of(before)) == 6
    assert len(rows_of(lake.read(VISITS))) == 3
