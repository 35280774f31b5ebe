"""Customer value trained and scored on a small shop for real: counts by hand, the hold-out, permission, and refusals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from builders import make_workspace, rows_of, step_of, store_rows, with_model
from lakes import Lakes
from monday_shop import DAY, MONDAYS, PEOPLE, WEEKS, order_days
from pyspark.sql import SparkSession

from segspark.app.train import TRAIN, _registered
from segspark.config.models import Workspace
from segspark.features.people import people_of_day
from segspark.models.model import Fitted, Refused, Trained
from segspark.models.monitoring.flow import MONITORING
from segspark.models.registered import registered_name
from segspark.models.sections import read_state
from segspark.models.value import training
from segspark.models.value.documents import ValueDocuments
from segspark.models.value.histories import of_permitting
from segspark.models.value.model import VALUE
from segspark.models.value.sections import value_sections
from segspark.models.value.training import holdout_days
from segspark.pipeline.runner import run_flow
from segspark.pipeline.view import Question, look
from segspark.scoring.flow import SCORES
from segspark.sections import Table
from segspark.tables.contracts import gold, silver
from segspark.tables.io.spark_lake import SparkLake

CONFIG = {"min_repeat_buyers": 50, "min_history_days": 200, "horizon_days": 70}


@dataclass(frozen=True)
class Shop:
    workspace: Workspace
    lake: SparkLake
    orders: Mapping[str, Sequence[date]]

    def train(self, **section: Any) -> Fitted | Refused:
        workspace = with_model(self.workspace, VALUE, **{**CONFIG, **section})
        return VALUE.train(step_of(TRAIN, workspace, self.lake, DAY), ())


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    workspace, lake = lakes.copy(MONDAYS, tmp_path_factory.mktemp("value") / "w")
    return Shop(workspace, lake, order_days())


@pytest.fixture(scope="module")
def fitted(shop: Shop) -> Fitted:
    found = shop.train()
    assert isinstance(found, Fitted), found
    return found


def documents_of(fitted: Fitted) -> ValueDocuments:
    assert isinstance(fitted.documents, ValueDocuments)
    return fitted.documents


def test_it_is_fitted_to_everybody_who_has_ordered(shop: Shop, fitted: Fitted) -> None:
    documents = documents_of(fitted)
    n_repeat = sum(len(days) > 1 for days in shop.orders.values())
    assert (documents.orders.n, documents.n_repeat, documents.spending.n) == (PEOPLE, n_repeat, n_repeat)
    # Everybody's amount is the same in each order, and has nothing to do with the pace.
    assert documents.correlation is not None
    assert abs(documents.correlation) < 0.3
    assert fitted.params["horizon_days"] == 70
    assert fitted.label_end == DAY
    assert fitted.metrics["n_buyers"] == PEOPLE
    assert ValueDocuments.from_files(documents.to_files()) == documents


def test_the_holdout_is_what_followed_the_cut(shop: Shop, fitted: Fitted) -> None:
    holdout = documents_of(fitted).holdout
    assert holdout is not None
    cut = DAY - timedelta(days=70)
    known = [days for days in shop.orders.values() if days[0] < cut]
    after = [sum(day >= cut for day in days) for days in known]
    assert (holdout.days, holdout.n) == (70, len(known))
    assert (holdout.actual, holdout.actual_buyers) == (sum(after), sum(n > 0 for n in after))
    # The buyers are about as assumed: few of them, so not exactly.
    assert abs(holdout.error) < 0.3
    assert f"of {sum(after)} in the last 70 days" in fitted.note
    assert fitted.allow_champion
    # Everybody's first order day after the cut, of which some had passed.
    (row, *_) = holdout.dates
    assert row.share == 0.1
    assert abs(row.measured - row.stated) < 4 * (0.25 / row.n) ** 0.5
    assert fitted.metrics["dates_10"] == row.measured


def test_a_holdout_that_is_too_wrong_keeps_it_out_of_use(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = training._read_holdout

    def doubled(*given: Any) -> Any:
        found = measured(*given)
        assert not isinstance(found, str)
        return replace(found, predicted=1.6 * found.actual)

    monkeypatch.setattr(training, "_read_holdout", doubled)
    found = shop.train()
    assert isinstance(found, Fitted)
    assert not found.allow_champion


def test_without_a_holdout_it_says_so_and_is_used(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_read_holdout", lambda *_: "flat_likelihood")
    found = shop.train()
    assert isinstance(found, Fitted)
    assert (documents_of(found).holdout, documents_of(found).why_no_holdout) == (None, "flat_likelihood")
    assert "no hold-out (flat_likelihood)" in found.note
    assert found.allow_champion
    assert "holdout_error" not in found.metrics


def test_every_buyer_has_scores_that_agree_with_each_other(shop: Shop, fitted: Fitted) -> None:
    step = step_of(TRAIN, shop.workspace, shop.lake, DAY)
    people = people_of_day(step, VALUE.needs(documents_of(fitted).inputs))
    assert VALUE.score is not None
    loaded: Any = SimpleNamespace(model=fitted.model)
    scored = VALUE.score(step, loaded, people).collect()
    assert len(scored) == PEOPLE
    assert {name for score in VALUE.scores for name in score.values} | {"person_id"} == set(scored[0].asDict())
    for row in scored:
        assert 0 < row["p_alive"] <= 1
        # Amounts are between 10 and 60.
        assert 1000 * row["expected_orders"] < row["value_cents"] < 6000 * row["expected_orders"]
        for name, share in (("days_to_order_low", 0.1), ("days_to_order", 0.5), ("days_to_order_high", 0.9)):
            assert (row[name] is None) == (row["p_alive"] <= share)


def test_a_registered_version_is_scored_under_the_names_of_its_horizon_and_shown(shop: Shop, fitted: Fitted) -> None:
    _registered(
        step_of(TRAIN, shop.workspace, shop.lake, DAY), registered_name(shop.workspace.name, VALUE), VALUE, fitted
    )
    run_flow(SCORES, shop.workspace, shop.lake, DAY)
    rows = [r for r in rows_of(shop.lake, gold.SCORES, DAY) if r["model_version"] == "small_customer_value/1"]
    numbers = Counter(r["score"] for r in rows)
    dated = {
        0.1: numbers.pop("days_to_order_low"),
        0.5: numbers.pop("days_to_order"),
        0.9: numbers.pop("days_to_order_high"),
    }
    # The horizon is that of the version, not today's configuration.
    assert numbers == {"p_alive": PEOPLE, "expected_orders_70d": PEOPLE, "value_cents_70d": PEOPLE}
    alive = [r["value"] for r in rows if r["score"] == "p_alive"]
    assert dated == {share: sum(value > share for value in alive) for share in dated}
    assert {r["band"] for r in rows if r["score"] == "p_alive"} <= {"low", "medium", "high"}
    view = look(Question("test", ("ops.runs",)), shop.workspace, shop.lake, DAY)
    state = read_state(view, VALUE, DAY)
    assert isinstance(state, Trained)
    assert state.documents == fitted.documents
    section, dates = value_sections(state)
    assert isinstance(dates.content, Table)
    assert isinstance(section.content, Table)


def test_later_buyers_and_their_scores_are_compared_with_those_of_the_training(shop: Shop, fitted: Fitted) -> None:
    reference = documents_of(fitted).reference
    assert reference is not None
    within_a_year = sum((DAY - days[-1]).days <= 365 for days in shop.orders.values())
    assert (reference.n, reference.base_rate) == (within_a_year, None)
    name = registered_name(shop.workspace.name, VALUE)
    version = _registered(step_of(TRAIN, shop.workspace, shop.lake, DAY), name, VALUE, fitted)
    run_flow(SCORES, shop.workspace, shop.lake, DAY)
    run_flow(MONITORING, shop.workspace, shop.lake, DAY)
    rows = [r for r in rows_of(shop.lake, gold.MODEL_DRIFT, DAY) if r["model_version"] == f"{name}/{version}"]
    compared = {(r["kind"], r["name"]) for r in rows}
    inputs = {("input", each) for each in ("days_since_order", "cents_per_order_day")}
    assert compared == inputs | {("score", score.column) for score in VALUE.scores}
    # These are the people of the training themselves.
    assert {(r["model"], r["psi"], r["level"]) for r in rows} == {("customer_value", 0, "steady")}
    view = look(
        Question("test", ("ops.runs", "gold.model_drift", "gold.model_performance")), shop.workspace, shop.lake, DAY
    )
    assert VALUE.sections is not None
    section, *_ = VALUE.sections(view, read_state(view, VALUE, DAY))
    assert any("the 8 measures" in note["en"] for note in section.notes)


def test_too_few_buyers_and_too_short_a_past_are_refused(shop: Shop) -> None:
    found = shop.train(min_repeat_buyers=10_000, min_history_days=365)
    assert isinstance(found, Refused)
    assert [reason["code"] for reason in found.reasons] == ["history", "few_repeat"]
    assert found.reasons[0]["values"]["days"] == 7 * WEEKS


def test_the_holdout_is_half_of_the_past_and_no_longer_than_the_horizon() -> None:
    assert (holdout_days(201, 365), holdout_days(1000, 365), holdout_days(731, 365)) == (100, 365, 365)


def test_who_has_withdrawn_is_not_learnt_from_also_as_of_an_earlier_day(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    for who in ("ann", "bob", "eve"):
        identifier = {"identifier_id": f"id of {who}", "person_id": who, "is_anonymous": False}
        store_rows(lake, silver.IDENTITY_LINKS, {**identifier, "known_as_of": date(2026, 1, 1)})
    # Bob withdrew after the day that the model is trained as of.
    at = DAY + timedelta(days=9)
    store_rows(lake, silver.CONSENTS, {
        "identifier_id": "id of bob", "purpose": "profiling", "value": "withdrawn", "topic": None,
        "effective_at": datetime(at.year, at.month, at.day, 9, tzinfo=UTC),
        "recorded_at": datetime(at.year, at.month, at.day, 9, tzinfo=UTC), "known_as_of": at + timedelta(days=1),
    })  # fmt: skip
    step = step_of(TRAIN, workspace, lake, DAY)
    features = spark.createDataFrame(
        [("ann", 3), ("bob", 3), ("eve", 0)], "person_id string, n_order_day_lifetime bigint"
    )
    assert [r["person_id"] for r in of_permitting(step, features).collect()] == ["ann"]
