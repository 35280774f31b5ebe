"""Intervals come from people drawn with replacement, and say how sure a figure is."""

import numpy as np
import pytest

from segspark.models.evaluate.bootstrap import bootstrap, bootstrap_mean, interval

RNG = np.random.default_rng(1)


def test_the_interval_of_a_mean_is_that_of_its_standard_error() -> None:
    values = RNG.normal(3, 2, 4000)
    found = bootstrap_mean(values)
    error = 2 / np.sqrt(4000)
    assert found.value == values.mean()
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.5 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.5 * error)
    assert found.is_above_zero


def test_models_that_are_alike_differ_by_nothing_for_sure() -> None:
    found = bootstrap_mean(np.zeros(50))
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert not found.is_above_zero


def test_each_round_draws_as_many_people_as_there_are() -> None:
    assert set(bootstrap(7, lambda counts: counts.sum(axis=1), rounds=30)) == {7.0}


def test_rounds_are_the_same_for_the_same_seed_and_in_parts() -> None:
    values = RNG.normal(size=30_000)
    whole = bootstrap(30_000, lambda counts: counts @ values, rounds=300)
    assert len(whole) == 300
    assert np.array_equal(whole, bootstrap(30_000, lambda counts: counts @ values, rounds=300))


def test_rounds_without_a_value_are_left_out_of_the_interval() -> None:
    found = interval(0.5, np.array([0.4, np.nan, 0.6]))
    assert 0.4 <= found.low < found.high <= 0.6
