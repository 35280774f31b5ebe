"""The counter tells exactly what Spark did, and rather fails than tell less."""

from collections.abc import Iterator

import numpy as np
import pytest
from counter import Counts, Truncated, counted, read_jobs
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


@pytest.fixture
def plain(spark: SparkSession) -> Iterator[SparkSession]:
    """Adaptive execution makes a job of each shuffle, so that numbers are those of a textbook without it."""
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    yield spark
    spark.conf.unset("spark.sql.adaptive.enabled")


def test_a_block_without_an_action_counts_nothing(plain: SparkSession) -> None:
    with counted(plain) as done:
        plain.range(10).groupBy("id").count()
    assert (done.jobs, done.stages, done.tasks) == (0, 0, 0)


def test_a_collected_range_is_one_job_of_one_stage_with_a_task_per_partition(plain: SparkSession) -> None:
    with counted(plain) as done:
        plain.range(0, 100, 1, 3).collect()
    assert (done.jobs, done.stages, done.skipped, done.tasks) == (1, 1, 0, 3)


def test_a_shuffle_is_two_stages(plain: SparkSession) -> None:
    with counted(plain) as done:
        plain.range(0, 100, 1, 3).groupBy(F.col("id") % 7).count().collect()
    # Three tasks write the shuffle, and two read it: as many as the session's shuffle partitions.
    assert (done.jobs, done.stages, done.tasks) == (1, 2, 5)


def test_every_action_in_the_block_counts_and_none_outside(plain: SparkSession) -> None:
    plain.range(5).collect()
    with counted(plain) as done:
        plain.range(0, 10, 1, 2).collect()
        plain.range(0, 10, 1, 2).collect()
    plain.range(5).collect()
    assert (done.jobs, done.tasks) == (2, 4)


def test_what_is_computed_twice_is_seen(plain: SparkSession) -> None:
    def frame() -> DataFrame:
        return plain.range(0, 100, 1, 2).groupBy(F.col("id") % 7).count()

    with counted(plain) as twice:
        frame().collect()
        frame().collect()
    assert (twice.jobs, twice.stages, twice.skipped, twice.tasks) == (2, 4, 0, 8)
    same = frame()
    with counted(plain) as again:
        same.collect()
        same.collect()
    # Of one plan that is run again Spark still has the shuffle.
    assert (again.jobs, again.stages, again.skipped, again.tasks) == (2, 3, 1, 6)


def test_jobs_that_spark_has_forgotten_are_an_error(plain: SparkSession) -> None:
    context = plain.sparkContext._jsc.sc()
    following = int(context.dagScheduler().numTotalJobs())
    with pytest.raises(Truncated, match=f"job {following}"):
        read_jobs(context, range(following, following + 1), Counts())


def test_the_memory_of_the_python_driver_is_seen(plain: SparkSession) -> None:
    with counted(plain) as idle:
        pass
    with counted(plain) as busy:
        block = np.ones(200_000_000 // 8)
        plain.range(1).collect()
        del block
    assert idle.rss_peak > 0
    assert busy.rss_peak - idle.rss_peak > 150_000_000
    assert busy.heap_peak > 0
