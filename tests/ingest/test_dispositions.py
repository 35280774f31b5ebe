"""What becomes of a record, out of what became of all that it says."""

from pyspark.sql import SparkSession

from segspark.ingest import dispositions


def test_a_record_is_refused_when_nothing_it_says_was_accepted(spark: SparkSession) -> None:
    rows = [
        ("events", 1, 10, 1, "duplicate"), ("events", 2, 20, 2, "duplicate"), ("events", 3, 30, 2, "duplicate"),
        ("lines", 4, 30, 2, "expired"), ("events", 5, 40, 1, "other_version"), ("events", 6, 50, 1, "withheld"),
        ("events", 6, 50, 1, "duplicate"),
    ]  # fmt: skip
    told = spark.createDataFrame(rows, "kind string, no bigint, record bigint, n_says int, verdict string")
    found = {r["record"]: r["disposition"] for r in dispositions.dispose(told).collect()}
    assert found == {10: "duplicate", 30: "expired", 50: "withheld"}
