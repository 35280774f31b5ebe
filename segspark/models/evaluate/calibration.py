"""Calibration: a map from a score to a probability, and how far announced probabilities are from what happens.

The map is isotonic regression (Zadrozny and Elkan 2002). The error is the mean distance between announced and observed
over bins of equally many people (Naeini et al. 2015). Even perfect probabilities have such an error, as who does
something is chance: what chance alone gives is computed and taken away.
"""

import numpy as np
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from segspark.models.evaluate.judgement import CalibrationBin, CalibrationError, CalibrationMap

N_BINS = 10
# Scores at which the curve is drawn beyond those that were seen, and their mirror images.
OUTER = np.array([0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4])


# Of few people a curve with more steps follows chance.
MOST_STEPS = 20


def fit_calibration(scores: np.ndarray, y: np.ndarray, least: int = 50) -> CalibrationMap:
    """Fit the map on people whose outcome is known and who were not in the fit of the model.

    Args:
        least: people in a step of the curve: fewer would take a few cases for a law.
    """
    y, least = y.astype(float), max(least, len(y) // MOST_STEPS)
    raw = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit_transform(scores, y)
    order = np.argsort(scores, kind="stable")
    level = np.cumsum(np.r_[0, np.diff(raw[order]) > 0])
    blocks: list[tuple[float, float, int]] = []
    for block in np.split(order, np.flatnonzero(np.diff(level)) + 1):
        total, positive, n = float(scores[block].sum()), float(y[block].sum()), len(block)
        if blocks and blocks[-1][2] < least:
            before = blocks.pop()
            total, positive, n = total + before[0], positive + before[1], n + before[2]
        blocks.append((total, positive, n))
    if len(blocks) > 1 and blocks[-1][2] < least:
        last, before = blocks.pop(), blocks.pop()
        blocks.append((last[0] + before[0], last[1] + before[1], last[2] + before[2]))
    # Two more people in each step, as everybody is on average: nobody's probability is 0 or 1.
    points = [(total / n, (positive + 2 * y.mean()) / (n + 2)) for total, positive, n in blocks]
    at = np.array([p for p, _ in points])
    rising = np.maximum.accumulate(np.array([q for _, q in points]))
    at, rising = _extended(at, rising)
    return CalibrationMap(tuple(map(float, at)), tuple(map(float, rising)))


def _extended(at: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The curve beyond the scores that were seen, where it keeps its distance from the score in log-odds.

    A level end would tell everybody beyond it the same: another season has people whom the score holds for surer than
    anybody in the one that was calibrated on.
    """
    below, above = OUTER[at[0] > OUTER], 1 - OUTER[::-1]
    above = above[above > at[-1]]
    first, last = logit(p[0]) - logit(_inner(at[0])), logit(p[-1]) - logit(_inner(at[-1]))
    low = np.minimum(expit(logit(below) + first), p[0])
    high = np.maximum(expit(logit(above) + last), p[-1])
    return np.r_[below, at, above], np.r_[low, p, high]


def _inner(score: float) -> float:
    return float(np.clip(score, OUTER[0], 1 - OUTER[0]))


def calibrated(found: CalibrationMap, scores: np.ndarray) -> np.ndarray:
    return np.asarray(np.interp(scores, found.scores, found.probabilities))


def calibration_error(p: np.ndarray, y: np.ndarray) -> CalibrationError:
    """The error over ten bins of equally many people."""
    order = np.argsort(p, kind="stable")
    bins = [part for part in np.array_split(order, N_BINS) if len(part)]
    # The sum of a bin under perfect calibration is nearly normal, with the variance of its draws; the mean distance of
    # a normal number from its mean is sqrt(2 / pi) standard deviations.
    variance = np.array([(p[b] * (1 - p[b])).sum() for b in bins])
    by_chance = np.sqrt(2 / np.pi * variance).sum() / len(p)
    shown = tuple(CalibrationBin(len(b), float(p[b].mean()), float(y[b].mean())) for b in bins)
    error = sum(b.n * abs(b.announced - b.observed) for b in shown) / len(p)
    return CalibrationError(len(p), float(error), float(by_chance), shown)
