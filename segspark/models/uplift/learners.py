"""The expected effect of a mail on each person, predicted by models that did not see that person.

Meta-learners after Künzel, Sekhon, Bickel and Yu, "Metalearners for estimating heterogeneous treatment effects using
machine learning", PNAS 116 (2019). The propensity is the share of the design.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from segspark.models.uplift.folds import folds_of
from segspark.models.uplift.trees import Fit, Predict
from segspark.models.uplift.trial import Trial

Learner = Callable[[Trial, Fit], Predict]
"""A trial and a fit function -> features to expected effects."""


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """What models that did not see a person predict of them; one entry per person.

    Attributes:
        uplift: the expected effect, in units of the outcome.
        rank: the person's place among those of the same fold, 0 to 1, the largest effect last; ties share the middle.
    """

    uplift: np.ndarray
    rank: np.ndarray


def x_learner(trial: Trial, fit: Fit) -> Predict:
    """Effects are imputed to each person by the other arm's regression, and regressed in turn.

    The two regressions of effects are weighted by the share of the other arm: the larger an arm is, the better is the
    outcome model behind the effects of the other one.
    """
    treated, control = _by_arm(trial, fit)
    is_treated, features, outcome = trial.is_treated, trial.features, trial.outcome
    of_treated = fit(features[is_treated], outcome[is_treated] - control(features[is_treated]))
    of_control = fit(features[~is_treated], treated(features[~is_treated]) - outcome[~is_treated])
    share = trial.treated_share
    return lambda rows: share * of_control(rows) + (1 - share) * of_treated(rows)


def _by_arm(trial: Trial, fit: Fit) -> tuple[Predict, Predict]:
    treated = trial.is_treated
    return (
        fit(trial.features[treated], trial.outcome[treated]),
        fit(trial.features[~treated], trial.outcome[~treated]),
    )


def predict_out_of_fold(
    trial: Trial, learner: Learner, fit: Fit, seed: int, n_folds: int = 5, n_rounds: int = 1
) -> OutOfFold:
    """Cross-fitting by person.

    Ranks are taken within a fold. A fold where the mail did well by chance lowers the predictions for its own people,
    as their outcomes are missing from the fit; ranks over all folds would put the luckiest fold last, and find less
    than there is.

    Args:
        n_rounds: whole rounds of other folds, which are averaged: the order then depends less on one draw of folds.
    """
    uplift, rank = np.zeros(len(trial)), np.zeros(len(trial))
    for at in range(n_rounds):
        for rows, test in folds_of(trial.is_treated, n_folds, seed + 7919 * at):
            predicted = learner(trial.part(rows), fit)(trial.features[test])
            uplift[test] += predicted
            rank[test] += (rankdata(predicted) - 0.5) / len(test)
    return OutOfFold(uplift / n_rounds, rank / n_rounds)
