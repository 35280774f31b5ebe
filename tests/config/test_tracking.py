"""Where MLflow keeps its runs and the files of models."""

from pathlib import Path

import pytest
import yaml

from segspark.app.workspace import open_workspace
from segspark.errors import ConfigError


@pytest.mark.parametrize(
    ("uri", "location", "expected"),
    [
        ("", "s3://b/m", "s3://b/m"),
        ("", "s3a://b/m", "s3://b/m"),
        ("", "gs://b/m", "gs://b/m"),
        ("", "m", "{folder}/m"),
        ("", "file:///m", "/m"),
        ("http://host", "mlflow-artifacts:/m", "mlflow-artifacts:/m"),
        ("databricks", "dbfs:/m", "dbfs:/m"),
    ],
)
def test_the_files_of_models_lie_where_a_store_is(tmp_path: Path, uri: str, location: str, expected: str) -> None:
    (tmp_path / "segspark.yaml").write_text(
        yaml.safe_dump({"mlflow": {"tracking_uri": uri, "artifact_location": location}})
    )
    assert open_workspace(tmp_path, {}).mlflow.artifact_location == expected.format(folder=tmp_path.resolve())


@pytest.mark.parametrize(
    ("mlflow", "told"),
    [
        ({"tracking_uri": "s3://b/runs"}, "not in s3:; give sqlite:///FILE"),
        ({"tracking_uri": "hdfs://node/runs"}, "not in hdfs:; give"),
        ({"artifact_location": "mlflow-artifacts:/m"}, "tracking_uri must be its address"),
        ({"artifact_location": "dbfs:/m"}, "there is no store for dbfs:"),
    ],
)
def test_mlflow_is_told_what_it_cannot_use(tmp_path: Path, mlflow: dict[str, str], told: str) -> None:
    (tmp_path / "segspark.yaml").write_text(yaml.safe_dump({"mlflow": mlflow}))
    with pytest.raises(ConfigError, match=told):
        open_workspace(tmp_path, {})
