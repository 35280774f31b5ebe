"""K-means for every k at once: a few passes over everybody, independent of the number of ks.

A sample gives some hundred micro-clusters, and one pass their exact weights and means. On these few points K-means is
cheap enough for many starts for every k. Then some steps of Lloyd's algorithm run over everybody for the centres of
all k together, one matrix product per block.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans

from segspark.models.clustering.blocks import Blocks
from segspark.models.clustering.sums import Moments, SumsBy
from segspark.models.clustering.threads import one_thread
from segspark.models.clustering.ward import cut, ward_tree

N_MICRO = 600
# Sample points per micro-cluster, and steps to find them; their weights and means are computed over everybody.
POINTS_PER_MICRO, MICRO_STEPS = 10, 5
STARTS, STEPS = 10, 3


@dataclass(frozen=True)
class Solution:
    """The groups for one k, over everybody.

    Attributes:
        inertia: sum of squared distances of everybody to the mean of their group.
        sizes: people of each group.
    """

    centres: np.ndarray
    inertia: float
    sizes: np.ndarray


def joint_sweep(blocks: Blocks, sample: np.ndarray, ks: Sequence[int], seed: int) -> dict[int, Solution]:
    """The best groups found for every k.

    Args:
        blocks: the prepared values of everybody.
        sample: a random part of them, or all.
        ks: numbers of groups.
    """
    with one_thread():
        near = _micro_centres(sample, max(ks), seed)
    micro = Moments(blocks.total(SumsBy(near, (0,))))
    with one_thread():
        best = _best_starts(micro, ks, seed)
    starts = tuple(int(at) for at in np.cumsum([0, *ks[:-1]]))
    centres = np.concatenate(best)
    for _ in range(STEPS):
        moments = Moments(blocks.total(SumsBy(centres, starts)))
        centres = moments.means(otherwise=centres)
    ends = [*starts[1:], len(centres)]
    return {
        k: Solution(centres[a:b], float(moments.within[a:b].sum()), moments.sizes[a:b])
        for k, a, b in zip(ks, starts, ends, strict=True)
    }


def _micro_centres(sample: np.ndarray, k_max: int, seed: int) -> np.ndarray:
    """Centres near to everybody; with few points each point is its own centre."""
    points = np.unique(sample[: POINTS_PER_MICRO * N_MICRO], axis=0)
    if len(points) <= max(N_MICRO, k_max):
        return points
    fit = KMeans(max(N_MICRO, k_max), n_init=1, max_iter=MICRO_STEPS, random_state=seed).fit(points)
    return np.asarray(fit.cluster_centers_)


def _best_starts(micro: Moments, ks: Sequence[int], seed: int) -> list[np.ndarray]:
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
    # With fewer distinct people than groups the surplus groups stay empty.
    return np.concatenate([centres, np.repeat(centres[:1], k - n, axis=0)])
