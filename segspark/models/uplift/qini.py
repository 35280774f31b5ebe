"""How good an order of people by expected effect is, from the outcomes of both arms.

The Qini curve after Radcliffe, "Using control groups to target on predicted lift" (2007): over the share of people who
would be mailed, those with the largest expected effect first, the outcomes that mailing them adds,
``(R_t - R_c N_t / N_c)``, here divided by all treated people. It is therefore counted per person of the list and ends at
the average effect of the mail. The Qini coefficient is the area between the curve and the straight line of a random
order, in outcomes per person; it is not divided by the area of a perfect order, which nobody can know for outcomes that
chance decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Curve:
    """
    Attributes:
        share: of the people, from 0 to 1.
        gain: outcomes added per person of the list, if this share is mailed.
    """

    share: np.ndarray
    gain: np.ndarray

    @property
    def coefficient(self) -> float:
        """Qini coefficient: the area between the curve and the line from its first to its last point."""
        return float(np.trapezoid(self.gain - self.share * self.gain[-1], self.share))


@dataclass(frozen=True, eq=False)
class Sums:
    """Running sums over people in order, a person with a weight w counting w times; the first entry is 0.

    An entry stands after each group of people with the same rank, as their order among themselves means nothing.
    """

    n_treated: np.ndarray
    n_control: np.ndarray
    treated: np.ndarray
    control: np.ndarray

    @property
    def share(self) -> np.ndarray:
        n = self.n_treated + self.n_control
        return np.asarray(n / n[-1])

    @property
    def effect(self) -> float:
        """The difference of the two arms' means."""
        return float(self.treated[-1] / self.n_treated[-1] - self.control[-1] / self.n_control[-1])

    def curve(self) -> Curve:
        """The Qini curve. Before the first person of the control arm there is nobody to compare with: 0."""
        ratio = np.divide(self.n_treated, self.n_control, out=np.zeros(len(self.share)), where=self.n_control > 0)
        gain = np.where(self.n_control > 0, self.treated - self.control * ratio, 0.0) / self.n_treated[-1]
        return Curve(self.share, gain)

    def first(self, shares: np.ndarray) -> np.ndarray:
        """People and outcomes of each arm among the first, in the order of the fields, a column per share; inside a
        group of equals in proportion."""
        fields = (self.n_treated, self.n_control, self.treated, self.control)
        at = self.share
        return np.array([np.interp(shares, at, field) for field in fields])

    def top_effect(self, share: float) -> float:
        """The difference of means among the first; NaN without people of both arms."""
        n_treated, n_control, treated, control = self.first(np.array([share]))[:, 0]
        return float(treated / n_treated - control / n_control) if n_treated > 0 and n_control > 0 else np.nan

    def values(self, shares: np.ndarray) -> np.ndarray:
        """The mean outcome if the first are mailed and the others are not, for each share.

        Every person whose arm is the one that the policy gives is weighted by the inverse of that arm's propensity;
        the weights are scaled to 1 within the mailed and the others, so that chance differences of the arms' sizes do
        not count.
        """
        n_treated, n_control, treated, control = self.first(shares)
        n_left, left = self.n_control[-1] - n_control, self.control[-1] - control
        mailed = np.divide(treated, n_treated, out=np.zeros(len(shares)), where=n_treated > 0)
        others = np.divide(left, n_left, out=np.zeros(len(shares)), where=n_left > 0)
        return np.asarray(shares * mailed + (1 - shares) * others)


class Ranked:
    """People in the order of their expected effect, the largest first.

    Args:
        rank: larger for a larger expected effect; equal ranks are ties.
    """

    def __init__(self, rank: np.ndarray, is_treated: np.ndarray, outcome: np.ndarray) -> None:
        order = np.argsort(-rank, kind="stable")
        self.is_treated, self.outcome = is_treated[order], outcome[order].astype(float)
        self._ends = np.flatnonzero(np.diff(rank[order], append=np.nan) != 0)

    def sums(self, weights: np.ndarray | None = None) -> Sums:
        """Running sums of both arms; ``weights`` in this order, 1 each by default."""
        n = np.ones(len(self.outcome)) if weights is None else weights
        n_treated = np.where(self.is_treated, n, 0.0)
        return Sums(
            *(self._running(v) for v in (n_treated, n - n_treated)),
            *(self._running(v * self.outcome) for v in (n_treated, n - n_treated)),
        )

    def _running(self, values: np.ndarray) -> np.ndarray:
        return np.concatenate([[0.0], np.cumsum(values)[self._ends]])

    def resampled(self, n_rounds: int, seed: int) -> Iterator[Sums]:
        """Running sums of bootstrap samples of people, drawn within each arm; the order of people stays."""
        rng = np.random.default_rng(seed)
        arms = [np.flatnonzero(self.is_treated == arm) for arm in (True, False)]
        weights = np.empty(len(self.outcome))
        for _ in range(n_rounds):
            for members in arms:
                drawn = rng.integers(0, len(members), len(members))
                weights[members] = np.bincount(drawn, minlength=len(members))
            yield self.sums(weights)
