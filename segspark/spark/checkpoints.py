"""Batches and checkpoints with temporarily changed session settings."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from segspark.spark.settings import EVERYWHERE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@contextmanager
def rows_per_batch(session: "SparkSession", rows: int) -> Iterator[None]:
    """Limit the rows sent to Python per batch, for text of any length. (Spark can also limit the bytes of a batch, but
    it then measures after every row, which costs more than all other work on the row.)"""
    key = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = session.conf.get(key) or EVERYWHERE[key]
    session.conf.set(key, str(rows))
    try:
        yield
    finally:
        session.conf.set(key, before)


def is_one_process(session: "SparkSession") -> bool:
    """Whether driver and executors are one process, so that no executor can be lost alone."""
    return is_of_one_process(session.conf.get("spark.master", "") or "")


def is_of_one_process(master: str) -> bool:
    """``local[4]`` is, ``local-cluster[2,1,1024]`` is not."""
    return re.fullmatch(r"local(\[[^\]]*\])?", master) is not None


def checkpoint_as_planned(frame: "DataFrame", partitions: int) -> "DataFrame":
    """A local checkpoint that keeps its partitioning columns, so that aggregations by them need no shuffle; with
    adaptive execution Spark would lose them. Not thread-safe: it changes settings of the session meanwhile.

    Args:
        partitions: of each shuffle, since nothing coalesces small ones afterwards.
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
