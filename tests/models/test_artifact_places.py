"""A workspace that was copied: its copy reads its own files, writes nothing into the other's, and says what to do."""

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from builders import make_workspace, step_of
from registry import Registry

from segspark.app.train import TRAIN, train
from segspark.app.workspace import open_workspace
from segspark.config.models import Mlflow, Workspace
from segspark.errors import ConfigError
from segspark.models.artifact_places import check_place, is_same
from segspark.models.mlflow_store import CLASSICAL, KIND, store
from segspark.models.registered import find_champion
from segspark.models.tracking import read_document, read_documents
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a version of churn that has documents."""
    workspace = make_workspace(tmp_path_factory.mktemp("original") / "w")
    Registry(workspace).register("churn", DAY, "x", features={"features": ["n_click_30d"]})
    return workspace


@pytest.fixture
def copied(original: Workspace, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(original.folder, tmp_path / "copy")), {})


def run_of(workspace: Workspace) -> str:
    champion = find_champion(workspace.mlflow, "small_churn", DAY)
    assert champion is not None
    run: str = champion.tags["run_id"]
    return run


def test_a_workspace_in_its_place_is_written_to(original: Workspace, tmp_path: Path) -> None:
    check_place(original.mlflow)
    link = tmp_path / "link"
    link.symlink_to(original.folder)
    check_place(open_workspace(link, {}).mlflow)


def test_a_copy_is_not_written_to_and_says_what_to_do(original: Workspace, copied: Workspace) -> None:
    with pytest.raises(ConfigError, match="Nothing was written") as caught:
        check_place(copied.mlflow)
    assert caught.value.exit_code == 2
    told = str(caught.value)
    assert f"mlflow.artifact_location: {original.mlflow.artifact_location}" in told
    assert str(copied.mlflow.artifact_location) in told
    # A training ends before it computes anything.
    step = step_of(TRAIN, copied, SparkLake(copied.lake, None), DAY)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="Nothing was written"):
        train(step)


@pytest.mark.parametrize("way", ["experiment", "artifact_location"])
def test_each_remedy_that_is_named_makes_it_one_that_is_written_to(
    original: Workspace, copied: Workspace, way: str
) -> None:
    value = {"experiment": "copy", "artifact_location": original.mlflow.artifact_location}[way]
    file = copied.folder / "segspark.yaml"
    file.write_text(file.read_text() + yaml.safe_dump({"mlflow": {way: value}}))
    changed = open_workspace(copied.folder, {})
    check_place(changed.mlflow)
    with store(changed.mlflow) as mlflow:
        experiment = mlflow.get_experiment_by_name(changed.mlflow.experiment)
    assert is_same(experiment.artifact_location, changed.mlflow.artifact_location)


def test_a_copy_reads_its_own_files(original: Workspace, copied: Workspace) -> None:
    run = run_of(copied)
    assert run == run_of(original)
    (own,) = Path(str(copied.mlflow.artifact_location)).rglob("features.json")
    own.write_text('{"features": ["of the copy"]}')
    assert read_document(copied.mlflow, run, "features.json") == {"features": ["of the copy"]}
    assert read_documents(copied.mlflow, run) == {"features.json": {"features": ["of the copy"]}}
    assert read_document(original.mlflow, run, "features.json") == {"features": ["n_click_30d"]}


def test_a_copy_without_the_files_does_not_read_those_of_the_original(copied: Workspace) -> None:
    run = run_of(copied)
    shutil.rmtree(str(copied.mlflow.artifact_location))
    with pytest.raises(ConfigError, match="there is no copy of them") as caught:
        read_document(copied.mlflow, run, "features.json")
    assert "mlflow.artifact_location" in str(caught.value)


def test_an_experiment_of_before_gets_its_kind(original: Workspace) -> None:
    with store(original.mlflow) as mlflow:
        client = mlflow.MlflowClient()
        found = client.get_experiment_by_name(original.mlflow.experiment)
        assert found.tags[KIND] == CLASSICAL
        client.delete_experiment_tag(found.experiment_id, KIND)
    check_place(original.mlflow)
    with store(original.mlflow) as mlflow:
        assert mlflow.get_experiment_by_name(original.mlflow.experiment).tags[KIND] == CLASSICAL


def test_where_nothing_was_trained_nothing_is_made(tmp_path: Path) -> None:
    check_place(Mlflow(tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}", artifact_location=str(tmp_path / "a")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("recorded", "configured", "same"),
    [
        ("/a/b", "/a/b/", True),
        ("file:///a/b%20c", "/a/b c", True),
        ("/a/b", "/a/c", False),
        ("/a%20b", "/a b", False),
        ("s3://bucket/a/", "s3://bucket/a", True),
        ("s3a://bucket/a", "s3://bucket/a", True),
        ("s3://bucket/a", "s3://other/a", False),
        ("mlflow-artifacts:/1", "mlflow-artifacts:/1", True),
        ("mlflow-artifacts:/1", "/a", False),
        # Left to MLflow.
        ("/a", "", True),
    ],
)
def test_two_addresses_are_one_place_whatever_they_are_written_like(recorded: str, configured: str, same: bool) -> None:
    assert is_same(recorded, configured) == same
