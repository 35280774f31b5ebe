"""The learning curve: what trees of fewer people know of the people judged, so that one sees whether more would help.

Its trees are scikit-learn's, with the configured number, depth and step, and the same tenth of the people tells when to stop:
on arrays that are on the driver anyway, four fits take seconds, where each of MLlib's takes as long as a fit of everybody.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from segspark.models.evaluate.judgement import LearningPoint
from segspark.models.evaluate.probabilities import losses, roc_auc
from segspark.models.propensity.announce import crossfitted
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.judged import Past, Scored

SHARES = (1 / 8, 1 / 4, 1 / 2, 1.0)
# As the published trees have it.
_LEAST_IN_LEAF = 20
# Of either label among those who tell when to stop; with fewer the number of trees is drawn by lot.
_LEAST_TO_STOP = 5


def learning_curve(past: Past, judged: Scored, names: tuple[str, ...], config: Propensity) -> tuple[LearningPoint, ...]:
    """A point for each share of the people that has enough of either label.

    Args:
        names: of the inputs that trees look at.
    """
    x, y = past.sample.matrix(names), past.sample.y
    seen = judged.sample.matrix(names)
    points = []
    for share in SHARES:
        here = past.place < share
        learns, stops = here & ~past.is_aside, here & past.is_aside
        if _rarer(y[learns]) < _LEAST_IN_LEAF or _rarer(y[stops]) < _LEAST_TO_STOP:
            continue
        raw = _fitted(x, y, learns, stops, config)(seen)
        p = crossfitted(replace(judged, p=raw))
        points.append(LearningPoint(share, int(here.sum()), roc_auc(p, judged.y), float(losses(p, judged.y).mean())))
    return tuple(points)


def _rarer(y: np.ndarray) -> int:
    return int(min(y.sum(), len(y) - y.sum()))


def _fitted(
    x: np.ndarray, y: np.ndarray, learns: np.ndarray, stops: np.ndarray, config: Propensity
) -> Callable[[np.ndarray], np.ndarray]:
    """The probabilities of as many trees as help the people who are kept aside."""
    model = HistGradientBoostingClassifier(
        max_iter=config.max_iter,
        max_depth=config.max_depth,
        learning_rate=config.step_size,
        min_samples_leaf=_LEAST_IN_LEAF,
        max_leaf_nodes=None,
        early_stopping=False,
        random_state=config.seed,
    ).fit(x[learns], y[learns])
    best = int(np.argmin([losses(p[:, 1], y[stops]).mean() for p in model.staged_predict_proba(x[stops])]))

    def probabilities(rows: np.ndarray) -> np.ndarray:
        (found,) = itertools.islice(model.staged_predict_proba(rows), best, best + 1)
        return np.asarray(found[:, 1])

    return probabilities
