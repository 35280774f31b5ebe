"""What is expected of a person before their own clicks count: the histogram of their group, and how firmly it holds.

A person's share of clicks in each hour is a Dirichlet draw around the group's histogram; the concentration says how
many clicks of their own weigh as much as the histogram. It is the maximum of the Dirichlet-multinomial likelihood, for
which Minka, "Estimating a Dirichlet distribution" (2000), gives the gradient and a fixed point.

That likelihood knows no neighbours: somebody who clicks at 8 and at 10 likes two hours that have nothing to do with
each other. A click is therefore spread over the hours around it. Spread clicks deserve more weight, so width and weight
are chosen together, by how well each click is predicted from the person's other clicks. On simulated people with a
favourite hour this doubles the held-out gain in likelihood; on orders of a real shop it trebles it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import brentq

from segspark.models.send_hour.counts import HOURS

# With so many clicks as weight of the histogram, nobody's own clicks count: people do not differ.
LEAST_CONCENTRATION, MOST_CONCENTRATION = 0.05, 1e5
# A group with fewer people of two clicks or more takes the list's concentration.
LEAST_PEOPLE = 50
# Clicks of the list that are added to a group's histogram, and one click over all hours, so that no hour is impossible.
CLICKS_OF_LIST, CLICKS_OF_ALL_HOURS = 24.0, 1.0
# Widths in hours, and what the concentration is multiplied by.
WIDTHS, WEIGHTS = (0.0, 0.5, 0.75, 1.0, 1.5, 2.0), (0.25, 0.5, 1.0, 2.0)
# As many people tell the width well enough.
MOST_PEOPLE = 50_000


@dataclass(frozen=True, eq=False)
class Prior:
    """
    Attributes:
        of_list: share of clicks in each hour, over the whole list.
        of_groups: the same, one row per group.
        concentration: of each group, in clicks.
        width: standard deviation in hours of what a click says of the hours around it.
    """

    of_list: np.ndarray
    of_groups: np.ndarray
    concentration: np.ndarray
    width: float

    def posterior(self, counts: np.ndarray, group: np.ndarray) -> np.ndarray:
        """Dirichlet parameters; people by hours."""
        return np.asarray(self.concentration[group, None] * self.of_groups[group] + counts @ kernel(self.width))


def fit_prior(
    counts: np.ndarray,
    group: np.ndarray,
    n_groups: int,
    widths: Sequence[float] = WIDTHS,
    weights: Sequence[float] = WEIGHTS,
) -> Prior:
    """Estimate histograms and concentrations, and choose width and weight.

    Args:
        counts: people by hours.
        group: number of each person's group, from 0.
        weights: factors of the concentration; (1,) keeps the likelihood's.
    """
    any_hour = CLICKS_OF_ALL_HOURS / HOURS
    of_list = _shares(counts.sum(axis=0) + any_hour)
    clicks = [counts[group == g].sum(axis=0) + any_hour + CLICKS_OF_LIST * of_list for g in range(n_groups)]
    of_groups = np.array([_shares(c) for c in clicks])
    of_all = concentration_of(counts, of_list)
    several = np.bincount(group[counts.sum(axis=1) > 1], minlength=n_groups)
    concentration = np.array(
        [
            concentration_of(counts[group == g], of_groups[g]) if several[g] >= LEAST_PEOPLE else of_all
            for g in range(n_groups)
        ]
    )
    priors = [Prior(of_list, of_groups, weight * concentration, width) for width, weight in product(widths, weights)]
    # A step over the list, and not its beginning: people may stand in the order of their groups.
    step = max(1, -(-len(counts) // MOST_PEOPLE))
    return max(priors, key=lambda prior: left_out_likelihood(counts[::step], group[::step], prior))


def _shares(clicks: np.ndarray) -> np.ndarray:
    return np.asarray(clicks / clicks.sum())


def concentration_of(counts: np.ndarray, mean: np.ndarray) -> float:
    """The concentration of the largest likelihood, for a fixed mean.

    The gradient is Minka's. Its digamma differences over whole counts are sums of reciprocals, so that people enter
    only by how many of them have more than j clicks in an hour. The root is bracketed instead of iterated to, as the
    fixed point takes thousands of steps where people hardly differ.

    Args:
        counts: people by hours.
        mean: share of clicks in each hour, above 0.
    """
    by_hour = [_more_than(counts[:, k]) for k in range(counts.shape[1])]
    by_person = _more_than(counts.sum(axis=1))

    def gradient(log_s: float) -> float:
        s = np.exp(log_s)
        own = sum(m * np.sum(n / (np.arange(len(n)) + s * m)) for m, n in zip(mean, by_hour, strict=True))
        return float(own - np.sum(by_person / (np.arange(len(by_person)) + s)))

    low, high = np.log(LEAST_CONCENTRATION), np.log(MOST_CONCENTRATION)
    if gradient(high) >= 0:
        return MOST_CONCENTRATION
    if gradient(low) <= 0:
        return LEAST_CONCENTRATION
    return float(np.exp(brentq(gradient, low, high, xtol=1e-6)))


def _more_than(counts: np.ndarray) -> np.ndarray:
    """How many people have more than 0, 1, 2, ... clicks."""
    return np.asarray(len(counts) - np.cumsum(np.bincount(counts)))[:-1].astype(float)


def kernel(width: float) -> np.ndarray:
    """What a click in one hour counts for each hour; rows sum to 1, and 23 and 0 are neighbours."""
    if width == 0:
        return np.eye(HOURS)
    apart = np.minimum(np.arange(HOURS), HOURS - np.arange(HOURS))
    row = _shares(np.exp(-0.5 * (apart / width) ** 2))
    return np.array([np.roll(row, hour) for hour in range(HOURS)])


def left_out_likelihood(counts: np.ndarray, group: np.ndarray, prior: Prior) -> float:
    """Log-likelihood of each click, predicted from the person's other clicks; the sum."""
    alpha = prior.posterior(counts, group)
    own = kernel(prior.width)[0, 0]
    without = (alpha - own) / (alpha.sum(axis=1, keepdims=True) - 1)
    seen = counts > 0
    return float(np.sum(counts[seen] * np.log(without[seen])))
