"""A model of propensity trained and scored on a small shop for real: labels by hand, gates, registration, reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, rows_of, step_of, with_model
from lakes import Lakes
from monday_shop import DAY, FIRST, MONDAYS, order_days
from pyspark.sql import SparkSession

from segspark.app.train import TRAIN, _registered
from segspark.config.models import Workspace
from segspark.errors import CheckFailed
from segspark.models.evaluate.judgement import HELD_OUT, NEXT_CUT
from segspark.models.model import Fitted, Refused
from segspark.models.propensity.documents import CameBack, PropensityDocuments
from segspark.models.propensity.model import CHURN, ENGAGEMENT_CHURN
from segspark.models.registered import find_champion, registered_name
from segspark.models.tracking import read_params
from segspark.pipeline.runner import run_flow
from segspark.scoring.flow import SCORES
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

DAYS = timedelta(days=1)
LABEL = 28
CONFIG: dict[str, Any] = {
    "label_days": LABEL, "min_history_days": 28, "min_people": 40, "min_class": 10, "max_iter": 6, "max_depth": 3,
    "n_training_cuts": 4, "max_calibration_error": 0.5,
}  # fmt: skip
VALIDATE = DAY - LABEL * DAYS


@dataclass(frozen=True)
class Shop:
    workspace: Workspace
    lake: SparkLake

    def train(self, **section: Any) -> Fitted | Refused:
        workspace = with_model(self.workspace, CHURN, **{**CONFIG, **section})
        return CHURN.train(step_of(TRAIN, workspace, self.lake, DAY), ())


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(*lakes.copy(MONDAYS, tmp_path_factory.mktemp("propensity") / "w"))


@pytest.fixture(scope="module")
def fitted(shop: Shop) -> Fitted:
    found = shop.train()
    assert isinstance(found, Fitted), found
    return found


def documents_of(fitted: Fitted) -> PropensityDocuments:
    assert isinstance(fitted.documents, PropensityDocuments)
    return fitted.documents


def counted(cut: date) -> tuple[int, int]:
    """People who had ordered before a day, and those of them who ordered nothing in the window after it."""
    known = [days for days in order_days().values() if days[0] < cut]
    end = cut + LABEL * DAYS
    return len(known), sum(not any(cut <= day < end for day in days) for days in known)


def test_labels_are_what_followed_each_cut(shop: Shop, fitted: Fitted) -> None:
    rows = rows_of(shop.lake, gold.TRAINING_SETS)
    cuts = {row["cut_date"] for row in rows}
    assert VALIDATE in cuts
    assert len(cuts) >= 4
    for cut in cuts:
        here = [row for row in rows if row["cut_date"] == cut]
        assert (len(here), sum(row["label"] for row in here)) == counted(cut)
    assert {row["role"] for row in rows if row["cut_date"] == VALIDATE} == {"validate"}
    # A window that ends after the validation cut is for the published model only.
    assert {r["role"] for r in rows if VALIDATE - LABEL * DAYS < r["cut_date"] < VALIDATE} <= {"recent"}


def test_it_is_judged_on_people_whose_outcome_it_did_not_know(fitted: Fitted) -> None:
    documents = documents_of(fitted)
    assert documents.review is not None
    judged = documents.review.judged
    n, silent = counted(VALIDATE)
    assert (judged.how, judged.n) == (NEXT_CUT, n)
    assert judged.base_rate == pytest.approx(silent / n)
    assert set(judged.baselines) == {"recency", "rfm", "bgnbd"}
    assert 0.6 < judged.roc_auc.value < 1
    assert documents.review.n_trees == fitted.params["n_trees"] <= 6
    assert sum(documents.importances.values()) == pytest.approx(1)


def test_all_that_is_known_of_its_days_is_recorded(fitted: Fitted) -> None:
    assert fitted.label_end == DAY
    assert fitted.params["validation_cut"] == VALIDATE
    assert fitted.params["population"] == "days_since_order <= 365"
    assert set(fitted.data_versions) == {"gold.training_sets", "silver.consents"}


def test_who_came_back_is_counted(fitted: Fitted) -> None:
    cut = VALIDATE - LABEL * DAYS
    end = cut + LABEL * DAYS
    silent = [d for d in order_days().values() if d[0] < cut and not any(cut <= day < end for day in d)]
    back = sum(any(end <= day < DAY for day in days) for days in silent)
    assert documents_of(fitted).came_back == CameBack(cut, LABEL, len(silent), back)


def test_without_an_earlier_window_people_are_held_out(shop: Shop) -> None:
    found = shop.train(n_training_cuts=1)
    assert isinstance(found, Fitted)
    review = documents_of(found).review
    assert review is not None
    assert review.judged.how == HELD_OUT


def test_a_closed_gate_is_published_with_its_figure(shop: Shop) -> None:
    found = shop.train(max_calibration_error=1e-9)
    assert isinstance(found, Fitted)
    closed = {gate.code for gate in found.gates if not gate.is_open}
    assert "calibration" in closed
    assert {reason["code"] for reason in found.outcome["churn_refused"]} == closed
    assert "not used, closed gates: " in found.note


def test_an_input_that_knows_the_label_ends_the_training_with_its_name(shop: Shop) -> None:
    with pytest.raises(CheckFailed, match=r"days_since_order \(AUC 0\.\d+\)"):
        shop.train(max_input_auc=0.55)


def test_other_trees_are_judged_beside_it_and_leave_it_as_it_is(shop: Shop, fitted: Fitted) -> None:
    found = shop.train(challenger="xgboost", learning_curve=False)
    assert isinstance(found, Fitted)
    before, review = documents_of(fitted).review, documents_of(found).review
    assert before is not None
    assert review is not None
    contest, judged = review.challenger, review.judged
    assert contest is not None
    assert contest.judged is not None, contest
    assert contest.model is not None
    assert (contest.judged.how, contest.judged.n) == (NEXT_CUT, judged.n)
    assert 0.6 < contest.judged.roc_auc.value < 1
    assert contest.model.log_loss == pytest.approx(judged.log_loss.value)
    assert contest.model.log_loss_gain.value == pytest.approx(judged.log_loss.value - contest.judged.log_loss.value)
    assert min(contest.seconds, contest.model_seconds) > 0
    assert found.metrics["challenger_log_loss"] == contest.judged.log_loss.value
    assert "; log-loss of XGBoost lower by " in found.note
    assert (review.judged, review.calibration, review.n_trees) == (before.judged, before.calibration, before.n_trees)


@pytest.mark.parametrize(
    ("section", "codes"), [({"min_people": 5000}, ["few_people"] * 2), ({"min_history_days": 300}, ["history"])]
)
def test_too_little_is_refused(shop: Shop, section: dict[str, int], codes: Sequence[str]) -> None:
    found = shop.train(**section)
    assert isinstance(found, Refused)
    assert [reason["code"] for reason in found.reasons] == list(codes)


def test_a_registered_version_scores_by_its_own_record(shop: Shop, fitted: Fitted) -> None:
    name = registered_name(shop.workspace.name, CHURN)
    opened = Fitted(**{**fitted.__dict__, "gates": ()})
    version = _registered(step_of(TRAIN, shop.workspace, shop.lake, DAY), name, CHURN, opened)
    champion = find_champion(shop.workspace.mlflow, name, DAY)
    assert champion is not None
    assert str(champion.version) == version
    # Twice the label window after it.
    assert champion.tags["expires_after_days"] == str(2 * LABEL)
    # What is configured today is not what the version was trained for.
    today = with_model(shop.workspace, CHURN, label_days=60, active_days=1, bands=(0.01, 0.02))
    run_flow(SCORES, today, shop.lake, DAY)
    rows = {r["person_id"]: r for r in rows_of(shop.lake, gold.SCORES, DAY) if r["score"] == f"churn_{LABEL}d"}
    assert len(rows) == counted(DAY)[0]
    assert {row["model_version"] for row in rows.values()} == {f"{name}/{version}"}
    for row in rows.values():
        assert row["band"] == ("high" if row["value"] >= 0.7 else "medium" if row["value"] >= 0.4 else "low")
        reasons = row["reasons"]
        assert 1 <= len(reasons) <= 3
        effects = [abs(reason["effect"]) for reason in reasons]
        assert effects == sorted(effects, reverse=True)
        assert all(reason["input"] in {*documents_of(fitted).fill, "bgnbd"} for reason in reasons)
    record = read_params(shop.workspace.mlflow, champion.tags["run_id"])
    assert record["label_days"] == str(LABEL)


def test_what_its_card_shows_is_measured_at_its_cuts(shop: Shop, fitted: Fitted) -> None:
    review = documents_of(fitted).review
    assert review is not None
    assert [(c.cut, c.n, c.n_label) for c in review.cuts] == [(c.cut, *counted(c.cut)) for c in review.cuts]
    assert review.cuts[-1].role == "validate"
    # Everybody of the training cuts is in the last point, and the calendar is no drift.
    assert review.learning[-1].n_rows == sum(c.n for c in review.cuts if c.role == "train")
    assert {d.name for d in review.drift} == set(documents_of(fitted).fill) - {
        "sale_days_ahead",
        "sale_days_behind",
        "month",
    }
    for drift in review.drift:
        assert sum(drift.expected) == pytest.approx(1)
        assert sum(drift.found) == pytest.approx(1)


def test_without_a_learning_curve_everything_else_is_there(shop: Shop, fitted: Fitted) -> None:
    found = shop.train(learning_curve=False)
    assert isinstance(found, Fitted)
    review, whole = documents_of(found).review, documents_of(fitted).review
    assert whole is not None
    assert review == replace(whole, learning=())


def test_others_have_no_reasons(shop: Shop) -> None:
    run_flow(SCORES, shop.workspace, shop.lake, DAY)
    rows = [r for r in rows_of(shop.lake, gold.SCORES, DAY) if r["score"] == "recency"]
    assert rows
    assert {row["reasons"] for row in rows} == {None}


def test_another_outcome_is_another_value_of_the_same_model(shop: Shop) -> None:
    workspace = with_model(shop.workspace, ENGAGEMENT_CHURN, **CONFIG)
    found = ENGAGEMENT_CHURN.train(step_of(TRAIN, workspace, shop.lake, DAY), ())
    assert isinstance(found, Fitted)
    # In this shop all that is done is ordering.
    assert documents_of(found).model.base_rate == pytest.approx(counted(VALIDATE)[1] / counted(VALIDATE)[0])
    assert "bgnbd" not in (documents_of(found).review or pytest.fail("no review")).judged.baselines


def test_before_anybody_has_ordered_there_is_nothing_to_predict(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    lake.create(gold.ACTIVITY_DAILY)
    found = CHURN.train(step_of(TRAIN, workspace, lake, FIRST), ())
    assert isinstance(found, Refused)
    assert [reason["code"] for reason in found.reasons] == ["no_order"]


def test_the_same_rows_give_one_dataset_id(shop: Shop, fitted: Fitted) -> None:
    ids = {row["dataset_id"] for row in rows_of(shop.lake, gold.TRAINING_SETS)}
    assert fitted.params["dataset_id"] in ids
    before = len(rows_of(shop.lake, gold.TRAINING_SETS))
    again = shop.train()
    assert isinstance(again, Fitted)
    assert again.params["dataset_id"] == fitted.params["dataset_id"]
    assert len(rows_of(shop.lake, gold.TRAINING_SETS)) == before
