"""A registered version as its card sees it: when it was champion, and what of it is still there."""

from datetime import date
from typing import Any

import pytest
from builders import make_workspace
from registry import Registry

from segspark.config.models import Workspace
from segspark.errors import CheckFailed
from segspark.models.champions import Move, Registered
from segspark.models.mlflow_store import store
from segspark.models.propensity.model import CHURN
from segspark.models.registered import record_move, shelf_named
from segspark.models.run_log import DIGEST_OF
from segspark.models.version import Version, read_version

JUNE = date(2026, 6, 1)


def version(*moves: tuple[int, str]) -> Version[Any]:
    """Version 2, where champions change on days of June."""
    made = tuple(
        Move(at, date(2026, 6, day), v, "trained", "run", "", "") for at, (day, v) in enumerate(moves, start=1)
    )
    return Version("shop_churn", Registered("2", JUNE, JUNE), {}, None, made)


@pytest.mark.parametrize(
    ("moves", "since", "until"),
    [
        ((), None, None),
        (((1, "1"),), None, None),
        (((1, "1"), (8, "2")), 8, None),
        (((1, "2"), (8, "3"), (15, "4")), 1, (8, "3")),
        # Rolled back to: it is champion again, and its last time counts.
        (((1, "2"), (8, "3"), (15, "2")), 15, None),
        # Of two moves of one day the later one counts.
        (((8, "2"), (8, "3")), 8, (8, "3")),
        # A past day that was trained anew does not end its time.
        (((8, "2"), (1, "3")), 8, None),
    ],
)
def test_the_time_of_a_champion(moves: Any, since: int | None, until: tuple[int, str] | None) -> None:
    found = version(*moves)
    assert (found.since.day.day if found.since else None) == since
    assert ((found.until.day.day, found.until.version) if found.until else None) == until


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Versions without documents of their own, one for each test."""
    workspace = make_workspace(tmp_path_factory.mktemp("version") / "w")
    data = {"t": {"version": 3, "rows": 4}}
    for _ in range(3):
        Registry(workspace).register("churn", JUNE, "d", features={"features": []}, data_versions=data)
    return workspace


def read(workspace: Workspace, number: str) -> Version[Any]:
    return read_version(workspace.mlflow, CHURN, shelf_named(workspace, "churn"), number)


def test_what_an_early_release_left_is_read_and_the_rest_is_missing(workspace: Workspace) -> None:
    found = read(workspace, "1")
    assert (found.name, found.number, found.digest, found.fingerprint) == ("small_churn", "1", "d", "")
    assert (found.documents, found.gates, found.decision) == (None, (), {})
    assert found.data == {"t": {"version": 3, "rows": 4}}
    assert found.since is not None


def test_what_is_recorded_is_read(workspace: Workspace) -> None:
    with store(workspace.mlflow) as mlflow:
        client = mlflow.MlflowClient()
        client.set_model_version_tag(
            "small_churn", "2", "gates", '[{"code": "x", "value": 1, "bound": 2, "is_open": false}]'
        )
        client.set_model_version_tag("small_churn", "2", "decision", '{"code": "no_champion", "values": {}}')
        client.set_model_version_tag("small_churn", "2", "model_fingerprint", "f")
        client.log_param(client.get_model_version("small_churn", "2").tags["run_id"], "label_days", 90)
        record_move(client, "small_churn", "2", day=date(2026, 7, 1), kind="promoted", who="ann", why="asked")
    found = read(workspace, "2")
    assert [(gate.code, gate.is_open) for gate in found.gates] == [("x", False)]
    assert (found.decision["code"], found.fingerprint, found.record) == ("no_champion", "f", {"label_days": "90"})
    assert found.since is not None
    assert (found.since.kind, found.since.day) == ("promoted", date(2026, 7, 1))


def test_a_document_that_was_changed_is_no_missing_document(workspace: Workspace) -> None:
    with store(workspace.mlflow) as mlflow:
        client = mlflow.MlflowClient()
        run = client.get_model_version("small_churn", "3").tags["run_id"]
        client.set_tag(run, f"{DIGEST_OF}features.json", "another")
    with pytest.raises(CheckFailed, match=r"features\.json"):
        read(workspace, "3")
