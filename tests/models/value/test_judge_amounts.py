"""Expected amounts against what was spent: R2 as scikit-learn has it, tenths by hand, and a gain beyond chance."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from segspark.models.value.amounts import Tenth
from segspark.models.value.judge_amounts import gain_in_r2, judge_amounts


def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
    """What is to be expected of people, and what they spend."""
    rng = np.random.default_rng(7)
    mean = rng.gamma(2.0, 1000.0, n)
    return mean, mean * rng.gamma(1.5, 1 / 1.5, n)


def test_r2_and_total_are_the_usual_ones() -> None:
    mean, spent = drawn(5000)
    found = judge_amounts(1.1 * mean, spent)
    assert found.r2 == pytest.approx(r2_score(spent, 1.1 * mean))
    assert found.total_ratio == pytest.approx(1.1 * mean.sum() / spent.sum())
    assert found.calibration_error == pytest.approx(0.1, abs=0.03)
    assert judge_amounts(mean, spent).calibration_error < 0.05


def test_tenths_are_of_people_by_what_is_expected_of_them() -> None:
    announced = np.array([30.0, 10, 20, 40, 50, 60, 70, 80, 90, 100, 110])
    observed = np.arange(11) * 10.0
    found = judge_amounts(announced, observed)
    # Eleven people: the first tenth has two of them, who are expected to spend least.
    assert found.tenths[0] == Tenth(2, 15.0, 15.0)
    assert found.tenths[1] == Tenth(1, 30.0, 0.0)
    assert found.tenths[9] == Tenth(1, 110.0, 100.0)
    assert sum(t.n for t in found.tenths) == 11
    # Off by 0, 30 and eight times 10, of 50 on average.
    assert found.calibration_error == pytest.approx(110 / 11 / 50)


def test_a_gain_is_the_difference_of_both_and_sure_only_beyond_chance() -> None:
    mean, spent = drawn(2000)
    flat = np.full(2000, spent.mean())
    found = gain_in_r2(mean, flat, spent)
    assert found.value == pytest.approx(r2_score(spent, mean) - r2_score(spent, flat))
    assert found.low < found.value < found.high
    assert found.is_above_zero
    noise = np.random.default_rng(1).normal(0, 5, 2000)
    assert not gain_in_r2(mean + noise, mean, spent).is_above_zero
    assert not gain_in_r2(flat, mean, spent).is_above_zero
