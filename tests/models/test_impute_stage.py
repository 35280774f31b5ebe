"""The stage of a saved pipeline that fills missing values: saved with the model, and the same wherever it is applied."""

from datetime import date
from pathlib import Path

import numpy as np
from models.clustering.few_people import computed
from pyspark.sql import SparkSession

from segspark.config.models import Mlflow
from segspark.models.clustering.behaviour import Behaviour, train_behaviour, with_behaviour
from segspark.models.clustering.config import Clustering
from segspark.models.impute import fit_nearest
from segspark.models.impute_stage import NearestStage
from segspark.models.tracking import load_champion, log_model


def test_a_single_feature_is_filled_too(spark: SparkSession) -> None:
    # With nothing else to compare people by, a gap gets the mean of the reference.
    imputer = fit_nearest({"x_a": np.array([1.0, 3.0, np.nan])}, ["x_a"], k=2)
    frame = spark.createDataFrame([("p", 1.0), ("q", None)], "person_id string, x_a double")
    made = {r["person_id"]: r["x_a"] for r in NearestStage.of(imputer).transform(frame).collect()}
    assert made == {"p": 1.0, "q": 2.0}


def test_a_saved_model_fills_from_the_same_neighbours_and_gives_the_same_groups(
    spark: SparkSession, tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    kind = np.arange(80) % 2
    values = np.column_stack([kind * 10 + 1.5 * rng.normal(size=80), kind * 50 + rng.normal(size=80)])
    values[rng.random((80, 2)) < 0.15] = np.nan
    people = spark.createDataFrame(
        [(f"{at:04x}", *[None if np.isnan(v) else float(v) for v in row]) for at, row in enumerate(values)],
        "person_id string, a double, b double",
    )
    config = Clustering(features=("a", "b"), k=2, imputation="nearest", neighbours=3, log=())
    fitted = train_behaviour(people, config, date(2026, 6, 1), computed, 1)
    assert isinstance(fitted, Behaviour)

    store = Mlflow(
        tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}", artifact_location=str(tmp_path / "made"), experiment="tests"
    )
    log_model(
        store, name="gappy", model=fitted.model, sample=people.select("a", "b"), params={}, metrics={}, documents={},
        figures={}, data_versions={}, as_of=date(2026, 6, 1), label_end=date(2026, 6, 1), ranks_by="day", ranking=1.0,
    )  # fmt: skip
    loaded = load_champion(store, "gappy", date(2026, 6, 1))
    assert loaded is not None
    made = loaded.model.transform(people).orderBy("person_id").toPandas()
    columns = {"a": values[:, 0], "b": values[:, 1]}
    prepared = fitted.preparation.apply(columns)
    assert np.allclose(made[fitted.preparation.columns].to_numpy(), prepared, atol=1e-9)
    assert made["is_imputed_a"].tolist() == np.isnan(values[:, 0]).tolist()
    centres = np.array(fitted.fitted.centres)
    nearest = ((prepared[:, None, :] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert made["prediction"].tolist() == nearest.tolist()
    # What was read is not touched.
    assert np.array_equal(made["a"].to_numpy(), values[:, 0], equal_nan=True)
    clusters = with_behaviour(loaded.model, people).orderBy("person_id")
    assert clusters.columns == ["person_id", "a", "b", "cluster"]
    assert [r["cluster"] for r in clusters.collect()] == nearest.tolist()
