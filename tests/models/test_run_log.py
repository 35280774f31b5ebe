"""What a run of MLflow holds for a review of its model, and who can read its files."""

import os
from datetime import date
from importlib import metadata
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from models.logged import log, model_files
from pyspark.sql import SparkSession

from segspark.config.models import Mlflow
from segspark.models import run_log
from segspark.models.mlflow_store import store
from segspark.models.run_log import requirements
from segspark.models.tracking import read_document


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Mlflow:
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    return Mlflow(tracking_uri=uri, artifact_location=str(folder / "artifacts"), experiment="tests")


def test_a_run_holds_what_a_review_needs(spark: SparkSession, config: Mlflow) -> None:
    version = log(spark, config, 1, date(2026, 5, 1), 0.7, "reviewed")
    mlflow.set_tracking_uri(config.tracking_uri)
    client = mlflow.MlflowClient()
    found = client.get_model_version("reviewed", version)
    run = client.get_run(found.tags["run_id"])
    assert run.data.params["add"] == "1"
    assert run.data.metrics == {"quality": 0.7}
    assert run.data.tags["data.gold.features"] == "version 3, 1 rows"
    assert {f.path for f in client.list_artifacts(run.info.run_id)} >= {
        "plot.png",
        "features.json",
        "data_versions.json",
    }
    assert read_document(config, run.info.run_id, "features.json") == {"features": ["x"]}
    signature = mlflow.models.get_model_info("models:/reviewed@champion").signature
    assert [c.name for c in signature.inputs.inputs] == ["x"]


def test_the_requirements_name_what_trained(
    spark: SparkSession, config: Mlflow, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_log, "spark_version", lambda: "4.0.2-amzn-0")
    log(spark, config, 1, date(2026, 5, 1), 0.7, "required")
    # What MLflow has to say about a version is in the version.
    assert "registered" not in capfd.readouterr().err
    lines = (model_files(config, "required") / "requirements.txt").read_text().split()
    versions = dict(line.split("==") for line in lines if not line.startswith("mlflow"))
    assert versions.pop("pyspark") == "4.0.2"
    assert versions == {name: metadata.version(name) for name in ("numpy", "pandas", "pyarrow", "scikit-learn")}
    monkeypatch.undo()
    assert requirements()[0] == f"pyspark=={spark.version}"


def test_what_is_logged_is_for_its_owner_alone(spark: SparkSession, config: Mlflow) -> None:
    before = os.umask(0o077)
    try:
        log(spark, config, 1, date(2026, 5, 1), 0.7, name="private")
    finally:
        os.umask(before)
    with store(config):
        run = MlflowClient().get_model_version("private", "1").run_id
    folder = next(p for p in Path(str(config.artifact_location)).rglob("*") if p.name == run)
    files = [p for p in folder.rglob("*") if p.is_file()]
    assert any("sparkml" in str(p) for p in files)
    assert [str(p) for p in files if p.stat().st_mode & 0o077] == []
