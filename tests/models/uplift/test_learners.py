"""Expected effects, out of fold."""

import numpy as np
import pytest
from models.uplift.trials import fit_line, trial

from segspark.models.uplift.learners import Learner, predict_out_of_fold, x_learner
from segspark.models.uplift.trees import Fit, Predict, fit_trees
from segspark.models.uplift.trial import Trial


def t_learner(trial: Trial, fit: Fit) -> Predict:
    """The plainest learner, as another oracle of cross-fitting: the difference of two regressions, one of each arm."""
    treated = fit(trial.features[trial.is_treated], trial.outcome[trial.is_treated])
    control = fit(trial.features[~trial.is_treated], trial.outcome[~trial.is_treated])
    return lambda rows: treated(rows) - control(rows)


BOTH = pytest.mark.parametrize("learner", [t_learner, x_learner])


@BOTH
@pytest.mark.parametrize("share", [0.5, 0.2])
def test_without_noise_the_effect_of_each_person_is_found(learner: Learner, share: float) -> None:
    rng = np.random.default_rng(1)
    features, is_treated = rng.normal(size=(400, 2)), rng.random(400) < share
    effect = 1 + 2 * features[:, 0]
    made = Trial(is_treated, 5 + features[:, 1] + is_treated * effect, features, share)
    found = predict_out_of_fold(made, learner, fit_line, seed=3)
    assert found.uplift == pytest.approx(effect)


def test_the_x_learner_weighs_each_arm_by_the_share_of_the_other() -> None:
    # Means as fits: the treated have 4, the control has 1, and either arm's imputed effects are 3 on average. This fit
    # adds 1 to the effects of the control arm, which therefore shows its weight.
    made = Trial(np.array([True, True, False]), np.array([3.0, 5.0, 1.0]), np.zeros((3, 1)), 0.25)

    def fit(features: np.ndarray, values: np.ndarray) -> Predict:
        mean = values.mean() + (1.0 if len(values) == 1 and values[0] == 3.0 else 0.0)
        return lambda rows: np.full(len(rows), mean)

    assert x_learner(made, fit)(np.zeros((1, 1))) == pytest.approx([0.25 * 4 + 0.75 * 3])


@BOTH
def test_the_own_outcome_does_not_change_the_own_prediction(learner: Learner) -> None:
    made = trial(2, 300, 0.1)
    before = predict_out_of_fold(made, learner, fit_line, seed=1, n_folds=3).uplift
    for person in (0, 17):
        outcome = made.outcome.copy()
        outcome[person] += 50
        after = predict_out_of_fold(
            Trial(made.is_treated, outcome, made.features, 0.5), learner, fit_line, seed=1, n_folds=3
        ).uplift
        assert after[person] == before[person]
        assert (after != before).sum() > 100


def test_ranks_are_within_a_fold_and_average_to_the_middle() -> None:
    found = predict_out_of_fold(trial(2, 600, 0.1), t_learner, fit_line, seed=1, n_rounds=2)
    assert found.rank.mean() == pytest.approx(0.5)
    assert found.rank.min() > 0
    assert found.rank.max() < 1
    constant = predict_out_of_fold(trial(2, 600, 0.1), t_learner, lambda x, y: lambda rows: np.zeros(len(rows)), seed=1)
    assert constant.rank == pytest.approx(np.full(600, 0.5))


def test_trees_find_those_on_whom_the_mail_works() -> None:
    made = trial(5, 6000, 0.0, 0.3)
    found = predict_out_of_fold(made, x_learner, fit_trees(1), seed=1)
    works = made.features[:, 0] > 0
    assert found.uplift[works].mean() == pytest.approx(0.3, abs=0.05)
    assert found.uplift[~works].mean() == pytest.approx(0.0, abs=0.05)
