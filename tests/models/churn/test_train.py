"""A model is refused where the data cannot carry the claim; else it is measured beside what is simpler."""

import json
from dataclasses import asdict, replace
from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.models.churn.config import Churn
from segspark.models.churn.train import ChurnModel, Gate, check_gates, score_churn, train_churn
from segspark.models.churn.training_set import Cuts
from segspark.reports.texts import TEXTS

CUTS = Cuts((date(2026, 1, 1),), date(2026, 4, 1))
CONFIG = Churn(min_people=10, min_class=3, min_history_days=180, label_days=90)


def gates(spark: SparkSession, first: date | None, train: tuple[int, int], validate: tuple[int, int]) -> list[Gate]:
    rows = [
        (f"{role}{i}", role, int(i < churned))
        for role, (n, churned) in (("train", train), ("validate", validate))
        for i in range(n)
    ]
    return check_gates(spark.createDataFrame(rows, "person_id string, role string, label int"), first, CUTS, CONFIG)


def test_enough_of_everything(spark: SparkSession) -> None:
    assert gates(spark, date(2025, 1, 1), (20, 5), (20, 17)) == []


def test_each_lack_is_told_once(spark: SparkSession) -> None:
    found = gates(spark, date(2025, 12, 1), (9, 4), (30, 2))
    assert [g.code for g in found] == ["history", "few_people", "few_labels"]
    assert found[0].values == {"days": 31, "needed": 180, "ready": date(2026, 11, 26)}
    assert "wait until 2026-11-26" in str(found[0])
    assert gates(spark, None, (20, 5), (20, 5)) == [Gate("no_order", {})]


def test_every_gate_is_said_in_both_languages_and_outlives_a_record() -> None:
    for gate in (
        Gate("no_order", {}),
        Gate("history", {"days": 3, "needed": 180, "ready": date(2026, 11, 26)}),
        Gate("few_people", {"n": 3, "needed": 10}),
        Gate("few_labels", {"churned": 1, "n": 3, "needed": 10}),
    ):
        assert str(gate)
        for text in TEXTS[f"refused_{gate.code}"]:
            assert text.format(**{k: str(v) for k, v in gate.values.items()})
        assert json.loads(json.dumps(asdict(gate), default=str))["code"] == gate.code


# ann and whoever is like her bought lately and buys again; bob and whoever is like him does not.
INPUTS = {"days_since_order": 1000.0, "n_order_30d": 0.0}


def training_rows(spark: SparkSession) -> DataFrame:
    rows = []
    for role, cut in (("train", CUTS.train[0]), ("validate", CUTS.validate)):
        for at in range(60):
            churns = at % 2
            values = [float(20 + at % 7 + 150 * churns), float(1 - churns)]
            rows.append((f"{at * 104729 % 16**6:06x}{role}", cut, role, churns, values))
    return spark.createDataFrame(rows, "person_id string, cut_date date, role string, label int, values array<double>")


@pytest.fixture(scope="module")
def model(spark: SparkSession) -> ChurnModel:
    return train_churn(training_rows(spark), INPUTS, CUTS, CONFIG.model_copy(update={"max_iter": 2, "max_depth": 2}))


def test_a_model_is_measured_on_the_later_cut_beside_recency_alone(model: ChurnModel) -> None:
    assert (model.n_train, model.evaluation.n, model.evaluation.base_rate) == (60, 60, 0.5)
    # Either tells the two kinds of people apart: the model is no worse than what is simpler.
    assert model.evaluation.roc_auc == model.baseline.roc_auc == 1
    assert model.is_worth_it
    worse = replace(model, evaluation=replace(model.evaluation, pr_auc=0.9))
    assert not worse.is_worth_it
    # The last day that it has seen is the last of the labels of the later cut.
    assert model.label_end == date(2026, 6, 30)


def test_importances_are_of_the_inputs_the_greatest_first(model: ChurnModel) -> None:
    assert set(model.importances) <= set(INPUTS)
    assert sum(model.importances.values()) == pytest.approx(1)
    assert list(model.importances.values()) == sorted(model.importances.values(), reverse=True)


def test_buyers_are_scored_with_what_is_missing_filled_and_others_are_not(
    spark: SparkSession, model: ChurnModel
) -> None:
    people = spark.createDataFrame(
        [("ann", 21, 1), ("bob", 172, 0), ("eve", 172, None), ("old", 366, 0), ("new", None, 0)],
        "person_id string, days_since_order int, n_order_30d int",
    )
    rows = {r["person_id"]: r for r in score_churn(model.model, people, 365).collect()}
    assert sorted(rows) == ["ann", "bob", "eve"]
    assert rows["ann"]["churn"] < 0.4 < rows["bob"]["churn"]
    assert rows["ann"]["band"] == "low"
    # No order in thirty days is what a missing number stands for.
    assert rows["eve"]["churn"] == rows["bob"]["churn"]


def test_of_too_many_rows_a_share_is_fitted_by_the_ids(spark: SparkSession) -> None:
    few = CONFIG.model_copy(update={"max_iter": 1, "max_depth": 1, "max_training_rows": 40})
    found = train_churn(training_rows(spark), INPUTS, CUTS, few)
    ids = [at * 104729 % 16**6 for at in range(60)]
    assert found.n_train == sum(i < 16**6 * 40 // 60 for i in ids)
    # All are looked at to measure it.
    assert found.evaluation.n == 60
