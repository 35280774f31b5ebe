"""Stored scores beside each person; tests/app makes them day by day."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, store_rows, with_model
from pyspark.sql import SparkSession

from segspark.models.propensity.model import CHURN
from segspark.pipeline.view import Question, look
from segspark.scoring.flow import stored_windows, with_scores
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 5)
SCORES = [
    ("ann", "recency", 5.0, None), ("ann", "frequency", 4.0, None), ("ann", "monetary", 3.0, None),
    ("ann", "rfm", 543.0, "champions"), ("ann", "engagement", 61.5, "engaged"), ("ann", "churn_90d", 0.25, "low"),
    ("ann", "p_alive", 0.9, "high"),
    # Of bob, who bought nothing, only the cell is known.
    ("bob", "rfm", None, "never_bought"),
]  # fmt: skip


def test_everybody_has_the_scores_of_the_day_and_whoever_has_none_stays(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    rows = [{"person_id": who, "as_of_date": DAY, "score": s, "value": v, "band": b} for who, s, v, b in SCORES]
    other_day = {"person_id": "ann", "as_of_date": date(2026, 5, 4), "score": "recency", "value": 9.0, "band": "other"}
    store_rows(lake, gold.SCORES, *rows, other_day)
    people = spark.createDataFrame([("ann",), ("bob",), ("eve",)], "person_id string")
    view = look(Question("test", ("gold.scores",)), workspace, lake, DAY)
    found = {r["person_id"]: tuple(r)[1:] for r in with_scores(view, people).collect()}
    assert found == {
        "ann": (5, 4, 3, "champions", 61.5, "engaged", 0.25, 0.25, "low", *[None] * 3, 0.9, "high", *[None] * 8),
        "bob": (None, None, None, "never_bought", *[None] * 18),
        "eve": (None,) * 22,
    }


@pytest.mark.parametrize("stored", ["churn_90d", "churn_30d"])
def test_a_score_is_the_same_value_whatever_horizon_its_model_had(
    spark: SparkSession, tmp_path: Path, stored: str
) -> None:
    # The row bears the name of the model's record; today's configuration has no say.
    workspace = with_model(make_workspace(tmp_path / "w"), CHURN, label_days=60)
    lake = SparkLake(workspace.lake, spark)
    row = {"person_id": "ann", "as_of_date": DAY, "score": stored, "value": 0.25, "band": "low"}
    store_rows(lake, gold.SCORES, row, {**row, "score": "churn_of_others", "value": 1.0})
    view = look(Question("test", ("gold.scores",)), workspace, lake, DAY)
    (found,) = with_scores(view, spark.createDataFrame([("ann",)], "person_id string")).collect()
    assert (found["churn"], found["churn_band"]) == (0.25, "low")
    # The name with the configured horizon is that score alone.
    assert found["churn_60d"] is None


def test_scores_are_kept_as_whole_numbers_where_they_are_ranks(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    lake.create(gold.SCORES)
    view = look(Question("test", ("gold.scores",)), workspace, lake, DAY)
    types = dict(with_scores(view, spark.createDataFrame([], "person_id string")).dtypes)
    assert list(types) == [
        "person_id", "recency", "frequency", "monetary", "rfm_cell", "engagement", "engagement_tier", "churn", "churn_90d",
        "churn_band", "engagement_churn", "engagement_churn_90d", "engagement_churn_band", "p_alive", "alive_band", "expected_orders", "expected_orders_365d",
        "value_cents", "value_cents_365d", "days_to_order", "days_to_order_low", "days_to_order_high",
        "send_hour",
    ]  # fmt: skip
    assert (types["recency"], types["engagement"]) == ("int", "double")


def test_counts_are_stored_for_the_windows_of_the_workspace(tmp_path: Path) -> None:
    settings = make_workspace(tmp_path / "w").settings
    own = settings.model_copy(update={"features": settings.features.model_copy(update={"windows": (3, 45)})})
    assert {3, 45} <= set(stored_windows(own))
    assert not {3, 45} & set(stored_windows(settings))
