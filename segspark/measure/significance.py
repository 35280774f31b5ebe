"""Whether a segment differs from everybody else by more than chance, from sums alone.

A KPI is a ratio of two sums over people, ``R = sum(y) / sum(x)``; for a mean and a share of people, x is 1. The
independent units are people, not their mails, so the variance of R is computed from each person's residual
``y - R x`` (the delta method, Deng, Knoblich and Lu 2018); for a mean it is the usual variance.
"""

from dataclasses import dataclass

import numpy as np

from segspark.config.precision import Z95

# A spread this small relative to the values is rounding error.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Moments:
    """Sums over people of y, x and their products, one entry per segment; ``n`` is the number of people."""

    n: np.ndarray
    y: np.ndarray
    x: np.ndarray
    yy: np.ndarray
    xy: np.ndarray
    xx: np.ndarray

    def rest_of(self, everybody: "Moments") -> "Moments":
        """The people outside each segment."""
        return Moments(*(getattr(everybody, f) - getattr(self, f) for f in ("n", "y", "x", "yy", "xy", "xx")))

    @property
    def ratio(self) -> np.ndarray:
        """The ratio; NaN if the denominator is empty."""
        return np.asarray(np.divide(self.y, self.x, out=np.full(len(self.x), np.nan), where=self.x > 0))

    @property
    def dispersion(self) -> np.ndarray:
        """Variance per unit of x; NaN for fewer than two people."""
        ratio = np.nan_to_num(self.ratio)
        residuals = self.yy - 2 * ratio * self.xy + ratio**2 * self.xx
        residuals = np.where(residuals > ROUNDING * np.maximum(self.yy, 1), residuals, 0.0)
        is_known = (self.n > 1) & (self.x > 0)
        scale = np.divide(self.n, (self.n - 1) * self.x, out=np.full(len(self.n), np.nan), where=is_known)
        return np.asarray(residuals * scale)

    @property
    def spread(self) -> np.ndarray:
        """The standard deviation of people's values."""
        return np.asarray(np.sqrt(self.dispersion * (self.n - 1) / np.maximum(self.n, 1)))

    def variance(self, everybody: "Moments") -> np.ndarray:
        """The variance of the ratio. If the people of a segment are all alike, as a few may be by chance, they have no
        spread of their own, and everybody's is used."""
        own = self.dispersion
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(own == 0, everybody.dispersion, own) / self.x)


def welch(one: Moments, other: Moments, everybody: Moments) -> np.ndarray:
    """Two-sided p-values of Welch's t-test (1947) for two means; NaN if there is nothing to compare."""
    from scipy.stats import t

    first, second = one.variance(everybody), other.variance(everybody)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = (one.ratio - other.ratio) / np.sqrt(first + second)
        freedom = (first + second) ** 2 / (first**2 / (one.n - 1) + second**2 / (other.n - 1))
    return _without_spread(2 * t.sf(np.abs(statistic), freedom), first + second)


def pooled(one: Moments, other: Moments, everybody: Moments) -> np.ndarray:
    """Two-sided p-values of the z-test for two shares or rates, with everybody's dispersion.

    For shares of people it is the test of two proportions in its ``N - 1`` form (Campbell 2007); for rates of mails
    the dispersion grows with how much people differ (as in a quasi-binomial model).
    """
    from scipy.stats import norm

    with np.errstate(divide="ignore", invalid="ignore"):
        variance = everybody.dispersion * (1 / one.x + 1 / other.x)
        statistic = (one.ratio - other.ratio) / np.sqrt(variance)
    return _without_spread(
        2 * norm.sf(np.abs(statistic)), np.where(np.isnan(one.ratio - other.ratio), np.nan, variance)
    )


def _without_spread(p: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """p = 1 where the variance is zero: if nobody differs, no segment does."""
    return np.where(np.isnan(variance), np.nan, np.where(variance == 0, 1.0, p))


def wilson(hits: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a share (Wilson 1927); NaN without trials."""
    n = np.where(trials > 0, trials, np.nan)
    share, z2 = hits / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * np.sqrt(np.maximum(share * (1 - share), 0) / n + z2 / (4 * n**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def interval(moments: Moments, everybody: Moments) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a ratio by the normal distribution."""
    half = Z95 * np.sqrt(moments.variance(everybody))
    return moments.ratio - half, moments.ratio + half


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """p-values adjusted for multiple comparisons (false discovery rate, Benjamini and Hochberg 1995); NaN stays."""
    known = np.flatnonzero(~np.isnan(p))
    adjusted = np.full(len(p), np.nan)
    if len(known):
        falling = known[np.argsort(-p[known], kind="stable")]
        ranks = np.arange(len(known), 0, -1)
        adjusted[falling] = np.minimum.accumulate(np.minimum(p[falling] * len(known) / ranks, 1.0))
    return adjusted
