"""The champion changed by hand: refused where a gate is closed or the day is not the version's, and always recorded."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace
from registry import Registry

from segspark.app.promote import promote, rollback
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed, InfrastructureError
from segspark.models.mlflow_store import store
from segspark.models.registered import find_champion, shelf_of
from segspark.models.tracking import read_bytes
from segspark.reports.card import made as card_made
from segspark.store import store_at
from segspark.tables.lease import only_writer

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
NAME = "small_churn"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Version 1 is champion from May on, 2 from June on; 3 was rejected, its label window ends in June."""
    workspace = make_workspace(tmp_path_factory.mktemp("made") / "w")
    registry = Registry(workspace)
    registry.register("churn", MAY, "a")
    registry.register("churn", JUNE, "b")
    registry.register("churn", JUNE, "c", champion=False)
    return workspace


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    """The same with a database of its own."""
    database = tmp_path / "mlflow.db"
    shutil.copy(Path(made.mlflow.tracking_uri.removeprefix("sqlite:///")), database)
    uri = f"sqlite:///{database}"
    return made.model_copy(update={"mlflow": made.mlflow.model_copy(update={"tracking_uri": uri})})


def tag(workspace: Workspace, version: str, **tags: Any) -> None:
    with store(workspace.mlflow) as mlflow:
        for key, value in tags.items():
            mlflow.MlflowClient().set_model_version_tag(NAME, version, key, json.dumps(value))


def speaks(workspace: Workspace, *days: date) -> list[str | None]:
    found = [find_champion(workspace.mlflow, NAME, day) for day in days]
    return [None if one is None else str(one.version) for one in found]


def test_a_version_is_champion_from_now_on_unless_a_day_is_named(workspace: Workspace) -> None:
    assert promote(workspace, "churn", "1", "the new one sends too many") == {
        "model": NAME, "version": "1", "before": "2", "day": JUNE, "why": "the new one sends too many",
        "is_forced": False,
    }  # fmt: skip
    assert promote(workspace, "churn", "3", "a look at July", JULY)["before"] == "1"
    assert speaks(workspace, MAY, JUNE, JULY) == ["1", "1", "3"]
    shelf = shelf_of(workspace.mlflow, NAME)
    assert [(m.number, m.kind, m.who) for m in shelf.moves][2:] == [(3, "promoted", "cli"), (4, "promoted", "cli")]
    assert shelf.alias == "3"
    # The cards say so from then on, also that of the version which was replaced.
    cards = {v: read_bytes(workspace.mlflow, shelf.tags[v]["run_id"], "card.html").decode() for v in ("1", "3")}
    assert "Put into use by hand by cli: “a look at July”." in cards["3"]
    assert "since 1 July 2026 it is version 3" in cards["1"]


def test_who_it_was_is_as_configured(workspace: Workspace) -> None:
    named = workspace.model_copy(update={"mlflow": workspace.mlflow.model_copy(update={"recorded_as": "crm team"})})
    promote(named, "churn", "3", "why not")
    assert shelf_of(workspace.mlflow, NAME).moves[-1].who == "crm team"


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        (
            {"gates": [{"code": "lift", "value": 1.0, "bound": 1.1, "is_open": False}]},
            r"gates are closed: lift \(1.0, bound 1.1\)",
        ),
        ({"decision": {"code": "baseline", "sentence": "it is worse than its baseline"}}, "worse than its baseline"),
    ],
)
def test_a_closed_gate_is_overruled_by_force_alone_which_is_recorded(
    workspace: Workspace, tags: dict[str, Any], told: str
) -> None:
    tag(workspace, "3", **tags)
    with pytest.raises(GateClosed, match=told):
        promote(workspace, "churn", "3", "I like it")
    assert speaks(workspace, JULY) == ["2"]
    assert promote(workspace, "churn", "3", "I like it", force=True)["is_forced"]
    assert speaks(workspace, JULY) == ["3"]
    assert shelf_of(workspace.mlflow, NAME).moves[-1].is_forced
    # Where there was nothing to overrule, nothing is recorded as forced.
    assert not promote(workspace, "churn", "1", "back", force=True)["is_forced"]


@pytest.mark.parametrize(
    ("version", "day", "told"),
    [
        ("3", MAY, "may not speak about 2026-05-01: the label window of version 3 ends on 2026-06-01"),
        ("2", JULY, "version 2 is champion on 2026-07-01 already, since 2026-06-01"),
        ("9", None, "has no version 9; it has 1, 2, 3"),
    ],
)
def test_a_day_or_a_version_that_does_not_fit_is_refused(
    workspace: Workspace, version: str, day: date | None, told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        promote(workspace, "churn", version, "why", day, force=True)


def test_what_has_expired_by_the_day_is_refused(workspace: Workspace) -> None:
    tag(workspace, "3", expires_after_days=10)
    with pytest.raises(ConfigError, match="has expired since 2026-06-11"):
        promote(workspace, "churn", "3", "why", JULY)


def test_a_rollback_goes_back_a_step_each_time_and_changes_no_day_before(workspace: Workspace) -> None:
    promote(workspace, "churn", "3", "a try", JULY)
    assert rollback(workspace, "churn", "it was bad")["before"] == "3"
    assert speaks(workspace, MAY, JUNE, JULY) == ["1", "2", "2"]
    assert rollback(workspace, "churn", "this one too")["version"] == "1"
    assert speaks(workspace, MAY, JUNE, JULY) == ["1", "2", "1"]
    with pytest.raises(GateClosed, match="had no champion before"):
        rollback(workspace, "churn", "and this")
    assert [m.kind for m in shelf_of(workspace.mlflow, NAME).moves][3:] == ["rolled_back", "rolled_back"]


def test_nothing_is_changed_while_a_run_writes(workspace: Workspace) -> None:
    with only_writer(store_at(workspace.lake), "daily", 60.0), pytest.raises(InfrastructureError):
        promote(workspace, "churn", "3", "why")
    assert speaks(workspace, JULY) == ["2"]


def test_in_a_copied_workspace_nothing_is_changed(workspace: Workspace) -> None:
    elsewhere = workspace.mlflow.model_copy(update={"artifact_location": "/elsewhere"})
    with pytest.raises(ConfigError, match="Nothing was written"):
        rollback(workspace.model_copy(update={"mlflow": elsewhere}), "churn", "why")


def test_a_card_that_cannot_be_made_does_not_undo_the_move(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> str:
        raise KeyError("words")

    monkeypatch.setattr(card_made, "render_card", broken)
    moved = promote(workspace, "churn", "1", "as before", force=True)
    assert moved["without_card"].startswith("the card of version 1 cannot be made (KeyError: 'words')")
    assert speaks(workspace, JUNE) == ["1"]
