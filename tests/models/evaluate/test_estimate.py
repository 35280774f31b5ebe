"""A figure with the interval of its bootstrap draws."""

import numpy as np
import pytest

from segspark.models.evaluate.estimate import Estimate


def test_the_interval_holds_the_middle_95_percent_of_draws() -> None:
    draws = np.arange(201) / 200
    found = Estimate.of_draws(0.4, draws)
    assert (found.value, found.low, found.high) == pytest.approx((0.4, 0.025, 0.975))


def test_draws_without_a_value_do_not_count() -> None:
    assert Estimate.of_draws(1.0, np.array([2.0, np.nan, 2.0])) == Estimate(1.0, 2.0, 2.0)
