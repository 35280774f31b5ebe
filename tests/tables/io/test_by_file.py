"""A table read file by file is the table that Spark reads."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession

from segspark.tables.among import Among
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.io.by_file import read_by_file
from segspark.tables.io.spark_lake import SparkLake

VISITS = Contract(
    name="silver.visits",
    grain="one visit",
    key=("person_id", "visit_date"),
    partition_by=("visit_date",),
    columns=(
        required("person_id", "string", "Person"),
        required("visit_date", "date", "Day"),
        optional("seconds", "bigint", "Time on the site"),
        optional("began_at", "timestamp", "First page"),
    ),
)


def test_it_is_the_table_that_spark_reads_with_columns_that_it_gained_later(
    tmp_path: Path, spark: SparkSession
) -> None:
    lake = SparkLake(tmp_path, spark)
    for day, who in ((1, ["ann", "bob"]), (2, ["ann"])):
        began = [datetime(2026, 5, day, 10, tzinfo=UTC)] * len(who)
        rows = {
            "person_id": who,
            "began_at": began,
            "visit_date": [date(2026, 5, day)] * len(who),
            "seconds": [day * 10] * len(who),
        }
        lake.append_small(VISITS, pa.table(rows), once=str(day))
    wider = VISITS.with_columns([optional("page", "string", "First page")])
    lake.append_small(
        wider,
        pa.table({"person_id": ["eve"], "visit_date": [date(2026, 5, 3)], "seconds": [None], "page": ["/"]}),
        once="3",
    )
    columns = ["visit_date", "page", "person_id", "began_at"]
    found = read_by_file(spark, lake.table(wider), lake.folder(wider), wider, columns)
    in_order = ["visit_date", "person_id"]
    assert found.orderBy(*in_order).collect() == lake.read(wider).select(*columns).orderBy(*in_order).collect()
    assert found.dtypes == lake.read(wider).select(*columns).dtypes
    assert found.count() == 4
    some = read_by_file(
        spark, lake.table(wider), lake.folder(wider), wider, columns, (date(2026, 5, 2), date(2026, 5, 3))
    )
    assert [r["person_id"] for r in some.collect()] == ["ann"]


def test_only_rows_about_some_are_read_by_the_first_column_that_tells(tmp_path: Path, spark: SparkSession) -> None:
    contract = VISITS.with_columns([optional("page", "string", "First page")])
    people, pages = ["ann", "bob", None, "cid", "ann"], [None, "ann", "ann", None, "/"]
    rows = pa.table({"page": pages, "person_id": people, "seconds": range(5)})
    among = Among(("person_id", "page"), pa.array(["ann", "eve"]))
    lake = SparkLake(tmp_path / "lake", spark)
    stored = rows.slice(3).append_column("visit_date", pa.array([date(2026, 5, 1), date(2026, 5, 2)]))
    lake.append_small(contract, stored, once="1")
    found = read_by_file(spark, lake.table(contract), lake.folder(contract), contract, ["seconds"], among=among)
    assert [r["seconds"] for r in found.collect()] == [4]
