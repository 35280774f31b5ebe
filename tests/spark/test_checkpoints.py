"""A session under other settings for a while, and as it was afterwards."""

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.spark.checkpoints import checkpoint_as_planned, is_of_one_process, is_one_process, rows_per_batch


def test_large_rows_go_to_python_few_at_a_time(spark: SparkSession) -> None:
    rows = spark.range(0, 100, 1, 1).selectExpr("repeat('x', 1000000) AS text")

    def largest() -> int:
        sizes = rows.mapInArrow(lambda batches: (_length_of(b) for b in batches), "n bigint").collect()
        return max(row["n"] for row in sizes)

    assert largest() == 100
    with rows_per_batch(spark, 30):
        assert largest() == 30
    assert largest() == 100


def test_a_checkpoint_as_planned_is_aggregated_without_a_shuffle(
    spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    def rows() -> DataFrame:
        return spark.range(100).selectExpr("id % 7 AS who", "id").repartition("who")

    rows().localCheckpoint().groupBy("who", "id").count().explain()
    assert "Exchange" in capsys.readouterr().out
    before = [spark.conf.get(k) for k in ("spark.sql.adaptive.enabled", "spark.sql.shuffle.partitions")]
    kept = checkpoint_as_planned(rows(), 3)
    kept.groupBy("who", "id").count().explain()
    assert "Exchange" not in capsys.readouterr().out
    assert kept.rdd.getNumPartitions() == 3
    assert [spark.conf.get(k) for k in ("spark.sql.adaptive.enabled", "spark.sql.shuffle.partitions")] == before


@pytest.mark.parametrize(
    ("master", "is_one"),
    [("local", True), ("local[*]", True), ("local[2,3]", True), ("local[*, 4]", True), ("local-cluster[2,1,1024]", False),
     ("spark://host:7077", False), ("yarn", False), ("", False)],
)  # fmt: skip
def test_a_local_master_runs_in_one_process(master: str, is_one: bool) -> None:
    assert is_of_one_process(master) is is_one


def test_the_session_of_the_tests_is_one_process(spark: SparkSession) -> None:
    assert is_one_process(spark)


def test_settings_are_put_back_after_an_error(spark: SparkSession) -> None:
    keys = (
        "spark.sql.execution.arrow.maxRecordsPerBatch", "spark.sql.adaptive.enabled", "spark.sql.shuffle.partitions"
    )  # fmt: skip
    before = [spark.conf.get(k) for k in keys]

    def fail() -> None:
        with rows_per_batch(spark, 30):
            raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        fail()
    with pytest.raises(Exception, match="too much"):
        checkpoint_as_planned(spark.range(2).selectExpr("raise_error('too much')"), 3)
    assert [spark.conf.get(k) for k in keys] == before


def _length_of(batch: pa.RecordBatch) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"n": [batch.num_rows]})
