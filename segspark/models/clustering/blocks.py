"""Points that are looked at block by block: in memory, or by Spark's tasks. Only sums come back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame


class Blocks(Protocol):
    def total(self, part: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """The sum of what a function gives for each block of points, one row per point."""


@dataclass(frozen=True)
class MemoryBlocks:
    points: np.ndarray

    def total(self, part: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        return part(self.points)


@dataclass(frozen=True)
class SparkBlocks:
    """A frame of double columns; one array per partition comes back, added in the order of the partitions."""

    frame: DataFrame

    def total(self, part: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        def sums(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            found = [part(points_of(batch)) for batch in batches if batch.num_rows]
            if found:
                shape = list(found[0].shape)
                yield pa.RecordBatch.from_pylist([{"shape": shape, "values": np.sum(found, axis=0).tobytes()}])

        return _read_total(self.frame.mapInArrow(sums, "shape array<bigint>, values binary"))


def points_of(batch: pa.RecordBatch) -> np.ndarray:
    """One row per point, one column per column."""
    return np.column_stack([c.to_numpy(zero_copy_only=False) for c in batch.columns])


def _read_total(parts: DataFrame) -> np.ndarray:
    arrays = [np.frombuffer(r["values"]).reshape(r["shape"]) for r in parts.toArrow().to_pylist()]
    return np.asarray(np.sum(arrays, axis=0))
