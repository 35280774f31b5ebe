"""With whom later people are compared; and what only the growing history of the data would move."""

import re

import numpy as np
import pytest

from segspark.models.monitoring.binning import count_people
from segspark.models.monitoring.drift import moved
from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.inputs import FEATURES, Input, choose_inputs
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.propensity.reference_people import reference_of

N = 3000


def test_inputs_of_the_calendar_are_not_compared() -> None:
    inputs = (FEATURES["n_order_90d"], Input("month", 0.0), Input("sale_days_ahead", 0.0))
    found = reference_of(
        NO_ORDER, inputs, Sample({i.name: np.arange(float(N)) for i in inputs}, np.ones(N)), np.linspace(0, 1, N)
    )
    assert (list(found.inputs), list(found.scores)) == (["n_order_90d"], ["churn"])
    assert (found.n, found.base_rate) == (N, 1)


def test_the_fill_of_an_input_is_a_bin_of_its_own() -> None:
    item = FEATURES["click_rate_90d"]
    values = np.r_[np.full(N // 2, item.fill), np.linspace(0, 1, N // 2)]
    found = reference_of(NO_ORDER, (item,), Sample({item.name: values}, np.ones(N)), values)
    assert found.inputs[item.name].special == (item.fill,)
    assert found.inputs[item.name].shares[0] == 0.5


def orders(history: int, gap: float, seed: int) -> list[np.ndarray]:
    """Days since each order that the data knows, of a steady shop that is older than its data: customers come and go at
    the same pace for ever, each stays two years or so and orders about every ``gap`` days."""
    rng, stay = np.random.default_rng(seed), 730
    found: list[np.ndarray] = []
    while len(found) < N:
        began, stays = rng.uniform(0, 4 * stay), rng.exponential(stay)
        after = np.cumsum(rng.exponential(gap / rng.gamma(2.0, 0.5), 40 + int(stays / 2)))
        days = np.floor(began - np.r_[0.0, after[after < stays]])
        known = days[(days > 0) & (days <= history)]
        # The population: people who ordered within the year.
        if len(known) and known.min() <= 365:
            found.append(known)
    return found


def inputs_of(people: list[np.ndarray], days: float) -> dict[str, np.ndarray]:
    """The values of the inputs that look at all orders, if they look back so many days."""
    n = np.array([float(len(person)) for person in people])
    first, last = (np.array([of(person) for person in people]) for of in (np.max, np.min))
    rhythm = np.full(len(n), np.nan)
    rhythm[n > 1] = (first - last)[n > 1] / (n[n > 1] - 1)
    # No rhythm is a missing value; two orders on a day are not divided by.
    rhythm[(rhythm > days) | (rhythm == 0)] = np.nan
    late = last / rhythm
    return {
        "days_since_first_order": np.minimum(first, days),
        # Of people who only order it is the same.
        "tenure_days": np.minimum(first, days),
        "days_between_orders": np.where(np.isnan(rhythm), 1000.0, rhythm),
        "overdue": np.where(np.isnan(late), 1.0, late),
        "n_order_day_lifetime": n,
    }


def moves(trained: int, gap: float, days: float) -> dict[str, float]:
    """How far each input has moved 90 days after a training, of which the newest cut had so many days of history before it.

    With labels of 90 days the people who are remembered are those of 90 days later, and the training itself is 90 later.
    """
    then, now = (inputs_of(orders(trained + later, gap, later), days) for later in (90, 270))
    found = {}
    for name, values in then.items():
        reference = reference_of(NO_ORDER, (FEATURES[name],), Sample({name: values}, np.ones(N)), np.linspace(0, 1, N))
        bins = reference.inputs[name]
        found[name] = moved(bins, N, list(count_people(bins, now[name])))[0]
    return found


def bound_of(item: Input) -> int:
    """The days that an input looks back, as its SQL says."""
    return int(re.findall(r"[<>]=? (\d+),", item.sql)[0])


HISTORY = {i.name for i in FEATURES.values() if i.within}


def test_what_looks_at_all_history_looks_back_at_a_third_of_it_and_counts_of_all_time_are_not_looked_at() -> None:
    columns = [*HISTORY, "days_since_order", "n_order_365d", "n_order_day_lifetime", "n_order_sale_lifetime"]
    found = {i.name: i for i in choose_inputs(columns, 275)}
    assert {"days_since_first_order", "tenure_days", "days_between_orders", "overdue"} == HISTORY
    assert set(found) == {*HISTORY, "days_since_order", "n_order_365d"}
    assert {bound_of(found[name]) for name in HISTORY} == {91}


@pytest.mark.parametrize("gap", [30, 60, 120, 240])
@pytest.mark.parametrize("trained", [90, 180, 275, 365, 730])
def test_an_input_of_history_cannot_drift_by_the_growth_of_history_alone(trained: int, gap: float) -> None:
    found = moves(trained, gap, bound_of(choose_inputs(["tenure_days"], trained)[0]))
    assert {name: round(psi, 2) for name, psi in found.items() if name in HISTORY and psi >= 0.1} == {}


def test_looking_back_at_all_of_it_would_move_them() -> None:
    found = moves(275, 120, 275)
    assert {name for name, psi in found.items() if psi >= 0.1} >= {"days_since_first_order", "n_order_day_lifetime"}
    assert moves(275, 120, np.inf)["days_between_orders"] > 0.1
