"""Rows that are written together, shared among tasks without one that holds most of them."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# Some 200 to 350 bytes each: what a task sorts in memory.
ROWS_PER_TASK = 2_000_000


def shared(rows: DataFrame, n_tasks: int, keys: tuple[str, ...], of_key: int, in_all: int) -> DataFrame:
    """Rows with equal keys in one task, or in several where they are too many.

    Args:
        rows: with person_id, by which the rows of a key are shared.
        n_tasks: keep every core busy; more are made where their rows would be too many.
        of_key: at most so many rows have equal keys.
        in_all: about so many rows there are.
    """
    shares = -(-of_key // ROWS_PER_TASK)
    n_tasks = max(n_tasks, -(-in_all // ROWS_PER_TASK))
    if shares <= 1:
        return rows.repartition(n_tasks, *keys)
    return rows.repartition(n_tasks, *keys, F.pmod(F.xxhash64("person_id"), F.lit(shares)))
