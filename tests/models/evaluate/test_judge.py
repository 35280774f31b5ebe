"""A model is judged beside what is simpler, person by person."""

import json

import numpy as np
import pytest

from segspark.models.evaluate.judge import judge
from segspark.models.evaluate.judgement import NEXT_CUT, Judgement

RNG = np.random.default_rng(5)
N = 4000
TRUTH = RNG.beta(2, 1, N)
Y = (RNG.random(N) < TRUTH).astype(float)
COIN = np.full(N, Y.mean())


@pytest.fixture(scope="module")
def honest() -> Judgement:
    return judge(TRUTH, Y, {"average": COIN, "same": TRUTH}, NEXT_CUT)


def test_true_probabilities_are_skilled_calibrated_and_better_than_the_average(honest: Judgement) -> None:
    assert honest.brier_skill.is_above_zero
    assert honest.roc_auc.low < honest.roc_auc.value < honest.roc_auc.high
    assert honest.calibration.excess < 0.01
    assert honest.baselines["average"].log_loss_gain.is_above_zero
    assert honest.baselines["average"].roc_auc == 0.5


def test_a_model_is_not_better_than_itself(honest: Judgement) -> None:
    same = honest.baselines["same"].log_loss_gain
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_the_tenth_that_counts_is_that_of_the_rarer_outcome(honest: Judgement) -> None:
    # Two of three have the label, so the rarer ones are those without it, where it is least likely.
    assert honest.rarer_rate == pytest.approx(1 - Y.mean())
    least = np.sort(np.argsort(TRUTH)[: N // 10])
    assert honest.top_tenth_rate == pytest.approx(1 - Y[least].mean(), abs=0.01)
    assert honest.lift > 1.5
    turned = judge(1 - TRUTH, 1 - Y, {}, NEXT_CUT)
    assert turned.top_tenth_rate == pytest.approx(honest.top_tenth_rate)


def test_announcing_the_average_has_no_skill() -> None:
    assert not judge(COIN, Y, {}, NEXT_CUT).brier_skill.is_above_zero


def test_a_judgement_is_stored_as_json(honest: Judgement) -> None:
    assert Judgement.from_dict(json.loads(json.dumps(honest.as_dict()))) == honest
    assert honest.metrics()["average_log_loss"] == honest.baselines["average"].log_loss
