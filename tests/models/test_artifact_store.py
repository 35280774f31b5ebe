"""The files of models in a bucket: MLflow writes and reads them through the store that the lake uses."""

import os
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from segspark.config.models import Mlflow
from segspark.models.artifact_store import artifacts_in_stores, entries, upload
from segspark.models.mlflow_store import store as opened
from segspark.models.tracking import read_bytes
from segspark.store import Store, store_at

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bucket(s3: str, tmp_path: Path) -> Store:
    return store_at(f"{s3}/{tmp_path.name}")


def test_a_folder_is_written_with_all_below_it_and_listed_one_by_one(bucket: Store, tmp_path: Path) -> None:
    (tmp_path / "model" / "deep").mkdir(parents=True)
    (tmp_path / "model" / "MLmodel").write_bytes(b"flavor")
    (tmp_path / "model" / "deep" / "part").write_bytes(b"")
    upload(bucket, tmp_path / "model", "model")
    assert entries(bucket, "") == [("model", None)]
    assert entries(bucket, "model") == [("model/MLmodel", 6), ("model/deep", None)]
    assert entries(bucket, "model/MLmodel") == []
    assert bucket.read("model/deep/part") == b""


def test_mlflow_gets_back_what_it_wrote(bucket: Store, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(b"a" * 20_000_000)
    with artifacts_in_stores():
        repository = get_artifact_repository(bucket.url)
        repository.log_artifact(str(tmp_path / "in" / "a.txt"), "figures")
        repository.log_artifacts(str(tmp_path / "in"), "model/deep")
        assert [(f.path, f.is_dir) for f in repository.list_artifacts()] == [("figures", True), ("model", True)]
        assert [(f.path, f.file_size) for f in repository.list_artifacts("figures")] == [("figures/a.txt", 20_000_000)]
        there = Path(repository.download_artifacts("model", dst_path=str(tmp_path)))
    assert (there / "deep" / "a.txt").read_bytes() == b"a" * 20_000_000


def test_mlflow_has_its_own_clients_back_afterwards() -> None:
    before = type(get_artifact_repository("s3://b/x"))
    with artifacts_in_stores():
        ours = type(get_artifact_repository("s3://b/x"))
        assert ours is type(get_artifact_repository("az://c/x")) is not before
    with pytest.raises(ValueError, match="mine"), artifacts_in_stores():
        raise ValueError("mine")
    assert type(get_artifact_repository("s3://b/x")) is before
    with pytest.raises(mlflow.MlflowException):
        get_artifact_repository("az://c/x")


def test_an_experiment_keeps_its_files_in_a_bucket_and_its_runs_here(bucket: Store, tmp_path: Path) -> None:
    config = Mlflow(tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}", artifact_location=bucket.url, experiment="shop")
    with opened(config) as client, client.start_run() as run:
        client.log_dict({"a": 1}, "a.json")
    (name,) = [file.name for file in bucket.list()]
    assert name.startswith(run.info.run_id)
    assert read_bytes(config, run.info.run_id, "a.json").startswith(b"{")


def test_no_other_client_of_buckets_is_needed(s3: str, tmp_path: Path) -> None:
    """boto3 brings its own way to credentials; users install it for MLflow's pages alone."""
    program = f"""
import sys
sys.modules["boto3"] = None
from segspark.config.models import Mlflow
from segspark.models.mlflow_store import store
from segspark.models.tracking import read_bytes
config = Mlflow(tracking_uri="sqlite:///{tmp_path}/mlflow.db", artifact_location="{s3}/alone", experiment="shop")
with store(config) as mlflow, mlflow.start_run() as run:
    mlflow.log_text("text", "a.txt")
print(read_bytes(config, run.info.run_id, "a.txt"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.stdout == "b'text'\n", done.stderr[-2000:]
