"""What is announced: a blend where it helps, calibrated, and crossfitted without anybody's own outcome."""

import numpy as np
import pytest
from scipy.special import expit

from segspark.models.evaluate.calibration import calibration_error
from segspark.models.evaluate.probabilities import losses
from segspark.models.propensity.announce import STRAIGHT, crossfitted, fit_announcement
from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.judged import Scored

RNG = np.random.default_rng(5)
N = 8000
ONE, TWO = RNG.normal(0, 1, N), RNG.normal(0, 1, N)
Y = (RNG.random(N) < expit(ONE + TWO)).astype(float)
FOLD = np.arange(N) % 2


def scored(beside: np.ndarray | None = None, y: np.ndarray = Y) -> Scored:
    # The trees say too little of what they know.
    return Scored(Sample({}, y), expit(0.5 * ONE), FOLD, beside)


def test_another_model_is_blended_where_it_helps() -> None:
    alone, both = fit_announcement(scored()), fit_announcement(scored(expit(TWO)))
    assert alone.blend is None
    assert both.blend is not None
    assert fit_announcement(scored(RNG.random(N))).blend is None
    assert losses(both.of(scored(expit(TWO))), Y).mean() < losses(alone.of(scored()), Y).mean() - 0.03


@pytest.mark.parametrize("beside", [None, expit(TWO)], ids=["alone", "blended"])
def test_what_is_announced_is_what_happens(beside: np.ndarray | None) -> None:
    assert calibration_error(crossfitted(scored(beside)), Y).excess < 0.02


def test_a_blend_that_is_right_already_gets_no_curve_and_one_that_is_not_does() -> None:
    assert fit_announcement(scored(expit(TWO))).calibration == STRAIGHT
    # A third of those whom both hold for sure do not: no weights of two log-odds say that.
    sure = (ONE > 0.8) & (TWO > 0.8)
    wrong = np.where(sure, (RNG.random(N) < 0.3).astype(float), Y)
    found = fit_announcement(scored(expit(TWO), wrong))
    assert found.blend is not None
    assert found.calibration != STRAIGHT


def test_each_half_is_told_what_the_other_did() -> None:
    half = np.arange(400) % 2
    y = half.astype(float)
    found = crossfitted(Scored(Sample({}, y), np.repeat(0.5, 400), half))
    assert found[half == 1].max() < 0.05
    assert found[half == 0].min() > 0.95


def test_nobody_is_told_their_own_outcome() -> None:
    p = crossfitted(scored(expit(TWO)))
    turned = Y.copy()
    turned[FOLD == 0] = 1 - turned[FOLD == 0]
    again = crossfitted(scored(expit(TWO), turned))
    # What the people of one fold did says nothing of themselves, and all of the others.
    assert again[FOLD == 0] == pytest.approx(p[FOLD == 0])
    assert np.abs(again[FOLD == 1] - p[FOLD == 1]).mean() > 0.1
