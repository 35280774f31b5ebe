"""What a fitted model says of people: each value from its own part, and nothing of people without an order."""

import json

import numpy as np
import pytest

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.cells import Cells
from segspark.models.value.gamma_gamma import GammaGamma
from segspark.models.value.prediction import Prediction
from segspark.models.value.value import Horizon, discounted_orders

ORDERS, SPENDING = BgNbd(0.8, 60.0, 0.9, 3.0), GammaGamma(4.0, 3.0, 2000.0)
PLAIN = Prediction(ORDERS, SPENDING, Horizon(365))
# Once and just now; often and just now; often and long ago; never.
X, T_X, AGE = np.array([0, 9, 9, -1]), np.array([0, 290, 100, np.nan]), np.array([3, 300, 900, np.nan])
CENTS = np.array([5000, 30_000, 0, 0])


def test_each_value_comes_from_its_part() -> None:
    said = PLAIN.of(X, T_X, AGE, CENTS)
    buyers = Cells.of_people(X[:3], T_X[:3], AGE[:3])
    assert said["p_alive"][:3] == pytest.approx(ORDERS.p_alive(buyers))
    assert said["expected_orders"][:3] == pytest.approx(ORDERS.expected_orders(buyers, 365))
    # Orders of 5,000 once, and ten of 3,000, and ten of nothing: drawn to the list's mean of 4,000.
    amounts = [0.5 * 4000 + 2 / 3 * 5000 - 1 / 6 * 4000, (4 * (2000 + 30_000)) / 42, 4 * 2000 / 42]
    assert said["value_cents"][:3] == pytest.approx(said["expected_orders"][:3] * amounts)
    assert said["days_to_order"][:2] == pytest.approx(ORDERS.time_to_order(buyers, 0.5)[:2])
    # Nine in ten are not reached by who may have stopped.
    for name, share in (("days_to_order_low", 0.1), ("days_to_order_high", 0.9)):
        expected = ORDERS.time_to_order(buyers, share)
        assert said[name][:3] == pytest.approx(np.where(np.isinf(expected), np.nan, expected), nan_ok=True)
    known = ~np.isnan(said["days_to_order_high"])
    assert known.any()
    assert (said["days_to_order_low"][known] < said["days_to_order"][known]).all()
    assert (said["days_to_order"][known] < said["days_to_order_high"][known]).all()


def test_who_never_ordered_has_no_values_and_who_has_stopped_no_day() -> None:
    said = PLAIN.of(X, T_X, AGE, CENTS)
    assert all(np.isnan(values[3]) for values in said.values())
    assert said["p_alive"][2] < 0.5
    assert np.isnan(said["days_to_order"][2])
    assert not np.isnan(said["value_cents"][2])
    nobody = PLAIN.of(*[np.array([])] * 4)
    assert {len(values) for values in nobody.values()} == {0}


def test_a_discount_changes_the_value_alone() -> None:
    yearly = Prediction(ORDERS, SPENDING, Horizon(365, 0.2))
    now, later = PLAIN.of(X, T_X, AGE, CENTS), yearly.of(X, T_X, AGE, CENTS)
    buyers = Cells.of_people(X[:3], T_X[:3], AGE[:3])
    share = discounted_orders(ORDERS, buyers, Horizon(365, 0.2)) / ORDERS.expected_orders(buyers, 365)
    assert later.pop("value_cents")[:3] == pytest.approx(now.pop("value_cents")[:3] * share)
    for name, values in later.items():
        assert np.array_equal(values, now[name], equal_nan=True)


def test_what_is_stored_is_what_is_read() -> None:
    assert Prediction.from_dict(json.loads(json.dumps(PLAIN.as_dict()))) == PLAIN
