"""Folds of people, each with its part of both arms."""

from collections.abc import Iterator

import numpy as np

# Of a sum over folds, each with the order that the other folds gave it. Any two people help to order each other, and
# each such pair is counted in both folds: where there is nothing to find this doubles the variance that the sum has for
# fixed orders, whatever the number of folds. Where there is something to find it is more than needed.
CROSS_FITTED_VARIANCE = 2.0


def folds_of(in_arm: np.ndarray, n_folds: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The people to fit on and the people left out, for each fold; each person is left out once.

    Args:
        in_arm: True for one arm; folds have the same share of it, up to one person.
    """
    rng = np.random.default_rng(seed)
    fold = np.empty(len(in_arm), dtype=int)
    start = 0
    for arm in (True, False):
        members = rng.permutation(np.flatnonzero(in_arm == arm))
        # The second arm goes on where the first one ended, so that folds differ by one person at most.
        fold[members] = (start + np.arange(len(members))) % n_folds
        start += len(members)
    for k in range(n_folds):
        yield np.flatnonzero(fold != k), np.flatnonzero(fold == k)
