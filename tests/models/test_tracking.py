"""MLflow on sqlite: what is logged can be reviewed, and only a version of the past may speak about a day."""

from datetime import date
from pathlib import Path

import mlflow
import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import SparkSession

from segspark.config.models import Mlflow
from segspark.errors import CheckFailed
from segspark.models.tracking import find_champion, load_champion, log_model, read_document, read_inputs


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Mlflow:
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    return Mlflow(tracking_uri=uri, artifact_location=str(folder / "artifacts"), experiment="tests")


def log(spark: SparkSession, config: Mlflow, add: int, label_end: date, quality: float, name: str = "adder") -> str:
    return log_model(
        config,
        name=name,
        model=PipelineModel([SQLTransformer(statement=f"SELECT *, x + {add} AS y FROM __THIS__")]),
        sample=spark.createDataFrame([(1.0,)], "x double"),
        params={"add": add},
        metrics={"quality": quality, "missing": float("nan")},
        documents={"features.json": {"features": ["x"]}},
        figures={"plot.png": b"png"},
        data_versions={"gold.features": {"version": 3, "rows": 1}},
        as_of=label_end,
        label_end=label_end,
        ranks_by="quality",
        ranking=quality,
    )


def test_a_version_of_the_past_speaks_and_none_of_the_future(spark: SparkSession, config: Mlflow) -> None:
    assert load_champion(config, "adder", date(2026, 6, 1)) is None
    assert log(spark, config, 1, date(2026, 5, 1), 0.7) == "1"
    assert log(spark, config, 2, date(2026, 6, 1), 0.9) == "2"
    assert log(spark, config, 3, date(2026, 6, 1), 0.1) == "3"
    loaded = load_champion(config, "adder", date(2026, 6, 2))
    assert loaded is not None
    assert loaded.model_version == "adder/2"
    assert loaded.model.transform(spark.createDataFrame([(1.0,)], "x double")).collect()[0]["y"] == 3.0
    assert read_inputs(config, loaded) == ["x"]
    older = find_champion(config, "adder", date(2026, 5, 15))
    assert older is not None
    assert str(older.version) == "1"
    assert find_champion(config, "adder", date(2026, 4, 30)) is None


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


def test_files_that_were_changed_are_not_used(spark: SparkSession, config: Mlflow) -> None:
    log(spark, config, 1, date(2026, 5, 1), 0.7, "tampered")
    changed = [
        p
        for p in Path(config.artifact_location or "").rglob("sparkml/stages/*/metadata/part-*")
        if "x + 1" in p.read_text()
    ]
    for path in changed:
        path.write_text(path.read_text().replace("x + 1", "x + 9"))
    with pytest.raises(CheckFailed, match="not those that were registered"):
        load_champion(config, "tampered", date(2026, 6, 1))
