"""The contest for value_cents on a small shop for real: the same people, what they spent by hand, and when there is none."""

from typing import Any

import pytest
from builders import rows_of, step_of
from lakes import Lakes
from models.value.test_training import Shop
from monday_shop import DAY, MONDAYS, PEOPLE, WEEKS, order_days

from segspark.app.train import TRAIN, _registered
from segspark.models.model import Fitted
from segspark.models.registered import registered_name
from segspark.models.value import hurdle_contest
from segspark.models.value.amounts import BGNBD, HURDLE, AmountContest
from segspark.models.value.config import CustomerValue
from segspark.models.value.documents import ValueDocuments
from segspark.models.value.hurdle_contest import LEAST_BEFORE
from segspark.models.value.model import VALUE
from segspark.pipeline.runner import run_flow
from segspark.scoring.flow import SCORES
from segspark.tables.contracts import gold
from segspark.time import DAY as ONE_DAY


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    workspace, lake = lakes.copy(MONDAYS, tmp_path_factory.mktemp("hurdle") / "w")
    return Shop(workspace, lake, order_days())


def fitted_by(shop: Shop, **section: Any) -> tuple[Fitted, ValueDocuments]:
    found = shop.train(hurdle=True, **section)
    assert isinstance(found, Fitted), found
    assert isinstance(found.documents, ValueDocuments)
    return found, found.documents


@pytest.fixture(scope="module")
def hurdle(shop: Shop) -> tuple[Fitted, ValueDocuments]:
    """As if the hurdle had won; both are judged as they are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(AmountContest, "chosen", HURDLE)
        return fitted_by(shop)


def test_both_are_judged_by_what_the_same_people_spent_after_the_cut(
    shop: Shop, hurdle: tuple[Fitted, ValueDocuments]
) -> None:
    fitted, documents = hurdle
    contest = documents.amounts
    assert contest is not None
    assert contest.bgnbd is not None
    assert contest.hurdle is not None
    assert contest.gain is not None
    cut = DAY - 70 * ONE_DAY
    known = {who: days for who, days in shop.orders.items() if days[0] < cut}
    spent = sum(100 * (10 + int(who[1:]) % 50) * sum(day >= cut for day in days) for who, days in known.items())
    assert (contest.cut, contest.days, contest.n) == (cut, 70, len(known))
    for amounts in (contest.bgnbd, contest.hurdle):
        assert sum(t.n * t.observed for t in amounts.tenths) == pytest.approx(spent)
        assert sum(t.n * t.announced for t in amounts.tenths) == pytest.approx(spent * amounts.total_ratio)
        # Both know something of who spends much, and are not off by a half.
        assert 0 < amounts.r2 < 1
        assert 0.5 < amounts.total_ratio < 1.5
    assert contest.hurdle.r2 - contest.bgnbd.r2 == pytest.approx(contest.gain.value)
    assert fitted.metrics["value_r2_hurdle"] == contest.hurdle.r2
    assert "value_cents by hurdle (R2 of the hurdle higher by" in fitted.note
    assert ValueDocuments.from_files(documents.to_files()) == documents


def test_where_it_wins_a_registered_version_gives_its_values(shop: Shop, hurdle: tuple[Fitted, ValueDocuments]) -> None:
    fitted, documents = hurdle
    assert fitted.params["value_by"] == HURDLE
    assert {"days_since_order", "n_order_day_lifetime"} <= set(documents.inputs)
    name = registered_name(shop.workspace.name, VALUE)
    _registered(step_of(TRAIN, shop.workspace, shop.lake, DAY), name, VALUE, fitted)
    run_flow(SCORES, shop.workspace, shop.lake, DAY)
    rows = [r for r in rows_of(shop.lake, gold.SCORES, DAY) if r["model_version"] == f"{name}/1"]
    values = {r["person_id"]: r["value"] for r in rows if r["score"] == "value_cents_70d"}
    orders = {r["person_id"]: r["value"] for r in rows if r["score"] == "expected_orders_70d"}
    assert len(values) == len(orders) == PEOPLE
    assert min(values.values()) > 0
    # Not those of BG/NBD, which are between 10 and 60 an order.
    assert any(not 1000 < values[who] / orders[who] < 6000 for who in values)
    # Of all people together both say about the same.
    assert 0.5 < sum(values.values()) / sum(3450 * n for n in orders.values()) < 2


def test_too_little_history_leaves_bgnbd_in_place(shop: Shop) -> None:
    days = 7 * WEEKS
    fitted, documents = fitted_by(shop, horizon_days=(days - LEAST_BEFORE) // 2 + 1)
    assert documents.amounts == AmountContest("history", {"n": days, "needed": 2 * 91 + LEAST_BEFORE})
    assert documents.value_by == fitted.params["value_by"] == BGNBD
    assert "value_cents by bgnbd (history)" in fitted.note
    assert "days_since_order" not in documents.inputs


def test_too_few_buyers_in_a_window_leave_bgnbd_in_place(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hurdle_contest, "fit_hurdle", lambda *_: pytest.fail("nothing is fitted"))
    _, documents = fitted_by(shop, min_repeat_buyers=150)
    assert documents.amounts is not None
    assert documents.amounts.why == "few_people"


def test_it_is_fitted_only_where_it_is_asked_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not CustomerValue().hurdle
    monkeypatch.setattr("segspark.models.value.training.value_contest", lambda *_: pytest.fail("not asked for"))
    found = shop.train()
    assert isinstance(found, Fitted)
    assert found.params["value_by"] == BGNBD
