"""Why somebody has a score, in words of either language."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, store_rows
from pyspark.sql import SparkSession

from segspark.pipeline.view import Question, look
from segspark.query.explain_scores import explain_scores, said
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 3)
REASONS = [
    {"input": "days_since_order", "value": 142.0, "effect": 0.734},
    {"input": "click_rate_90d", "value": -1.0, "effect": -0.2},
]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["last order 142 days ago → likelier (+0.73)", "click rate, 90\xa0d: unknown → less likely (−0.20)"]),
        ("fr", ["dernier achat il y a 142 jours → plus probable (+0,73)", "taux de clic, 90\xa0j\xa0: inconnu → moins probable (−0,20)"]),
    ],
)  # fmt: skip
def test_each_reason_has_its_name_value_and_direction(language: str, lines: list[str]) -> None:
    assert said(REASONS, language) == lines


def test_a_missing_value_is_said_as_such() -> None:
    missing = [{"input": name, "value": None, "effect": 0.5} for name in ("days_since_visit", "days_between_orders")]
    assert said(missing, "fr") == [
        "dernière visite jamais → plus probable (+0,50)",
        "jours entre deux achats\xa0: inconnu → plus probable (+0,50)",
    ]
    assert [line.split(" → ")[0] for line in said(missing, "en")] == [
        "last visit never",
        "days between orders: unknown",
    ]


def test_an_amount_is_said_in_the_currencys_units() -> None:
    (line,) = said([{"input": "net_order_cents_365d", "value": 15813.0, "effect": 0.5}], "en")
    assert line.split(": ", 1)[1] == "158.13 → likelier (+0.50)"


def test_of_a_person_the_scores_with_reasons_are_told(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    score: dict[str, Any] = {"person_id": "ann", "as_of_date": DAY, "score": "churn_90d", "value": 0.8123, "band": "high",
                             "model_version": "m/1", "reasons": REASONS}  # fmt: skip
    store_rows(
        lake, gold.SCORES, score, {**score, "person_id": "bob"}, {**score, "as_of_date": date(2026, 5, 2)},
        {**score, "score": "recency", "reasons": None},
    )  # fmt: skip
    (found,) = explain_scores(look(Question("test", ("gold.scores",)), workspace, lake, DAY), "ann", DAY, "en")
    assert (found["scheme"], found["segment_name"], found["sentence"]) == (
        "scores",
        "churn_90d",
        "Probability of no order, 90\xa0d: 0.81 (high)",
    )
    assert found["definition_version"] == "m/1"
    (in_french,) = explain_scores(look(Question("test", ("gold.scores",)), workspace, lake, DAY), "ann", DAY, "fr")
    assert in_french["sentence"] == "Probabilité de ne pas commander, 90\xa0j\xa0: 0,81 (élevée)"
    assert found["lines"][0].startswith("last order 142 days ago")
