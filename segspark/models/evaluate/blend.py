"""Blending two announcements of one outcome by a logistic regression on their log-odds (Wolpert 1992, stacking)."""

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from segspark.models.evaluate.judgement import Blend
from segspark.models.evaluate.probabilities import losses

# Nats per person. Below it the second announcement only makes a model harder to read.
LEAST_GAIN = 0.001
# Probabilities of 0 and 1 have no log-odds.
SUREST = 1e-6
_UNPENALISED = 1e6


def fit_blend(p: np.ndarray, other: np.ndarray, y: np.ndarray) -> Blend | None:
    """The weights of two announcements, on people whom neither has seen; None where the second adds nothing.

    Args:
        p, other: probabilities of the outcome.
        y: 1 for those with it.
    """
    if len(np.unique(y)) < 2:
        return None
    ours, theirs = log_odds(p), log_odds(other)
    both, alone = np.column_stack([ours, theirs]), ours[:, None]
    blended, by_itself = (LogisticRegression(C=_UNPENALISED, max_iter=500).fit(x, y) for x in (both, alone))
    gain = losses(by_itself.predict_proba(alone)[:, 1], y) - losses(blended.predict_proba(both)[:, 1], y)
    weight, of_other = (float(w) for w in blended.coef_[0])
    if min(weight, of_other) <= 0 or gain.mean() < LEAST_GAIN:
        return None
    return Blend(float(blended.intercept_[0]), weight, of_other, float(theirs.mean()))


def blended(found: Blend, p: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The probabilities of a blend."""
    return np.asarray(expit(found.intercept + found.weight * log_odds(p) + found.of_other * log_odds(other)))


def log_odds(p: np.ndarray) -> np.ndarray:
    return np.asarray(logit(np.clip(p, SUREST, 1 - SUREST)))
