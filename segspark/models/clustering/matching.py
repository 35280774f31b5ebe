"""Which new cluster is which old one: the assignment problem on their centres."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment


def match_centres(
    old: Mapping[str, Sequence[float]], new: Sequence[Sequence[float]], threshold: float
) -> list[str | None]:
    """The old segment of each new centre, None where no old centre is near enough.

    Args:
        old: segment_id -> centre in scaled space (same features).
        new: centres of the new model.
        threshold: largest Euclidean distance of a match.
    """
    usable = {k: v for k, v in old.items() if new and len(v) == len(new[0])}
    if not usable or not new:
        return [None] * len(new)
    ids = sorted(usable)
    distance = np.linalg.norm(np.asarray(new)[:, None, :] - np.asarray([usable[i] for i in ids])[None, :, :], axis=2)
    rows, columns = linear_sum_assignment(distance)
    matched: list[str | None] = [None] * len(new)
    for r, c in zip(rows, columns, strict=True):
        if distance[r, c] <= threshold:
            matched[int(r)] = ids[int(c)]
    return matched
