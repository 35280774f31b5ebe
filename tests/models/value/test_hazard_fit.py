"""A hazard fitted to drawn buyers: its chances come true, add up over periods, and follow the sales."""

import numpy as np
import pandas as pd
import pytest
from models.value.cdnow import CUT as CDNOW_CUT
from models.value.cdnow import HOLDOUT_DAYS, purchases

from segspark.models.evaluate.bootstrap import bootstrap_mean
from segspark.models.evaluate.probabilities import losses, roc_auc
from segspark.models.value.bgnbd_fit import BgNbdFit, fit_bgnbd
from segspark.models.value.hazard_contest import period_begins
from segspark.models.value.hazard_fit import Hazard, fit_hazard
from segspark.models.value.person_periods import PERIOD_DAYS, OrderDays, Seasons
from segspark.time import day_number

N, CUT, DAYS = 3000, 720, 75
# A sale every 180 days, the whole period long.
SALES = frozenset(day for begin in range(0, 1000, 180) for day in range(begin, begin + PERIOD_DAYS))
BEGINS = range(60, CUT, PERIOD_DAYS)


def drawn() -> OrderDays:
    """Each day has its chance of an order, five times as large in sales; from the first day on, a pace per person."""
    rng = np.random.default_rng(3)
    pace = rng.gamma(1.0, 0.004, N)
    days = np.arange(CUT + DAYS)
    chance = pace[:, None] * np.where(np.isin(days, list(SALES)), 5, 1)
    person, day = np.nonzero(rng.random((N, len(days))) < chance)
    return OrderDays(N, person, day, np.full(len(person), 1000.0))


@pytest.fixture(scope="module")
def orders() -> OrderDays:
    return drawn()


def fitted(orders: OrderDays, sales: frozenset[int]) -> Hazard:
    return fit_hazard(orders, BEGINS, Seasons(sales, knows_months=False))


def test_chances_of_periods_that_were_seen_come_true(orders: OrderDays) -> None:
    hazard = fitted(orders, SALES)
    for begin in (540, 600):
        state = orders.before(begin)
        known = state.has_ordered
        p, y = hazard.within(state.of(known), begin, PERIOD_DAYS), orders.within(begin, begin + PERIOD_DAYS)[known]
        assert p.mean() == pytest.approx(y.mean(), abs=0.03)


def test_a_calendar_makes_chances_better(orders: OrderDays) -> None:
    state = orders.before(CUT)
    known = state.has_ordered
    state, y = state.of(known), orders.within(CUT, CUT + DAYS)[known]
    hazard, blind = fitted(orders, SALES), fitted(orders, frozenset())
    # The window begins with sales.
    assert CUT in SALES
    p, without = hazard.within(state, CUT, DAYS), blind.within(state, CUT, DAYS)
    assert without.mean() < y.mean() - 0.05
    assert losses(p, y).mean() < losses(without, y).mean() - 0.01
    # One row for each person who had ordered before each period.
    assert hazard.n_rows == sum(int(orders.before(begin).has_ordered.sum()) for begin in BEGINS)
    assert hazard.inputs[-1] == "sale_days"


def test_a_longer_window_adds_its_periods(orders: OrderDays) -> None:
    hazard, state = fitted(orders, SALES), orders.before(CUT)
    state = state.of(state.has_ordered)
    first, half = hazard.within(state, CUT, PERIOD_DAYS), hazard.within(state, CUT, PERIOD_DAYS // 2)
    second = hazard.within(state, CUT + PERIOD_DAYS, PERIOD_DAYS)
    assert 1 - hazard.within(state, CUT, 2 * PERIOD_DAYS) == pytest.approx((1 - first) * (1 - second))
    assert 1 - half == pytest.approx((1 - first) ** 0.5)


def test_of_cdnow_it_knows_better_than_bgnbd_who_orders() -> None:
    days = purchases("master")
    person, _ = days["id"].factorize()
    day = days["date"].to_numpy(dtype="datetime64[D]").astype(int)
    orders = OrderDays(int(person.max()) + 1, np.asarray(person), day, 100 * days["dollars"].to_numpy())
    cut = (CDNOW_CUT + pd.Timedelta(days=1)).date()
    at = day_number(cut)
    state, y = orders.before(at), orders.within(at, at + HOLDOUT_DAYS)
    hazard = fit_hazard(orders, period_begins(days["date"].min().date(), cut), Seasons(frozenset(), knows_months=False))
    fitted_bgnbd = fit_bgnbd(state.cells(at))
    assert isinstance(fitted_bgnbd, BgNbdFit)
    ours = hazard.within(state, at, HOLDOUT_DAYS)
    theirs = 1 - fitted_bgnbd.model.p_no_order(state.cells(at), HOLDOUT_DAYS)
    # Of all 23,570 buyers 29.9 % ordered; BG/NBD states 26.6 %.
    assert (len(y), round(float(y.mean()), 3), round(float(theirs.mean()), 3)) == (23_570, 0.299, 0.266)
    assert ours.mean() == pytest.approx(y.mean(), abs=0.01)
    assert roc_auc(ours, y) > roc_auc(theirs, y) + 0.005
    assert bootstrap_mean(losses(theirs, y) - losses(ours, y)).low > 0.004
