"""Which tasks get which rows."""

from collections import defaultdict

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.spark import sharing
from segspark.spark.sharing import shared

ROWS = [(f"p{n}", "many" if n % 10 else "few") for n in range(400)]


def tasks_of(spark: SparkSession, of_key: int, n_tasks: int = 2) -> dict[str, dict[int, int]]:
    """Rows of each key by task."""
    rows = spark.createDataFrame(ROWS, "person_id string, segment_id string")
    parted = shared(rows, n_tasks, ("segment_id",), of_key, len(ROWS)).withColumn("task", F.spark_partition_id())
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for row in parted.groupBy("segment_id", "task").count().collect():
        found[row["segment_id"]][row["task"]] = row["count"]
    return found


def test_rows_of_a_key_go_to_one_task(spark: SparkSession) -> None:
    found = tasks_of(spark, of_key=360)
    assert [sum(tasks.values()) for tasks in (found["many"], found["few"])] == [360, 40]
    assert [len(tasks) for tasks in found.values()] == [1, 1]


def test_no_task_gets_the_many_rows_of_a_key(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "ROWS_PER_TASK", 50)
    found = tasks_of(spark, of_key=360)
    assert [sum(tasks.values()) for tasks in (found["many"], found["few"])] == [360, 40]
    assert len(found["many"]) > 3
    # Two shares of a key may meet in one task.
    assert max(found["many"].values()) < 150
