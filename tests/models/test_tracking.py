"""MLflow on sqlite: what is logged can be reviewed, and only a version of the past may speak about a day."""

import os
import shutil
import sys
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import SparkSession

from segspark.config.models import Mlflow
from segspark.errors import CheckFailed
from segspark.models import tracking
from segspark.models.artifact import EVERYTHING
from segspark.models.mlflow_store import store
from segspark.models.tracking import find_champion, load_champion, log_model, read_document, read_inputs, requirements
from segspark.store import store_at


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


def test_the_requirements_name_what_trained(
    spark: SparkSession, config: Mlflow, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tracking, "spark_version", lambda: "4.0.2-amzn-0")
    log(spark, config, 1, date(2026, 5, 1), 0.7, "required")
    # What MLflow has to say about a version is in the version.
    assert "registered" not in capfd.readouterr().err
    lines = (model_files(config, "required") / "requirements.txt").read_text().split()
    versions = dict(line.split("==") for line in lines if not line.startswith("mlflow"))
    assert versions.pop("pyspark") == "4.0.2"
    assert versions == {name: metadata.version(name) for name in ("numpy", "pandas", "pyarrow", "scikit-learn")}
    monkeypatch.undo()
    assert requirements()[0] == f"pyspark=={spark.version}"


def model_files(config: Mlflow, name: str) -> Path:
    """The folder of the only version of a model."""
    mlflow.set_tracking_uri(config.tracking_uri)
    (version,) = mlflow.MlflowClient().search_model_versions(f"name = '{name}'")
    return Path(mlflow.MlflowClient().get_model_version_download_uri(name, version.version))


def test_no_file_of_a_version_can_be_changed_removed_or_added(spark: SparkSession, config: Mlflow) -> None:
    log(spark, config, 1, date(2026, 5, 1), 0.7, "tampered")
    folder = model_files(config, "tampered")
    assert {p.name for p in folder.iterdir()} >= {"MLmodel", "conda.yaml", "python_env.yaml", "sparkml"}
    assert load_champion(config, "tampered", date(2026, 6, 1)) is not None
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for now in (content + b" ", None):
            path.unlink()
            if now is not None:
                path.write_bytes(now)
            with pytest.raises(CheckFailed, match="not those that were registered"):
                load_champion(config, "tampered", date(2026, 6, 1))
        path.write_bytes(content)
    (folder / "code").mkdir()
    (folder / "code" / "pyspark.py").write_text("raise SystemExit")
    with pytest.raises(CheckFailed, match="not those that were registered"):
        load_champion(config, "tampered", date(2026, 6, 1))


def test_mlmodel_of_an_old_version_names_neither_the_model_nor_code(spark: SparkSession, config: Mlflow) -> None:
    """Versions of before have the digest of their pipeline alone; what else lies there is not read."""
    log(spark, config, 1, date(2026, 5, 1), 0.7, "old")
    client = mlflow.MlflowClient()
    client.delete_model_version_tag("old", "1", EVERYTHING)
    folder, path = model_files(config, "old"), list(sys.path)
    log(spark, config, 9, date(2026, 5, 1), 0.7, "foreign")
    shutil.copytree(model_files(config, "foreign") / "sparkml", folder / "foreign")
    (folder / "code").mkdir()
    described = (folder / "MLmodel").read_text()
    changed = described.replace("model_data: sparkml", "model_data: foreign").replace("code: null", "code: code")
    assert changed.count("foreign") == 1
    (folder / "MLmodel").write_text(changed)
    tracking._MODELS.clear()
    loaded = load_champion(config, "old", date(2026, 6, 1))
    assert loaded is not None
    assert loaded.model.transform(spark.createDataFrame([(1.0,)], "x double")).collect()[0]["y"] == 2.0
    assert sys.path == path


def test_what_was_verified_is_loaded_whatever_happens_to_the_registry_meanwhile(
    spark: SparkSession, config: Mlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(spark, config, 1, date(2026, 5, 1), 0.7, "swapped")
    folder, verified = model_files(config, "swapped"), tracking.verify

    def swap(*arguments: Any) -> None:
        verified(*arguments)
        for path in folder.rglob("part-*"):
            path.write_text(path.read_text().replace("x + 1", "x + 9"))

    monkeypatch.setattr(tracking, "verify", swap)
    tracking._MODELS.clear()
    loaded = load_champion(config, "swapped", date(2026, 6, 1))
    assert loaded is not None
    assert loaded.model.transform(spark.createDataFrame([(1.0,)], "x double")).collect()[0]["y"] == 2.0


def test_a_document_that_was_changed_is_not_read(spark: SparkSession, config: Mlflow) -> None:
    log(spark, config, 1, date(2026, 5, 1), 0.7, "documented")
    loaded = load_champion(config, "documented", date(2026, 6, 1))
    assert loaded is not None
    run = loaded.tags["run_id"]
    (file,) = Path(config.artifact_location or "").glob(f"{run}/artifacts/features.json")
    file.write_text(file.read_text().replace('"x"', '"y"'))
    for read in (lambda: read_inputs(config, loaded), lambda: tracking.read_documents(config, run)):
        with pytest.raises(CheckFailed, match=r"features\.json"):
            read()


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", ["model_logged", "model_registered"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_training_that_is_killed_leaves_a_registry_that_answers(
    spark: SparkSession, config: Mlflow, monkeypatch: pytest.MonkeyPatch, at: str, is_first: bool
) -> None:
    name = f"killed-{at}-{is_first}"
    if not is_first:
        log(spark, config, 1, date(2026, 5, 1), 0.7, name)

    def killed(point: str) -> None:
        if point == at:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(tracking, "point", killed)
        with pytest.raises(Killed):
            log(spark, config, 2, date(2026, 5, 10), 0.7, name)
    found = find_champion(config, name, date(2026, 5, 20))
    # The version in use stays in use; before the first alias there is none.
    assert (found and str(found.version)) == (None if is_first else "1")
    version = log(spark, config, 2, date(2026, 5, 10), 0.7, name)
    loaded = load_champion(config, name, date(2026, 5, 20))
    assert loaded is not None
    assert loaded.version == version


def test_a_version_without_its_tags_is_passed_over(spark: SparkSession, config: Mlflow) -> None:
    """As an earlier release leaves one whose run was killed, with or without an alias."""
    log(spark, config, 1, date(2026, 5, 1), 0.7, "untagged")
    with store(config) as mlflow_:
        client = mlflow_.MlflowClient()
        source = client.get_model_version("untagged", "1").source
        client.create_model_version("untagged", source)
        client.set_registered_model_alias("untagged", "champion", "2")
        client.create_registered_model("empty")
        client.create_registered_model("only")
        client.create_model_version("only", source)
        client.set_registered_model_alias("only", "champion", "1")
    found = find_champion(config, "untagged", date(2026, 6, 1))
    assert found is not None
    assert str(found.version) == "1"
    assert find_champion(config, "empty", date(2026, 6, 1)) is None
    assert find_champion(config, "only", date(2026, 6, 1)) is None
    # The next training puts it right.
    assert log(spark, config, 3, date(2026, 5, 2), 0.1, "untagged") == "3"
    again = find_champion(config, "untagged", date(2026, 6, 1))
    assert again is not None
    assert str(again.version) == "3"


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


def test_a_model_in_a_bucket_is_verified_and_loaded_like_one_in_a_folder(
    spark: SparkSession, s3: str, tmp_path: Path
) -> None:
    config = Mlflow(
        tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}",
        artifact_location=f"{s3}/{tmp_path.name}",
        experiment="tests",
    )
    assert log(spark, config, 1, date(2026, 5, 1), 0.7, "far") == "1"
    loaded = load_champion(config, "far", date(2026, 6, 2))
    assert loaded is not None
    assert loaded.model.transform(spark.createDataFrame([(1.0,)], "x double")).collect()[0]["y"] == 2.0
    assert read_inputs(config, loaded) == ["x"]
    files = store_at(f"{s3}/{tmp_path.name}")
    names = [file.name.partition("/artifacts/")[2] for file in files.list()]
    assert {"features.json", "plot.png", "model/MLmodel"} <= set(names)
    assert any(name.startswith("model/sparkml/metadata/") for name in names)
    (pipeline,) = [file.name for file in files.list() if "/sparkml/metadata/part-" in file.name]
    files.replace(pipeline, files.read(pipeline) + b" ")
    with pytest.raises(CheckFailed, match="are not those that were registered"):
        load_champion(config, "far", date(2026, 6, 2))
