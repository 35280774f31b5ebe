"""The mean silhouette with Euclidean distances (Rousseeuw 1987), of several groupings of the same people at once.

It needs the distance of every two people, so it is computed on a bounded sample; the distances, which cost most, are
computed once for all groupings.
"""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import cdist

from segspark.models.clustering.threads import one_thread

# People that are compared with one another, and how many of them at once.
PEOPLE, BLOCK = 5_000, 500


def silhouettes(points: np.ndarray, groupings: Sequence[np.ndarray]) -> list[float]:
    """One mean silhouette per grouping, over the first ``PEOPLE`` points.

    A person's value is ``(b - a) / max(a, b)``: a is the mean distance to the others of the own group, b that to the
    nearest other group. A person alone in a group counts 0, and so does everybody if there is one group only.

    Args:
        points: prepared values in random order.
        groupings: the group of each point.
    """
    points = points[:PEOPLE]
    labels = [np.unique(of[:PEOPLE], return_inverse=True)[1] for of in groupings]
    members = [np.eye(int(of.max()) + 1)[of] for of in labels]
    ends = np.cumsum([m.shape[1] for m in members])[:-1]
    together, totals = np.concatenate(members, axis=1), np.zeros(len(labels))
    for first in range(0, len(points), BLOCK):
        rows = slice(first, first + BLOCK)
        with one_thread():
            sums = np.split(cdist(points[rows], points) @ together, ends, axis=1)
        totals += [_total(s, of[rows], m.sum(axis=0)) for s, of, m in zip(sums, labels, members, strict=True)]
    return [float(total / len(points)) for total in totals]


def _total(sums: np.ndarray, labels: np.ndarray, sizes: np.ndarray) -> float:
    """The sum of silhouettes of some people, from their sums of distances to each group."""
    own = np.arange(len(labels)), labels
    inside = sums[own] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[own] = np.inf
    nearest = means.min(axis=1)
    counts = (sizes[labels] > 1) & np.isfinite(nearest)
    apart, largest = np.where(counts, nearest - inside, 0.0), np.maximum(np.where(counts, nearest, 1.0), inside)
    # People who are all in one place are in no group rather than in another.
    return float(np.divide(apart, largest, out=np.zeros(len(labels)), where=largest > 0).sum())
