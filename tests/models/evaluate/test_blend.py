"""A blend of two announcements: each has its weight, and one that adds nothing is left out."""

import numpy as np
import pytest
from scipy.special import expit, logit

from segspark.models.evaluate.blend import blended, fit_blend
from segspark.models.evaluate.judgement import Blend
from segspark.models.evaluate.probabilities import losses

RNG = np.random.default_rng(3)
N = 20_000
ONE, TWO = RNG.normal(0, 1, N), RNG.normal(0.5, 1, N)
Y = (RNG.random(N) < expit(0.2 + 0.7 * ONE + 0.4 * TWO)).astype(float)


def test_the_weights_are_those_by_which_the_outcome_came_about() -> None:
    found = fit_blend(expit(ONE), expit(TWO), Y)
    assert found is not None
    assert (found.intercept, found.weight, found.of_other) == pytest.approx((0.2, 0.7, 0.4), abs=0.06)
    assert found.centre == pytest.approx(TWO.mean())


def test_a_blend_loses_less_than_either() -> None:
    p, other = expit(ONE), expit(TWO)
    found = fit_blend(p, other, Y)
    assert found is not None
    both = losses(blended(found, p, other), Y).mean()
    assert both < min(losses(p, Y).mean(), losses(other, Y).mean())


@pytest.mark.parametrize("other", [RNG.random(N), expit(-TWO)], ids=["noise", "turned round"])
def test_what_adds_nothing_is_left_out(other: np.ndarray) -> None:
    assert fit_blend(expit(ONE), other, Y) is None


def test_of_one_outcome_alone_nothing_is_learnt() -> None:
    assert fit_blend(expit(ONE), expit(TWO), np.ones(N)) is None


def test_a_blend_by_hand() -> None:
    blend = Blend(0.1, 0.5, 2.0, 0.0)
    expected = 0.1 + 0.5 * logit(0.8) + 2 * logit(0.4)
    assert logit(blended(blend, np.array([0.8]), np.array([0.4]))[0]) == pytest.approx(expected)
    # A certainty has no log-odds, and is not allowed to be one.
    assert 0 < blended(blend, np.array([0.0]), np.array([1.0]))[0] < 1
