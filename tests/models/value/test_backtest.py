"""A prediction against what happened: totals, buyers and rows add up, and CDNOW's error is the known one."""

import numpy as np
import pandas as pd
import pytest
from models.value.cdnow import DATA, HOLDOUT_DAYS, cohort
from models.value.simulated import simulate

from segspark.models.value.backtest import measure_holdout
from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.bgnbd_fit import BgNbdFit, fit_bgnbd
from segspark.models.value.cells import Cells
from segspark.models.value.holdout import MOST_REPEATS

MODEL = BgNbd(0.8, 60.0, 0.9, 3.0)


def test_of_buyers_who_are_as_assumed_the_total_comes_true() -> None:
    people = simulate(MODEL, np.random.default_rng(1).uniform(50, 300, 60_000), seed=3, after=180.0)
    found = measure_holdout(MODEL, people.cells, 180.0, people.later, people.later > 0)
    assert (found.n, found.actual) == (60_000, people.later.sum())
    assert abs(found.error) < 0.02
    assert found.predicted_buyers == pytest.approx(found.actual_buyers, rel=0.02)
    # Who has stopped makes the past pace too high.
    assert found.pace > 1.1 * found.actual
    for row in found.rows:
        assert row.predicted == pytest.approx(row.actual, rel=0.08)


def test_rows_are_by_repeat_orders_and_add_up_to_the_total() -> None:
    cells = Cells(np.array([0, 2, 7, 30]), np.array([0, 9, 20, 30]), np.array([10, 20, 30, 40]), np.array([5, 4, 3, 2]))
    found = measure_holdout(MODEL, cells, 30.0, np.array([1.0, 2, 4, 8]), np.array([1.0, 1, 2, 2]))
    assert [(row.x, row.n, row.actual) for row in found.rows] == [(0, 5, 1), (2, 4, 2), (MOST_REPEATS, 5, 12)]
    assert sum(row.predicted for row in found.rows) == pytest.approx(found.predicted)
    assert found.predicted == pytest.approx((cells.n * MODEL.expected_orders(cells, 30.0)).sum())
    assert (found.actual, found.actual_buyers, found.n) == (15, 6, 14)
    # 30 days more at 2 in 20, 7 in 30 and 30 in 40 days.
    assert found.pace == pytest.approx(4 * 3 + 3 * 7 + 2 * 22.5)


def test_of_cdnow_one_order_in_seven_is_missed() -> None:
    buyers = cohort("master")
    fitted = fit_bgnbd(buyers.cells)
    assert isinstance(fitted, BgNbdFit)
    found = measure_holdout(fitted.model, buyers.cells, HOLDOUT_DAYS / 7, buyers.later, buyers.later > 0)
    assert (round(found.predicted), found.actual) == (16_874, 19_684)
    assert found.error == pytest.approx(-0.1428, abs=1e-4)


def test_of_a_gift_shop_that_shows_nobody_s_stopping_the_total_comes_true() -> None:
    # UCI's Online Retail: nine months of 3,317 buyers, the second half of which is predicted.
    folder = DATA.parent / "online_retail" / "by-day"
    if not folder.exists():
        pytest.skip("no data in SEGSPARK_SHARED_DATA/online_retail")
    columns = ["InvoiceNo", "Quantity", "UnitPrice", "CustomerID"]
    files = [
        pd.read_csv(path, usecols=columns, dtype={"InvoiceNo": str}).assign(day=pd.Timestamp(path.name[:10]))
        for path in sorted(folder.glob("*.csv.gz"))
    ]
    lines = pd.concat(files).dropna(subset=["CustomerID"]).query("Quantity > 0 and UnitPrice > 0")
    days = lines[~lines["InvoiceNo"].str.startswith("C")].drop_duplicates(["CustomerID", "day"])
    cut, n_after = pd.Timestamp("2011-04-17"), 137
    people = days[days["day"] < cut].groupby("CustomerID")["day"].agg(["size", "min", "max"])
    later = days[days["day"] >= cut].groupby("CustomerID").size().reindex(people.index, fill_value=0).to_numpy()
    cells = Cells.of_people(
        people["size"].to_numpy() - 1,
        (people["max"] - people["min"]).dt.days.to_numpy(),
        (cut - people["min"]).dt.days.to_numpy() - 1,
    )
    fitted = fit_bgnbd(cells)
    assert isinstance(fitted, BgNbdFit)
    assert fitted.model.a == 0
    found = measure_holdout(fitted.model, cells, n_after, later, later > 0)
    assert (round(found.predicted), found.actual, found.n) == (3990, 3957, 2330)


def test_of_cdnow_next_orders_come_within_their_time_about_as_often_as_said() -> None:
    buyers = cohort("master")
    fitted = fit_bgnbd(buyers.cells)
    assert isinstance(fitted, BgNbdFit)
    for share, low, high in ((0.1, 0.09, 0.115), (0.25, 0.25, 0.31), (0.5, 0.48, 0.56)):
        time = fitted.model.time_to_order(buyers.cells, share)
        is_seen = time <= HOLDOUT_DAYS / 7
        assert low < (buyers.wait[is_seen] <= time[is_seen]).mean() < high
