"""K-means for every k at once: a few passes over everybody, whatever the number of k.

A sample gives some hundred micro-clusters, one pass their exact weights and means. On these few points K-means is cheap
enough to be started often for every k. Then all centres of all k go over everybody together, one matrix product per
block, for some steps of Lloyd's; a last pass gives the silhouettes in closed form.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.cluster import KMeans

from segspark.models.clustering.blocks import Blocks
from segspark.models.clustering.threads import one_thread
from segspark.models.clustering.ward import cut, ward_tree

N_MICRO = 600
# Points of the sample per micro-cluster, and steps to find them: their weights and means come from everybody.
POINTS_PER_MICRO, MICRO_STEPS = 10, 5
STARTS, STEPS = 10, 3


@dataclass(frozen=True)
class Solution:
    """Groups of one k over everybody.

    Attributes:
        inertia: sum of squared distances of everybody to the mean of their group.
        sizes: people of each group.
        silhouette: mean over everybody, of squared distances.
    """

    centres: np.ndarray
    inertia: float
    sizes: np.ndarray
    silhouette: float


def joint_sweep(blocks: Blocks, sample: np.ndarray, ks: Sequence[int], seed: int) -> dict[int, Solution]:
    """The best groups found for every k.

    Args:
        blocks: the prepared values of everybody.
        sample: a random part of them, or all.
        ks: numbers of groups.
    """
    with one_thread():
        near = _micro_centres(sample, max(ks), seed)
    micro = _Moments(blocks.total(_SumsBy(near, (0,))))
    with one_thread():
        found = _best_starts(micro, ks, seed)
    starts = tuple(int(at) for at in np.cumsum([0, *ks[:-1]]))
    centres = np.concatenate(found)
    for _ in range(STEPS):
        by_centres = _SumsBy(centres, starts)
        moments = _Moments(blocks.total(by_centres))
        centres = moments.means(otherwise=centres)
    # The groups are those of the last step, whose means are the centres: one pass more needs no new sums.
    silhouettes = blocks.total(_Silhouettes(by_centres, moments)) / moments.sizes[: ks[0]].sum()
    ends = [*starts[1:], len(centres)]
    return {
        k: Solution(centres[a:b], float(moments.within[a:b].sum()), moments.sizes[a:b], float(silhouettes[at]))
        for at, (k, a, b) in enumerate(zip(ks, starts, ends, strict=True))
    }


def _micro_centres(sample: np.ndarray, k_max: int, seed: int) -> np.ndarray:
    """Centres that are near to everybody; of few points each is its own."""
    points = np.unique(sample[: POINTS_PER_MICRO * N_MICRO], axis=0)
    if len(points) <= max(N_MICRO, k_max):
        return points
    fit = KMeans(max(N_MICRO, k_max), n_init=1, max_iter=MICRO_STEPS, random_state=seed).fit(points)
    return np.asarray(fit.cluster_centers_)


def _best_starts(micro: "_Moments", ks: Sequence[int], seed: int) -> list[np.ndarray]:
    """For each k the best of ten random starts and one from Ward's tree, which random ones do not reach at large k."""
    has_people = micro.sizes > 0
    means, sizes = micro.means(otherwise=np.zeros_like(micro.sums))[has_people], micro.sizes[has_people]
    tree = ward_tree(means, sizes)
    return [_best_start(means, sizes, cut(tree, min(k, len(means))), k, seed) for k in ks]


def _best_start(means: np.ndarray, sizes: np.ndarray, of_tree: np.ndarray, k: int, seed: int) -> np.ndarray:
    n = min(k, len(means))
    from_tree = np.stack([np.average(means[of_tree == g], axis=0, weights=sizes[of_tree == g]) for g in range(n)])
    fits = [
        KMeans(n, n_init=STARTS, random_state=seed).fit(means, sample_weight=sizes),
        KMeans(n, n_init=1, init=from_tree).fit(means, sample_weight=sizes),
    ]
    centres = np.asarray(min(fits, key=lambda f: f.inertia_).cluster_centers_)
    # Fewer different people than groups: the groups that are too many stay empty.
    return np.concatenate([centres, np.repeat(centres[:1], k - n, axis=0)])


class _Moments:
    """Size, sum and sum of squared norms of each group, out of the sums of ``_SumsBy``."""

    def __init__(self, total: np.ndarray) -> None:
        self.sums, self.sizes, self.norms = total[:, :-2], total[:, -2], total[:, -1]

    def means(self, otherwise: np.ndarray) -> np.ndarray:
        """The mean of each group; an empty group stays where it was."""
        return np.where(self.sizes[:, None] > 0, self.sums / np.maximum(self.sizes, 1)[:, None], otherwise)

    @property
    def within(self) -> np.ndarray:
        """Sum of squared distances to the mean, by group."""
        squares = (self.sums**2).sum(axis=1) / np.maximum(self.sizes, 1)
        return np.asarray(np.maximum(self.norms - squares, 0))


@dataclass(frozen=True)
class _SumsBy:
    """Per centre of each k: the sum of the points that are nearest to it, their number, the sum of their norms.

    Attributes:
        centres: of all k, one below the other.
        starts: where those of each k begin.
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
        """The nearest centre of each k: one column per k, numbers of rows of ``centres``."""
        # Half the digits are enough to tell the nearer of two centres and take half the time.
        points, centres = block.astype(np.float32), self.centres.astype(np.float32)
        apart = (centres**2).sum(axis=1) / 2 - points @ centres.T
        ends = (*self.starts[1:], len(self.centres))
        return np.column_stack([a + apart[:, a:b].argmin(axis=1) for a, b in zip(self.starts, ends, strict=True)])


@dataclass(frozen=True)
class _Silhouettes:
    """Per k the sum of the silhouettes, as ``squared_silhouette`` has them."""

    by_centres: _SumsBy
    moments: _Moments

    def __call__(self, block: np.ndarray) -> np.ndarray:
        sizes = self.moments.sizes
        labels, rows = self.by_centres.labels(block), np.arange(len(block))
        with np.errstate(divide="ignore", invalid="ignore"):
            means, norms = self.moments.sums / sizes[:, None], self.moments.norms / sizes
            apart = (block**2).sum(axis=1)[:, None] - 2 * block @ means.T + norms
        apart[:, sizes == 0] = np.inf
        starts = self.by_centres.starts
        total = np.zeros(len(starts))
        for at, (a, b) in enumerate(zip(starts, (*starts[1:], len(sizes)), strict=True)):
            own = labels[:, at]
            inside = apart[rows, own] * sizes[own] / np.maximum(sizes[own] - 1, 1)
            apart[rows, own] = np.inf
            nearest = apart[:, a:b].min(axis=1)
            value = (nearest - inside) / np.maximum(nearest, inside).clip(min=1e-300)
            total[at] = np.where((sizes[own] > 1) & np.isfinite(nearest), value, 0.0).sum()
        return total
