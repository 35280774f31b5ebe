"""Points processed block by block, in memory or by Spark tasks. Only sums come back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame


class Blocks(Protocol):
    def total(self, part: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """The sum of a function's results over blocks of points; a block has one row per point."""


@dataclass(frozen=True)
class MemoryBlocks:
    points: np.ndarray

    def total(self, part: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        return part(self.points)


@dataclass(frozen=True)
class SparkBlocks:
    """A frame of double columns; each partition returns one array, and these are added in the order of partitions."""

    frame: DataFrame

    def total(self, part: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        def sums(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            parts = [part(points_of(batch)) for batch in batches if batch.num_rows]
            if parts:
                shape = list(parts[0].shape)
                yield pa.RecordBatch.from_pylist([{"shape": shape, "values": np.sum(parts, axis=0).tobytes()}])

        return _read_total(self.frame.mapInArrow(sums, "shape array<bigint>, values binary"))


def points_of(batch: pa.RecordBatch) -> np.ndarray:
    """A batch as an array: one row per point."""
    return np.column_stack([c.to_numpy(zero_copy_only=False) for c in batch.columns])


def _read_total(parts: DataFrame) -> np.ndarray:
    arrays = [np.frombuffer(r["values"]).reshape(r["shape"]) for r in parts.toArrow().to_pylist()]
    return np.asarray(np.sum(arrays, axis=0))
