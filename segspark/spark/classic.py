"""What only a session with a JVM of its own has; a session of Spark Connect is a client and does without."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

# Rows that are enough to give every task some.
_MANY = 1_000_000


def context_of(session: "SparkSession") -> "SparkContext | None":
    """Spark's context; None of a session of Spark Connect."""
    context: SparkContext | None = getattr(session, "sparkContext", None)
    return context


def tasks_at_once(session: "SparkSession") -> int:
    """The number of tasks that run in parallel."""
    context = context_of(session)
    return int(context.defaultParallelism) if context is not None else _asked(session)


@lru_cache(maxsize=4)
def _asked(session: "SparkSession") -> int:
    """Spark makes as many partitions of a range as it runs tasks at once."""
    from pyspark.sql import functions as F

    return session.range(_MANY).select(F.spark_partition_id()).distinct().count()
