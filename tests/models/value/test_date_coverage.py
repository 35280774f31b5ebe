"""Stated dates of next orders: kept as often as stated by buyers who are as assumed, and about so by real ones."""

from math import inf

import numpy as np
import pytest
from models.value.cdnow import HOLDOUT_DAYS, cohort
from models.value.simulated import simulate

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.bgnbd_fit import BgNbdFit, fit_bgnbd
from segspark.models.value.cells import Cells
from segspark.models.value.date_coverage import SHARES, date_coverage

MODEL = BgNbd(0.8, 60.0, 0.9, 3.0)


def test_of_buyers_who_are_as_assumed_dates_come_true_as_often_as_stated() -> None:
    people = simulate(MODEL, np.random.default_rng(1).uniform(50, 300, 60_000), seed=3, after=400.0)
    # An order at a fraction of a day is known as one of that day.
    rows = date_coverage(MODEL, people.cells, np.ceil(people.wait), 400.0)
    assert [row.share for row in rows] == list(SHARES)
    for row in rows:
        assert row.measured == pytest.approx(row.stated, abs=4 * np.sqrt(0.25 / row.n))
        assert row.share <= row.stated < row.share + 0.03
    # Of a model that takes everybody for slower, they come true more often.
    slower = date_coverage(BgNbd(0.8, 120.0, 0.9, 3.0), people.cells, np.ceil(people.wait), 400.0)
    assert slower[0].measured > 1.1 * slower[0].stated


def test_a_row_is_of_people_whose_days_have_passed() -> None:
    # Without stopping one order in ten days has probability p by (10 + age) ((1 - p)^(-1 / (1 + x)) - 1) days.
    model = BgNbd(1.0, 10.0, 0.0, 1.0)
    cells = Cells(np.array([0, 0, 1]), np.array([0, 0, 20]), np.array([10, 90, 20]), np.array([3, 4, 5]))
    rows = date_coverage(model, cells, np.array([3.0, inf, 2]), 12.0)
    # By one tenth: 2.2, 11.1 and 1.6 days; by a quarter: 6.7, 33.3 and 4.6; by one half: 20, 100 and 12.4.
    assert [(row.share, row.n) for row in rows] == [(0.1, 12), (0.25, 8)]
    # Whole days: 3 of 23, 12 of 112, and 2 of 32 twice over.
    stated = [3 / 23, 12 / 112, 1 - (30 / 32) ** 2]
    assert rows[0].stated == pytest.approx(np.dot([3, 4, 5], stated) / 12)
    assert (rows[0].measured, rows[1].measured) == (pytest.approx(8 / 12), 1.0)


def test_of_cdnow_dates_come_true_about_as_often_as_stated() -> None:
    buyers = cohort("master")
    cells = buyers.cells.scaled(7)
    fitted = fit_bgnbd(cells)
    assert isinstance(fitted, BgNbdFit)
    rows = {row.share: row for row in date_coverage(fitted.model, cells, np.round(buyers.wait * 7), HOLDOUT_DAYS)}
    for share, worst in ((0.1, 0.02), (0.25, 0.06), (0.5, 0.05)):
        assert abs(rows[share].measured - rows[share].stated) < worst, rows[share]
