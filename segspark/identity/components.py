"""Connected components of a graph too large for one task: who belongs together, before anybody asks since when.

Large-star and small-star in turn (Kiveris et al., 2014, Connected Components in MapReduce and Beyond): each round links
a node's neighbours to the least of them, so that components become stars in a number of rounds that grows with the
logarithm of their size, however long their chains are.
"""

from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

Checkpoint = Callable[[DataFrame], DataFrame]


def components(edges: DataFrame, checkpoint: Checkpoint) -> DataFrame:
    """The component of every node.

    Args:
        edges: left_id, right_id; in either direction, also twice, also of a node with itself.
        checkpoint: computes a frame now.

    Returns:
        One row per node: node, component (the least node of it).
    """
    nodes = edges.select(F.col("left_id").alias("node")).unionByName(edges.select(F.col("right_id").alias("node")))
    stars = edges.select(
        F.greatest("left_id", "right_id").alias("node"), F.least("left_id", "right_id").alias("centre")
    ).where("node <> centre")
    stars = checkpoint(stars.distinct())
    before = None
    while before != (before := _sum(stars)):
        stars = checkpoint(_small_star(_large_star(stars)))
    return (
        nodes.distinct()
        .join(stars, on="node", how="left")
        .select("node", F.coalesce("centre", "node").alias("component"))
    )


def _large_star(edges: DataFrame) -> DataFrame:
    """Every larger neighbour of a node is linked to the least of the node and its neighbours."""
    back = edges.select(F.col("centre").alias("node"), F.col("node").alias("centre"))
    least = edges.groupBy("node").agg(F.min("centre").alias("least"))
    # Each edge is seen from its smaller end, whose least neighbour, if there is one below, is better.
    seen = back.join(least, on="node", how="left")
    return seen.select(F.col("centre").alias("node"), F.coalesce("least", "node").alias("centre")).distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """A node and its smaller neighbours are linked to the least of them."""
    least = edges.groupBy("node").agg(F.min("centre").alias("least"))
    of_neighbours = edges.join(least, on="node").select(F.col("centre").alias("node"), F.col("least").alias("centre"))
    both = of_neighbours.unionByName(least.withColumnRenamed("least", "centre"))
    return both.where("node <> centre").distinct()


def _sum(edges: DataFrame) -> tuple[int, int]:
    """What tells two sets of edges apart."""
    row = edges.agg(
        F.count("*"), F.coalesce(F.sum(F.xxhash64("node", "centre").cast("decimal(20,0)")), F.lit(0))
    ).head()
    assert row is not None
    return row[0], int(row[1])
