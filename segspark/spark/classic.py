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


def executors_now(session: "SparkSession") -> int:
    """How many executors are there; a session of Spark Connect does not say, and at least one is."""
    context = context_of(session)
    # The driver counts as one.
    return int(context._jsc.sc().getExecutorMemoryStatus().size()) - 1 if context is not None else 1


def variable_of_java(context: "SparkContext", name: str) -> str | None:
    """A variable of the environment with which Java was started: what its Python workers have."""
    value: str | None = context._jvm.java.lang.System.getenv(name)  # type: ignore[union-attr]
    return value


@lru_cache(maxsize=4)
def _asked(session: "SparkSession") -> int:
    """Spark makes as many partitions of a range as it runs tasks at once."""
    from pyspark.sql import functions as F

    return session.range(_MANY).select(F.spark_partition_id()).distinct().count()
