"""Each task is given its own part of the work, and the function that all of them run holds no list of all parts."""

import cloudpickle
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from segspark.spark import work
from segspark.spark.work import shared_out

PARTS = [[f"s3://lake/gold/features/day-{day}/part-{n:032x}" for n in range(50)] for day in range(20)]


@pytest.mark.parametrize("most", [10**9, 0])
def test_every_part_is_given_to_one_task(spark: SparkSession, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(work, "BYTES_IN_FUNCTION", most)
    tasks, parts_of = shared_out(spark, PARTS)
    assert tasks.rdd.getNumPartitions() == len(PARTS)
    found = tasks.mapInArrow(
        lambda batches: (pa.RecordBatch.from_pydict({"n": [len(p)], "first": [p[0]]}) for p in parts_of(batches)),
        "n bigint, first string",
    )
    assert sorted((r["n"], r["first"]) for r in found.collect()) == sorted((50, part[0]) for part in PARTS)


def test_long_lists_do_not_travel_with_the_function(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BYTES_IN_FUNCTION", 10_000)
    few, many = (len(cloudpickle.dumps(shared_out(spark, parts)[1])) for parts in (PARTS[:1], PARTS))
    assert few < 10_000
    assert many < 1_000


def test_no_part_is_no_task(spark: SparkSession) -> None:
    tasks, parts_of = shared_out(spark, [])
    assert tasks.mapInArrow(lambda batches: (b for p in parts_of(batches) for b in p), "n bigint").count() == 0
