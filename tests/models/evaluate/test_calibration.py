"""A probability is calibrated if as many do something as it announces; chance alone is taken out of the error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.evaluate.calibration import OUTER, calibrated, calibration_error, fit_calibration

RNG = np.random.default_rng(3)
N = 20_000


def drawn(p: np.ndarray, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(len(p)) < p).astype(float)


def test_the_map_undoes_a_score_that_is_too_sure() -> None:
    truth = RNG.uniform(0.05, 0.95, N)
    odds = np.log(truth / (1 - truth))
    score = 1 / (1 + np.exp(-2 * odds))
    y = drawn(truth)
    assert calibration_error(score, y).excess > 0.05
    found = fit_calibration(score, y)
    fresh = drawn(truth, seed=9)
    assert calibration_error(calibrated(found, score), fresh).excess < 0.01


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=300))
def test_the_map_rises_and_is_never_sure(rows: list[tuple[float, bool]]) -> None:
    score, y = np.array([r[0] for r in rows]), np.array([float(r[1]) for r in rows])
    found = fit_calibration(score, y, least=5)
    assert list(found.scores) == sorted(set(found.scores))
    assert list(found.probabilities) == sorted(found.probabilities)
    if 0 < y.sum() < len(y):
        assert found.probabilities[0] > 0
        assert found.probabilities[-1] < 1


def test_a_step_has_enough_people() -> None:
    score = np.linspace(0, 1, 200)
    found = fit_calibration(score, (score > 0.98).astype(float), least=50)
    beyond = {*OUTER, *(1 - OUTER)}
    seen = [p for at, p in zip(found.scores, found.probabilities, strict=True) if at not in beyond]
    assert len(seen) <= 4
    assert max(seen) < 0.2


def test_of_few_people_the_curve_has_few_steps() -> None:
    score = RNG.uniform(0.1, 0.9, N)
    beyond = {*OUTER, *(1 - OUTER)}
    found = fit_calibration(score, drawn(score))
    assert len([at for at in found.scores if at not in beyond]) <= 20


@pytest.mark.parametrize("n", [300, 3000])
def test_perfect_probabilities_have_the_error_that_chance_gives(n: int) -> None:
    p = RNG.uniform(0.1, 0.9, n)
    found = [calibration_error(p, drawn(p, seed)) for seed in range(200)]
    assert np.mean([f.error for f in found]) == pytest.approx(found[0].by_chance, rel=0.08)
    assert np.mean([f.excess for f in found]) == pytest.approx(0, abs=0.1 * found[0].by_chance)


def test_the_error_is_the_mean_distance_by_tenth() -> None:
    p, y = np.repeat([0.2, 0.8], 500), np.repeat([0.0, 1.0], 500)
    found = calibration_error(p, y)
    assert found.error == pytest.approx(0.2)
    assert [b.n for b in found.bins] == [100] * 10
    assert (found.bins[0].announced, found.bins[0].observed) == (pytest.approx(0.2), 0)


def test_beyond_the_scores_that_were_seen_the_curve_keeps_its_distance_from_the_score() -> None:
    # In the season that was calibrated on nobody's score was surer than these, and all were too low.
    truth = RNG.uniform(0.3, 0.7, N)
    score = 1 / (1 + np.exp(-(np.log(truth / (1 - truth)) - 0.5)))
    found = fit_calibration(score, drawn(truth))
    surer = np.array([0.75, 0.9, 0.98])
    expected = 1 / (1 + np.exp(-(np.log(surer / (1 - surer)) + 0.5)))
    assert calibrated(found, surer) == pytest.approx(expected, abs=0.03)
    # A level end would tell all of them the same.
    assert np.all(np.diff(calibrated(found, surer)) > 0.01)
