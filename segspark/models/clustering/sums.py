"""Sums over blocks of points by nearest centre, for all k together, and statistics derived from them.

Spark tasks run this: it imports little, because every worker must import it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix


class Moments:
    """Size, sum and sum of squared norms of each group, from the sums of ``SumsBy``."""

    def __init__(self, total: np.ndarray) -> None:
        self.sums, self.sizes, self.norms = total[:, :-2], total[:, -2], total[:, -1]

    def means(self, otherwise: np.ndarray) -> np.ndarray:
        """The mean of each group; an empty group keeps its centre."""
        return np.where(self.sizes[:, None] > 0, self.sums / np.maximum(self.sizes, 1)[:, None], otherwise)

    @property
    def within(self) -> np.ndarray:
        """Sum of squared distances to the mean, by group."""
        squares = (self.sums**2).sum(axis=1) / np.maximum(self.sizes, 1)
        return np.asarray(np.maximum(self.norms - squares, 0))


@dataclass(frozen=True)
class SumsBy:
    """Per centre of each k: the sum of its nearest points, their number, the sum of their squared norms.

    Attributes:
        centres: of all k, stacked.
        starts: the first row of each k.
    """

    centres: np.ndarray
    starts: tuple[int, ...]

    def __call__(self, block: np.ndarray) -> np.ndarray:
        labels = self.labels(block)
        shape = len(block), len(self.centres)
        ends = np.arange(0, labels.size + 1, labels.shape[1])
        is_in = csr_matrix((np.ones(labels.size), labels.ravel(), ends), shape=shape)
        looked_at = np.column_stack([block, np.ones(len(block)), (block**2).sum(axis=1)])
        return np.asarray(is_in.T @ looked_at)

    def labels(self, block: np.ndarray) -> np.ndarray:
        """The nearest centre for each k: one column per k, row numbers of ``centres``."""
        # Single precision suffices to find the nearest centre and takes half the time.
        points, centres = block.astype(np.float32), self.centres.astype(np.float32)
        apart = (centres**2).sum(axis=1) / 2 - points @ centres.T
        ends = (*self.starts[1:], len(self.centres))
        return np.column_stack([a + apart[:, a:b].argmin(axis=1) for a, b in zip(self.starts, ends, strict=True)])
