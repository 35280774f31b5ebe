"""Bins of about a tenth of the people each, and how many people fall into them."""

from collections.abc import Sequence

import numpy as np

from segspark.models.monitoring.reference import Bins

MOST_BINS = 10


def bins_of_people(values: np.ndarray, special: Sequence[float] = ()) -> Bins:
    """The bins of one value per person: each special value, and of the other people tenths of everybody.

    Few others have few bins: a bin of a handful of people would seem to move with each of them. An end between two bins is
    the value of somebody, so that many equal values make one large bin and no empty one.
    """
    others = values[~np.isin(values, special) & ~np.isnan(values)]
    edges = np.zeros(0)
    if len(others):
        n_bins = max(1, round(MOST_BINS * len(others) / len(values)))
        found = np.unique(np.quantile(others, np.arange(1, n_bins) / n_bins, method="inverted_cdf"))
        edges = found[found > others.min()]
    bins = Bins(tuple(map(float, special)), tuple(map(float, edges)), ())
    shares = count_people(bins, values) / max(len(values), 1)
    return Bins(bins.special, bins.edges, tuple(map(float, shares)))


def count_people(bins: Bins, values: np.ndarray) -> np.ndarray:
    """People in each bin, in the order of ``Bins.shares``.

    Args:
        values: one per person; NaN for those without one.
    """
    n_special = len(bins.special)
    at = n_special + np.searchsorted(np.asarray(bins.edges), values, side="right")
    for place, value in enumerate(bins.special):
        at[values == value] = place
    at[np.isnan(values)] = bins.n - 1
    return np.bincount(at, minlength=bins.n)
