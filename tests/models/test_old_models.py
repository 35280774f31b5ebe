"""Models that an earlier version saved are loaded and say the same: Spark finds the class of a stage by its name.

``fixtures/`` holds two small pipelines, saved on 28 November 2026 as ``tracking.log_model`` lays them out: one of
behaviour, with the project's own stage that fills from neighbours, and one of churn. They are never saved anew: what
is registered in a workspace is not either.
"""

import json
from pathlib import Path

import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from segspark.errors import CheckFailed
from segspark.models.artifact import PIPELINE, digest_of_pipeline, verify
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.propensity.scoring import asked_for, band_of, population_in

FIXTURES = Path(__file__).parent / "fixtures"


def load(name: str) -> PipelineModel:
    """As ``mlflow.spark.load_model`` does with the folder of a version."""
    return PipelineModel.load(f"file://{FIXTURES / name / 'sparkml'}")


def test_the_saved_stage_is_recorded_under_the_class_that_old_models_name() -> None:
    (metadata,) = FIXTURES.glob("behaviour/sparkml/stages/0_*/stages/1_*/metadata/part-*")
    # A class that moves leaves one of this name behind, for the models of before.
    assert json.loads(metadata.read_text())["class"] == "segspark.models.impute_stage.NearestStage"


def test_an_old_model_of_behaviour_prepares_and_assigns_as_it_did(spark: SparkSession) -> None:
    people = spark.createDataFrame(
        [("ann", 2.0, 8.0, 3.0), ("bob", None, 1.0, 0.0), ("eve", 80.0, None, None)],
        "person_id string, days double, orders double, clicks double",
    )
    rows = {r["person_id"]: r for r in load("behaviour").transform(people).collect()}
    found = {name: [r["x_days"], r["x_orders"], r["x_clicks"]] for name, r in rows.items()}
    # bob's days and eve's orders are those of the two people who are most alike.
    assert found["ann"] == pytest.approx([-1.1582933629044252, 1.1547005383792517, 2.6188655277775865], abs=1e-12)
    assert found["bob"] == pytest.approx([0.7572599478423716, -0.8660254037844387, -1.8116859471333113], abs=1e-12)
    assert found["eve"] == pytest.approx([0.58796362956529, -1.0103629710818451, -1.8116859471333113], abs=1e-12)
    assert {name: r["prediction"] for name, r in rows.items()} == {"ann": 1, "bob": 0, "eve": 0}
    assert [r["is_imputed_days"] for r in rows.values()] == [False, True, False]


def test_an_old_model_of_churn_scores_as_it_did(spark: SparkSession) -> None:
    people = spark.createDataFrame(
        [("ann", 10, 60.0, 2), ("bob", 100, 40.0, 0), ("eve", 200, None, 1), ("zoe", 400, 1.0, 1)],
        "person_id string, days_since_order int, days_between_orders double, n_order_30d int",
    )
    # All that was recorded of the population are its days, and of the bands nothing.
    record = {"active_days": "365", "label_days": "90"}
    scored = asked_for(load("churn"), people.where(population_in(record, NO_ORDER)))
    rows = {r["person_id"]: r for r in scored.withColumn("band", band_of("p", record)).collect()}
    # zoe has not bought for longer than the model speaks about.
    assert {name: r["band"] for name, r in rows.items()} == {"ann": "low", "bob": "high", "eve": "low"}
    assert [rows[n]["p"] for n in ("ann", "bob", "eve")] == pytest.approx(
        [0.1021696146932295, 0.9062788532010772, 0.36698476458973117], abs=1e-12
    )


def test_the_digest_of_an_old_model_stays() -> None:
    # A version is not loaded unless its files have the digest that was registered with it.
    assert {name: digest_of_pipeline(FIXTURES / name) for name in ("behaviour", "churn")} == {
        "behaviour": "21ca50d083887e335e53e2c33f4c1086b547a93f22b7135d94203e0e6352102b",
        "churn": "df870397176900c9a4589d946c03809eb6b98f5bb147c135ed983a6fc713a80b",
    }


def test_an_old_model_is_verified_by_the_digest_that_it_has() -> None:
    tags = {PIPELINE: digest_of_pipeline(FIXTURES / "churn")}
    verify(FIXTURES / "churn", tags, "churn", "1")
    with pytest.raises(CheckFailed, match="churn version 1"):
        verify(FIXTURES / "behaviour", tags, "churn", "1")
