"""Points that are looked at block by block: the sum is the same in memory and by tasks."""

import numpy as np
import pyarrow as pa
from pyspark.sql import SparkSession

from segspark.models.clustering.blocks import MemoryBlocks, SparkBlocks, points_of

POINTS = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0], [5.0, 50.0]])


def moments(block: np.ndarray) -> np.ndarray:
    """Sums and the number of points, as a table of two rows."""
    return np.array([block.sum(axis=0), [len(block), 0.0]])


def test_a_row_is_a_point_and_a_column_a_coordinate() -> None:
    assert points_of(pa.RecordBatch.from_pydict({"a": [1.0, 2.0], "b": [3.0, 4.0]})).tolist() == [[1, 3], [2, 4]]


def test_in_memory_there_is_one_block() -> None:
    assert MemoryBlocks(POINTS).total(moments).tolist() == [[15, 150], [5, 0]]


def test_what_tasks_find_is_added_in_its_shape_and_tasks_without_points_add_nothing(spark: SparkSession) -> None:
    frame = spark.createDataFrame([tuple(map(float, p)) for p in POINTS], "a double, b double")
    # More partitions than points: some are empty.
    assert SparkBlocks(frame.repartition(7)).total(moments).tolist() == [[15, 150], [5, 0]]
    assert SparkBlocks(frame.coalesce(1)).total(lambda block: np.array([float(len(block))])).tolist() == [5.0]
