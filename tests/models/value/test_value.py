"""Orders to come at their worth of today."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.cells import Cells
from segspark.models.value.value import Horizon, discounted_orders

MODEL = BgNbd(0.8, 60.0, 0.9, 3.0)
CELLS = Cells.of_people(np.array([0, 1, 9]), np.array([0, 40, 300]), np.array([10, 200, 310]))


def test_without_a_discount_every_order_counts_whole() -> None:
    assert discounted_orders(MODEL, CELLS, Horizon(365)) == pytest.approx(MODEL.expected_orders(CELLS, 365))


@pytest.mark.parametrize(("days", "rate"), [(365, 0.1), (1095, 0.15), (20, 0.5), (730, 0.01)])
def test_an_order_is_worth_less_the_later_it_comes(days: float, rate: float) -> None:
    def coming(t: float, at: int) -> float:
        # Orders per day around a day.
        return float((MODEL.expected_orders(CELLS, t + 0.01) - MODEL.expected_orders(CELLS, t - 0.01))[at] / 0.02)

    for at in range(3):
        exact = quad(lambda t, at=at: coming(t, at) * (1 + rate) ** (-t / 365.25), 0.01, days, epsrel=1e-6)[0]
        assert discounted_orders(MODEL, CELLS, Horizon(days, rate))[at] == pytest.approx(exact, rel=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.floats(1, 1500), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_higher_discount_is_worth_no_more(days: float, rate: float, more: float) -> None:
    low, high = (discounted_orders(MODEL, CELLS, Horizon(days, r)) for r in (rate, rate + more))
    assert (high <= low * (1 + 1e-12)).all()
    # The last order is worth the least.
    assert (low >= MODEL.expected_orders(CELLS, days) * (1 + rate) ** (-days / 365.25) * (1 - 1e-12)).all()
