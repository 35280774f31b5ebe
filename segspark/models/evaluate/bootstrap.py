"""Intervals of estimates, from bootstrap rounds over people."""

from collections.abc import Callable

import numpy as np

from segspark.models.evaluate.judgement import Estimate

ROUNDS = 400
# Of the intervals.
LEVEL = 0.95
# Weights of so many people and rounds are in memory at once.
_AT_ONCE = 4_000_000


def bootstrap_mean(values: np.ndarray, seed: int = 42, rounds: int = ROUNDS) -> Estimate:
    """The mean of one value per person, e.g. a difference of losses: both models meet the same people in each round."""
    n = len(values)
    made = bootstrap(n, lambda counts: counts @ values / n, seed, rounds)
    return interval(float(values.mean()), made)


def bootstrap(
    n: int, statistic: Callable[[np.ndarray], np.ndarray], seed: int = 42, rounds: int = ROUNDS
) -> np.ndarray:
    """A statistic of people drawn with replacement (Efron 1979).

    Args:
        statistic: of counts (rounds x people), how often each person was drawn; gives one number per round.
    """
    rng, made = np.random.default_rng(seed), []
    each = max(1, min(rounds, _AT_ONCE // max(n, 1)))
    for first in range(0, rounds, each):
        drawn = rng.integers(0, n, (min(each, rounds - first), n))
        made.append(statistic(np.stack([np.bincount(row, minlength=n) for row in drawn]).astype(float)))
    return np.concatenate(made)


def interval(value: float, made: np.ndarray) -> Estimate:
    """The value with the middle 95 % of its bootstrap rounds; rounds without a value (NaN) do not count."""
    low, high = np.nanquantile(made, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(value), float(low), float(high))
