"""Judge announced probabilities on people whose outcome is known, with intervals, beside baselines."""

from collections.abc import Mapping

import numpy as np

from segspark.models.evaluate.bootstrap import bootstrap, bootstrap_mean, interval
from segspark.models.evaluate.calibration import calibration_error
from segspark.models.evaluate.judgement import Beside, Estimate, Judgement
from segspark.models.evaluate.probabilities import losses, roc_auc, roc_auc_by_counts, squares, top_tenth_rate


def judge(p: np.ndarray, y: np.ndarray, baselines: Mapping[str, np.ndarray], how: str) -> Judgement:
    """Judge the probability of a label, one row per person, with intervals from people drawn with replacement.

    Args:
        p, y: probability, and 1 for those with the label.
        baselines: name -> the probability that it gives the same people.
    """
    ours = losses(p, y)
    ranks = bootstrap(len(y), lambda counts: roc_auc_by_counts(p, y, counts))
    return Judgement(
        how,
        len(y),
        float(y.mean()),
        interval(roc_auc(p, y), ranks),
        bootstrap_mean(ours),
        _brier_skill(p, y),
        calibration_error(p, y),
        float(min(y.mean(), 1 - y.mean())),
        _rarer(p, y),
        {name: _beside(q, y, ours) for name, q in baselines.items()},
    )


def _beside(q: np.ndarray, y: np.ndarray, ours: np.ndarray) -> Beside:
    theirs = losses(q, y)
    return Beside(roc_auc(q, y), float(theirs.mean()), bootstrap_mean(theirs - ours), _rarer(q, y))


def _rarer(p: np.ndarray, y: np.ndarray) -> float:
    """The rate of the rarer outcome in the tenth where it is most likely."""
    return top_tenth_rate(p, y) if y.mean() <= 0.5 else top_tenth_rate(1 - p, 1 - y)


def _brier_skill(p: np.ndarray, y: np.ndarray) -> Estimate:
    ours, squared = squares(p, y), (y - y.mean()) ** 2
    value = 1 - ours.mean() / squared.mean()

    def skill(counts: np.ndarray) -> np.ndarray:
        rate = counts @ y / counts.sum(axis=1)
        return np.asarray(1 - (counts @ ours / counts.sum(axis=1)) / (rate * (1 - rate)))

    return interval(float(value), bootstrap(len(y), skill))
