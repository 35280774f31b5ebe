"""Whether personal hours predict later clicks better than the list's histogram does."""

from dataclasses import dataclass

import numpy as np

from segspark.models.evaluate.bootstrap import interval
from segspark.models.evaluate.judgement import Estimate
from segspark.models.send_hour.posterior import PersonalHours, around
from segspark.models.send_hour.prior import Prior

N_ROUNDS = 500


@dataclass(frozen=True)
class HeldOut:
    """Of people with held-out clicks.

    Attributes:
        over_list: log-likelihood per click (nats) less that of the list's histogram.
        over_group: less that of the histogram of the person's group. If only ``over_list`` is above 0, the groups have
            hours, and people have none of their own.
        n_published: people with an hour of their own.
        hit_rate, list_hit_rate: share of their clicks around their own hour, and around the list's; NaN if
            there are no such people or clicks.
        hits_gained: the difference of the two; its interval reaches from -1 to 1 where nothing is known.
    """

    n_people: int
    n_clicks: int
    over_list: Estimate
    over_group: Estimate
    n_published: int
    hit_rate: float
    list_hit_rate: float
    hits_gained: Estimate

    @property
    def is_better(self) -> bool:
        """Whether the interval over the list's histogram is above 0."""
        return self.over_list.low > 0


def evaluate_hours(
    alpha: np.ndarray, hours: PersonalHours, prior: Prior, group: np.ndarray, later: np.ndarray, seed: int
) -> HeldOut:
    """Score posteriors by later clicks; intervals by a bootstrap over people.

    Args:
        alpha, hours: of earlier clicks.
        later: held-out clicks, people by hours.
    """
    rows = np.flatnonzero(later.sum(axis=1))
    alpha, group, later = alpha[rows], group[rows], later[rows]
    own = np.log(alpha / alpha.sum(axis=1, keepdims=True))
    over_list = np.sum(later * (own - np.log(prior.of_list)), axis=1)
    over_group = np.sum(later * (own - np.log(prior.of_groups[group])), axis=1)
    n = later.sum(axis=1).astype(float)
    published = hours.is_published[rows]
    hits = _near(later, hours.best_hour[rows]) * published
    list_hits = _near(later, np.full(len(rows), hours.list_hour)) * published
    n_own = n * published
    columns = np.column_stack([over_list, over_group, n, hits, list_hits, hits - list_hits, n_own])
    sums, drawn = columns.sum(axis=0), _resampled_sums(columns, seed)
    return HeldOut(
        n_people=len(rows),
        n_clicks=int(n.sum()),
        over_list=_ratio(sums, drawn, 0, 2),
        over_group=_ratio(sums, drawn, 1, 2),
        n_published=int(published.sum()),
        hit_rate=sums[3] / sums[6] if sums[6] else np.nan,
        list_hit_rate=sums[4] / sums[6] if sums[6] else np.nan,
        hits_gained=_ratio(sums, drawn, 5, 6),
    )


def _near(clicks: np.ndarray, hour: np.ndarray) -> np.ndarray:
    """Clicks of each person around an hour."""
    return np.asarray(np.sum(clicks * around()[hour], axis=1))


def _resampled_sums(columns: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    n = len(columns)
    rounds = (np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(N_ROUNDS if n else 0))
    return np.array([weights @ columns for weights in rounds]).reshape(-1, columns.shape[1])


def _ratio(sums: np.ndarray, drawn: np.ndarray, of: int, over: int) -> Estimate:
    known = drawn[:, over] > 0
    if not sums[over] or not known.any():
        return Estimate(0.0, -1.0, 1.0)
    return interval(sums[of] / sums[over], drawn[known, of] / drawn[known, over])
