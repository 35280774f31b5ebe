"""Pages among the artifacts of a run, verified as its documents are, and replaced as a whole."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace
from registry import Registry

from segspark.config.models import Workspace
from segspark.errors import CheckFailed, ConfigError
from segspark.models.mlflow_store import store
from segspark.models.pages import log_pages
from segspark.models.registered import shelf_named
from segspark.models.tracking import read_bytes


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("pages") / "w")


def new_run(workspace: Workspace) -> str:
    version = Registry(workspace).register("churn", date(2026, 6, 1), "d")
    return shelf_named(workspace, "churn").tags[version]["run_id"]


def test_a_page_is_read_as_it_was_last_logged(workspace: Workspace) -> None:
    run = new_run(workspace)
    log_pages(workspace.mlflow, run, {"card.html": "one", "card.fr.html": "un"})
    log_pages(workspace.mlflow, run, {"card.html": "two"})
    assert read_bytes(workspace.mlflow, run, "card.html") == b"two"
    assert read_bytes(workspace.mlflow, run, "card.fr.html") == b"un"


def test_a_page_that_somebody_changed_is_noticed(workspace: Workspace) -> None:
    run = new_run(workspace)
    log_pages(workspace.mlflow, run, {"card.html": "one"})
    (path,) = workspace.folder.rglob(f"{run}/**/card.html")
    path.write_bytes(b"better")
    with pytest.raises(CheckFailed, match=r"card\.html"):
        read_bytes(workspace.mlflow, run, "card.html")


def test_nothing_is_written_elsewhere_than_the_workspace_says(workspace: Workspace, tmp_path: Path) -> None:
    moved = workspace.mlflow.model_copy(update={"artifact_location": str(tmp_path / "other")})
    run = new_run(workspace)
    with pytest.raises(ConfigError, match="was copied, moved"):
        log_pages(moved, run, {"card.html": "one"})
    with store(workspace.mlflow) as mlflow:
        assert not [a for a in mlflow.MlflowClient().list_artifacts(run) if a.path == "card.html"]
