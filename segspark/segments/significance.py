"""Whether a segment differs from everybody else by more than chance, from sums alone.

A measure is a ratio of two sums over people, ``R = sum(y) / sum(x)``; for a mean, x is 1. People are the units that
are independent of one another, not their mails, so that the variance of R is that of the residuals ``y - R x`` (the
delta method, Deng, Knoblich and Lu 2018); for a mean this is the usual variance of a mean.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, t

Z95 = 1.959964
# A spread this small beside the values themselves is made of rounding errors.
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
        """Those who are not in each segment."""
        return Moments(*(getattr(everybody, f) - getattr(self, f) for f in ("n", "y", "x", "yy", "xy", "xx")))

    @property
    def ratio(self) -> np.ndarray:
        """NaN where nothing is below."""
        return np.asarray(np.divide(self.y, self.x, out=np.full(len(self.x), np.nan), where=self.x > 0))

    @property
    def variance(self) -> np.ndarray:
        """Of the ratio; NaN for fewer than two people."""
        ratio = np.nan_to_num(self.ratio)
        residuals = self.yy - 2 * ratio * self.xy + ratio**2 * self.xx
        residuals = np.where(residuals > ROUNDING * np.maximum(self.yy, 1), residuals, 0.0)
        scale = np.divide(
            self.n, (self.n - 1) * self.x**2, out=np.full(len(self.n), np.nan), where=(self.n > 1) & (self.x > 0)
        )
        return np.asarray(residuals * scale)


def welch(one: Moments, other: Moments) -> np.ndarray:
    """Two-sided p-values of Welch's t-test (1947) for two ratios; NaN where there is nothing to compare."""
    first, second = one.variance, other.variance
    total = first + second
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = (one.ratio - other.ratio) / np.sqrt(total)
        freedom = total**2 / (first**2 / (one.n - 1) + second**2 / (other.n - 1))
    p = np.where(np.isnan(statistic), np.nan, 2 * t.sf(np.abs(statistic), freedom))
    # Two groups without any spread: their values are equal, or the difference is certain.
    return np.where(total == 0, np.where(one.ratio == other.ratio, 1.0, 0.0), p)


def two_proportions(one: Moments, other: Moments) -> np.ndarray:
    """Two-sided p-values of the z-test for two shares of people, with the pooled share."""
    pooled = (one.y + other.y) / (one.x + other.x)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = (one.ratio - other.ratio) / np.sqrt(pooled * (1 - pooled) * (1 / one.x + 1 / other.x))
    p = 2 * norm.sf(np.abs(statistic))
    return np.where((one.x > 0) & (other.x > 0), np.where(np.isnan(p), 1.0, p), np.nan)


def wilson(hits: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a share (Wilson 1927); NaN without trials."""
    n = np.where(trials > 0, trials, np.nan)
    share, z2 = hits / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * np.sqrt(np.maximum(share * (1 - share), 0) / n + z2 / (4 * n**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def interval(moments: Moments) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a ratio by the normal distribution."""
    half = Z95 * np.sqrt(moments.variance)
    return moments.ratio - half, moments.ratio + half


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """p-values adjusted for how many were looked at (false discovery rate, Benjamini and Hochberg 1995); NaN stays."""
    known = np.flatnonzero(~np.isnan(p))
    adjusted = np.full(len(p), np.nan)
    if len(known):
        falling = known[np.argsort(-p[known], kind="stable")]
        ranks = np.arange(len(known), 0, -1)
        adjusted[falling] = np.minimum.accumulate(np.minimum(p[falling] * len(known) / ranks, 1.0))
    return adjusted
