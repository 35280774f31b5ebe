"""From a send with its arms to a verdict and each person's expected effect."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from segspark.models.uplift.evaluate import N_ROUNDS, OrderEvaluation, evaluate_order
from segspark.models.uplift.learners import Learner, predict_out_of_fold, x_learner
from segspark.models.uplift.randomised import NotRandomised, Randomised, check_randomised
from segspark.models.uplift.trees import Fit, fit_trees
from segspark.models.uplift.trial import Trial, two_arms
from segspark.models.uplift.verdict import UpliftVerdict, decide
from segspark.sections import Reason

# As of any model here: people of the rarer outcome, in both arms together.
LEAST_OUTCOMES = 100


@dataclass(frozen=True)
class Method:
    """How uplift is estimated.

    Attributes:
        fit: a regression; boosted trees of the seed by default.
        learner: the X-learner by default: of the same weak signal the T-learner's two regressions each follow noise of
            their own.
        n_rounds: rounds of folds that are averaged; with one the verdict on a weak difference may change with the seed.
    """

    learner: Learner = x_learner
    fit: Fit | None = None
    n_folds: int = 5
    n_rounds: int = 5
    n_bootstrap: int = N_ROUNDS
    top_share: float = 0.3


@dataclass(frozen=True, eq=False)
class Uplift:
    """
    Attributes:
        chosen: rows of the send that are in one of the two arms; the entries of ``uplift`` and ``rank`` are theirs.
        uplift: the expected effect on each person, out of fold.
        rank: each person's place by it, 0 to 1, the largest effect last.
    """

    randomised: Randomised
    evaluation: OrderEvaluation
    verdict: UpliftVerdict
    chosen: np.ndarray
    uplift: np.ndarray
    rank: np.ndarray


@dataclass(frozen=True)
class FewOutcomes:
    """The send is sound, but too little came of it to say on whom it works."""

    reasons: tuple[Reason, ...]


DEFAULT = Method()


def estimate_uplift(
    arms: np.ndarray,
    outcome: np.ndarray,
    features: np.ndarray,
    declared: Mapping[str, float] | None,
    treated: str,
    control: str,
    seed: int,
    cost: float = 0.0,
    method: Method = DEFAULT,
) -> Uplift | NotRandomised | FewOutcomes:
    """On whom a mail works, if the send was randomised and enough came of it.

    Args:
        arms: the arm of each person, of all arms of the send; one entry or row per person here and below.
        outcome: 0 or 1, or an amount.
        features: known before the send; numbers, NaN where unknown, a column of 0 and 1 per category.
        declared: arm -> its share of the send; None if nobody declared a randomisation.
        treated, control: the two arms to compare.
        cost: of one mail, in units of the outcome.

    Raises:
        ValueError: an arm is not declared, or the arrays are of different people.
    """
    declared = declared or {}
    check = check_randomised(arms, features, declared, seed, method.fit)
    if isinstance(check, NotRandomised):
        return check
    trial = two_arms(arms, outcome, features, declared, treated, control)
    if few := _few_outcomes(trial):
        return few
    fit = method.fit or fit_trees(seed)
    found = predict_out_of_fold(trial, method.learner, fit, seed, method.n_folds, method.n_rounds)
    evaluation = evaluate_order(found.rank, trial, seed, cost, method.top_share, method.n_bootstrap)
    chosen = np.flatnonzero((arms == treated) | (arms == control))
    return Uplift(check, evaluation, decide(evaluation, cost), chosen, found.uplift, found.rank)


def _few_outcomes(trial: Trial) -> FewOutcomes | None:
    n = int(np.count_nonzero(trial.outcome))
    if set(np.unique(trial.outcome)) <= {0.0, 1.0}:
        n = min(n, len(trial) - n)
    return None if n >= LEAST_OUTCOMES else FewOutcomes((Reason("few_outcomes", {"n": n, "needed": LEAST_OUTCOMES}),))
