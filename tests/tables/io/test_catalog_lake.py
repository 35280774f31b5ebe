"""Tables that a catalog keeps: every way of writing gives the rows that it gives in a folder."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from tables.io.test_by_spark import SETS, TOYS, frame, rows_of, staged, toys
from tables.io.toy_tables import BOXES, MAY, boxes

from segspark.errors import CheckFailed
from segspark.store import store_at
from segspark.tables.compatibility import problems_of
from segspark.tables.contracts.contract import optional
from segspark.tables.contracts.stamp import stamp_of
from segspark.tables.io.catalog_lake import CatalogLake
from segspark.tables.io.spark_lake import SparkLake

NAMES = iter(range(100))


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Iterator[CatalogLake]:
    schema = f"spark_catalog.of_test_{next(NAMES)}"
    yield CatalogLake(schema, store_at(tmp_path / "files"), spark)
    spark.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def test_every_way_of_writing_gives_the_rows_of_a_folder(lake: CatalogLake, tmp_path: Path) -> None:
    folder = SparkLake(tmp_path / "folder", lake.spark)

    def numbered(rows: pa.Table) -> pa.Table:
        """With a column that orders the rows and is none of the table's."""
        return rows.append_column("row", pa.array(range(len(rows))))

    for each in (folder, lake):
        for _ in range(2):
            each.append(TOYS, frame(each, ("ann", 1, MAY[1])), "a")
            each.append_staged(TOYS, [staged(tmp_path, "bob", 1)], numbered, ["row"], "b")
            each.append_small(TOYS, pa.table({"person_id": ["eve"], "n": [3], "as_of_date": [MAY[3]]}), "c")
        assert each.replace_range(TOYS, frame(each, ("zoe", 2, MAY[4])), MAY[4], MAY[5]) == 1
        assert each.replace_computed(TOYS, toys(5), 1, MAY[2], MAY[3]) == 2
        each.replace_staged(TOYS, [staged(tmp_path, "leo", 6)], ["person_id"], MAY[6], MAY[7])
        each.upsert(TOYS, frame(each, ("ann", 9, MAY[1]), ("new", 9, MAY[1])), "new.n > old.n", days=[MAY[1]])
        each.drop_days(TOYS, MAY[4], MAY[6])
        each.overwrite_small(BOXES, boxes("red"))
        each.replace_dataset(
            SETS, each.spark.createDataFrame([("s1", "ann")], "dataset_id string, person_id string"), "s1"
        )
    assert rows_of(lake) == rows_of(folder) != []
    assert rows_of(lake, BOXES) == rows_of(folder, BOXES) == [("red", 0)]
    assert rows_of(lake, SETS) == rows_of(folder, SETS) == [("s1", "ann")]
    assert lake.rows_by_day(TOYS) == folder.rows_by_day(TOYS)
    assert (lake.days(TOYS), lake.n_rows(TOYS)) == (folder.days(TOYS), folder.n_rows(TOYS))
    for filters in ([("as_of_date", "=", MAY[1])], [("n", ">", 3), ("person_id", "in", ["ann", "leo", "eve"])]):
        ask = {"filters": filters, "columns": ["person_id", "n"]}
        assert lake.read_small(TOYS, **ask).sort_by("person_id") == folder.read_small(TOYS, **ask).sort_by("person_id")
    # Nothing of the tables lies among the files.
    assert not [f.name for f in lake.store.list() if "toys" in f.name]


def test_a_table_has_the_comments_of_its_contract(lake: CatalogLake) -> None:
    lake.create(TOYS)
    columns = lake.spark.catalog.listColumns(lake.path(TOYS))
    assert {c.name: (c.description, c.nullable) for c in columns} == {
        c.name: (c.comment, not c.required) for c in TOYS.columns
    }
    assert lake.table(TOYS).metadata().description == stamp_of(TOYS)
    assert problems_of(lake, TOYS) == []


def test_columns_of_a_newer_contract_are_added(lake: CatalogLake) -> None:
    lake.create(TOYS)
    lake.create(TOYS.with_columns((optional("colour", "string", "Colour"),)))
    assert lake.columns(TOYS) == [*TOYS.column_names, "colour"]


def test_rows_of_other_days_are_refused(lake: CatalogLake) -> None:
    with pytest.raises(CheckFailed, match="rows lie outside"):
        lake.replace_range(TOYS, frame(lake, ("ann", 1, MAY[9])), MAY[1], MAY[2])


def test_an_older_version_is_read(lake: CatalogLake) -> None:
    lake.append(TOYS, frame(lake, ("ann", 1, MAY[1])), "a")
    version = lake.version(TOYS)
    lake.append(TOYS, frame(lake, ("bob", 1, MAY[1])), "b")
    assert [r["person_id"] for r in lake.read(TOYS, version=version).collect()] == ["ann"]


def test_its_files_are_opened_by_nobody(lake: CatalogLake) -> None:
    lake.append(TOYS, frame(lake, ("ann", 1, MAY[1]), ("bob", 1, MAY[1])), "a")
    assert lake.why_not_plain(TOYS) == lake.why_spark_writes(TOYS) == "a catalog of its own"
    assert [(f.path, f.day, f.rows) for f in lake.files(TOYS)] == [("", date(2026, 5, 1), 2)]
