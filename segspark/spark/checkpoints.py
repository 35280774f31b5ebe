"""Batches and checkpoints of a session under other settings for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame, SparkSession

from segspark.spark.settings import EVERYWHERE


@contextmanager
def rows_per_batch(session: SparkSession, rows: int) -> Iterator[None]:
    """Within it at most so many rows go to Python at once: for text of anybody's length. (Spark can also measure the
    bytes of a batch; it then does so after every row, which costs more than all else that happens to the row.)"""
    key = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = session.conf.get(key) or EVERYWHERE[key]
    session.conf.set(key, str(rows))
    try:
        yield
    finally:
        session.conf.set(key, before)


def checkpoint_as_planned(frame: DataFrame, partitions: int) -> DataFrame:
    """A local checkpoint that still knows by which columns its rows are partitioned, so that aggregations by them need
    no shuffle: Spark forgets it of a plan that is adapted while it runs. For one thread at a time: the settings that it
    changes meanwhile are the session's.

    Args:
        partitions: of each shuffle, since nothing joins small ones afterwards.
    """
    session = frame.sparkSession
    meanwhile = {"spark.sql.adaptive.enabled": "false", "spark.sql.shuffle.partitions": str(partitions)}
    before = {key: str(session.conf.get(key)) for key in meanwhile}
    try:
        for key, value in meanwhile.items():
            session.conf.set(key, value)
        return frame.localCheckpoint()
    finally:
        for key, value in before.items():
            session.conf.set(key, value)
