"""The hazard judged beside BG/NBD on a small shop for real: who ordered by hand, and when nothing is compared."""

from datetime import date, timedelta
from typing import Any

import pytest
from lakes import Lakes
from models.value.test_training import Shop
from monday_shop import DAY, FIRST, MONDAYS, order_days

from segspark.config.models import SalesPeriod
from segspark.models.model import Fitted
from segspark.models.value.config import CustomerValue
from segspark.models.value.documents import ValueDocuments
from segspark.models.value.hazard import HazardContest
from segspark.models.value.hazard_contest import MOST_PERIODS, period_begins, sale_days
from segspark.time import day_number


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    workspace, lake = lakes.copy(MONDAYS, tmp_path_factory.mktemp("hazard") / "w")
    return Shop(workspace, lake, order_days())


def contest_of(shop: Shop, **section: Any) -> tuple[Fitted, HazardContest]:
    found = shop.train(hazard=True, **section)
    assert isinstance(found, Fitted), found
    assert isinstance(found.documents, ValueDocuments)
    assert found.documents.hazard is not None
    assert ValueDocuments.from_files(found.documents.to_files()) == found.documents
    return found, found.documents.hazard


def test_both_are_judged_by_who_ordered_after_the_cut(shop: Shop) -> None:
    fitted, contest = contest_of(shop)
    cut = DAY - timedelta(days=70)
    known = [days for days in shop.orders.values() if days[0] < cut]
    assert (contest.cut, contest.days, contest.n) == (cut, 70, len(known))
    assert contest.observed == pytest.approx(sum(any(day >= cut for day in days) for days in known) / len(known))
    begins = [cut - timedelta(days=days) for days in (90, 60, 30)]
    assert contest.n_periods == sum(days[0] < begin for begin in begins for days in known)
    assert contest.bgnbd is not None
    assert contest.hazard is not None
    # Buyers are about as BG/NBD assumes; the hold-out counts the same people.
    assert isinstance(fitted.documents, ValueDocuments)
    holdout = fitted.documents.holdout
    assert holdout is not None
    assert contest.bgnbd.announced == pytest.approx(holdout.predicted_buyers / holdout.n, abs=0.001)
    for found in (contest.bgnbd, contest.hazard):
        assert 0.6 < found.roc_auc < 0.95
        assert found.announced == pytest.approx(contest.observed, abs=0.15)
    assert fitted.metrics["order_roc_auc_hazard"] == contest.hazard.roc_auc
    assert "log-loss of the hazard lower by" in fitted.note


def test_nothing_is_compared_with_too_few_buyers_or_periods(shop: Shop) -> None:
    assert not CustomerValue().hazard
    _, few = contest_of(shop, min_repeat_buyers=150)
    assert few.why == "few_people"
    # Half of the past is held out, and three periods with a month before them do not fit into the rest.
    fitted, short = contest_of(shop, horizon_days=365)
    assert short == HazardContest("history", {"n": 2, "needed": 3})
    assert "hazard not compared (history)" in fitted.note


def test_periods_end_by_the_cut_with_one_before_them() -> None:
    cut = FIRST + timedelta(days=125)
    assert period_begins(FIRST, cut) == [day_number(FIRST) + days for days in (35, 65, 95)]
    assert len(period_begins(FIRST, FIRST + timedelta(days=5000))) == MOST_PERIODS
    assert period_begins(FIRST, FIRST + timedelta(days=10)) == []


def test_sales_days_are_those_of_the_home_market_with_the_last_one() -> None:
    first = date(2026, 1, 7)
    periods = (
        SalesPeriod(name="winter", start=first, end=date(2026, 1, 8)),
        SalesPeriod(name="ici", start=date(2026, 2, 1), end=date(2026, 2, 1), market="FR"),
        SalesPeriod(name="there", start=date(2026, 3, 1), end=date(2026, 3, 9), market="DE"),
    )
    at = day_number(first)
    assert sale_days(periods, "FR") == {at, at + 1, day_number(date(2026, 2, 1))}
