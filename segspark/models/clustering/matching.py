"""Match new groups to old ones: the assignment problem on their centres and on the people they share."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

# Above this average of both dissimilarities it is a different group.
UNLIKE = 0.75


def match_groups(
    old: Mapping[str, Sequence[float]],
    new: Sequence[Sequence[float]],
    threshold: float,
    shared: Mapping[tuple[str, int], int] | None = None,
) -> list[str | None]:
    """The old segment of each new group; None if none is similar.

    The dissimilarity of two groups is the mean of the distance of their centres (1 at the threshold) and the Jaccard
    distance of their people; if one of the two is unknown, the other decides alone.

    Args:
        old: segment_id -> centre in scaled space.
        new: centres of the new model.
        threshold: Euclidean distance at which centres are no longer near.
        shared: (segment_id, number of the new group) -> people, both models applied to the same snapshot.
    """
    ids = sorted(old)
    if not ids or not new:
        return [None] * len(new)
    unlike = [_apart(old, ids, new, threshold)]
    if shared:
        unlike.append(_unshared(ids, len(new), shared))
    known = [u for u in unlike if u is not None]
    if not known:
        return [None] * len(new)
    cost = np.mean(known, axis=0)
    limit = UNLIKE if len(known) == 2 else 1.0 if unlike[0] is not None else 0.5
    matched: list[str | None] = [None] * len(new)
    for r, c in zip(*linear_sum_assignment(cost), strict=True):
        if cost[r, c] <= limit:
            matched[int(r)] = ids[int(c)]
    return matched


def _apart(
    old: Mapping[str, Sequence[float]], ids: Sequence[str], new: Sequence[Sequence[float]], threshold: float
) -> np.ndarray | None:
    """Distances in units of the threshold, capped at two; None if the models have different features."""
    if any(len(old[i]) != len(new[0]) for i in ids):
        return None
    centres = np.asarray([old[i] for i in ids])
    apart = np.linalg.norm(np.asarray(new)[:, None, :] - centres[None, :, :], axis=2) / threshold
    return np.asarray(np.minimum(2, apart))


def _unshared(ids: Sequence[str], n_new: int, shared: Mapping[tuple[str, int], int]) -> np.ndarray:
    both = np.array([[shared.get((i, g), 0) for i in ids] for g in range(n_new)], dtype=float)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    return np.asarray(1 - both / np.maximum(either, 1))
