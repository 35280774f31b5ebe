"""What finding people above a probability brings and costs."""

from collections.abc import Sequence

import numpy as np

from segspark.models.evaluate.judgement import Threshold

SHARES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)


def thresholds(
    p: np.ndarray, y: np.ndarray, cost_false: float, cost_missed: float, shares: Sequence[float] = SHARES
) -> tuple[Threshold, ...]:
    """A row for each share of people with the highest probabilities; people of one probability stay together."""
    order = np.sort(p)[::-1]
    found = []
    for share in shares:
        least = float(order[max(0, round(share * len(p)) - 1)])
        is_found = p >= least
        n, n_true = int(is_found.sum()), int(y[is_found].sum())
        missed = int(y.sum()) - n_true
        found.append(Threshold(least, n, n_true, missed, (n - n_true) * cost_false + missed * cost_missed))
    return tuple({t.probability: t for t in found}.values())
