"""A model is refused where the data cannot carry the claim, with what would be needed."""

import json
from dataclasses import asdict
from datetime import date

from pyspark.sql import SparkSession

from segspark.config.models import Churn
from segspark.models.churn.train import Gate, check_gates
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
