"""The registry on sqlite: moves are written before the alias, and what a kill leaves between the two is put right."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from segspark.config.models import Mlflow
from segspark.errors import ConfigError, GateClosed
from segspark.models import registered
from segspark.models.champions import FORMER, TRAINED, NoChampion
from segspark.models.mlflow_store import store
from segspark.models.propensity.model import CHURN
from segspark.models.registered import (
    MOVE,
    Shelf,
    champion_of_day,
    find_champion,
    record_move,
    registered_name,
    shelf_named,
    shelf_of,
    version_of,
    why_none,
)

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Mlflow:
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    return Mlflow(tracking_uri=uri, artifact_location=str(folder / "artifacts"), experiment="tests")


def register(config: Mlflow, name: str, label_end: date, **tags: str) -> str:
    """A version without a model."""
    with store(config) as mlflow:
        client = mlflow.MlflowClient()
        if not client.search_registered_models(f"name = '{name}'"):
            client.create_registered_model(name)
        with mlflow.start_run() as run:
            given = {"label_end_date": label_end.isoformat(), "digest": "x", "run_id": run.info.run_id, **tags}
        return str(client.create_model_version(name, f"{run.info.artifact_uri}/model", run.info.run_id, given).version)


def move(config: Mlflow, name: str, version: str, day: date, **more: Any) -> None:
    with store(config) as mlflow:
        record_move(
            mlflow.MlflowClient(), name, version, **{"day": day, "kind": TRAINED, "who": "run", "why": "first", **more}
        )


def alias_of(config: Mlflow, name: str) -> str | None:
    return shelf_of(config, name).alias


def speaks(config: Mlflow, name: str, day: date) -> str | None:
    found = find_champion(config, name, day)
    return None if found is None else str(found.version)


def test_moves_are_texts_of_the_model_and_the_alias_shows_the_newest_by_logical_date(config: Mlflow) -> None:
    for _ in range(3):
        register(config, "moved", MAY)
    move(config, "moved", "1", MAY)
    move(config, "moved", "2", JULY, who="ann", why="w" * 900, is_forced=True)
    # A model that is trained for a past day.
    move(config, "moved", "3", JUNE)
    assert alias_of(config, "moved") == "2"
    assert [speaks(config, "moved", day) for day in (date(2026, 4, 30), MAY, JUNE, JULY)] == [None, "1", "3", "2"]
    with store(config) as mlflow:
        tags = mlflow.MlflowClient().get_registered_model("moved").tags
    assert sorted(tags) == [f"{MOVE}00000{n}" for n in (1, 2, 3)]
    second = shelf_of(config, "moved").moves[1]
    assert (second.number, second.who, len(second.why), second.is_forced) == (2, "ann", 500, True)
    # UTC, to the second.
    assert second.at.endswith("+00:00")
    assert len(second.at) == 25


def test_a_version_that_never_was_champion_speaks_about_no_day_whatever_its_alias(config: Mlflow) -> None:
    register(config, "rejected", MAY)
    register(config, "rejected", MAY)
    move(config, "rejected", "1", JUNE)
    with store(config) as mlflow:
        mlflow.MlflowClient().set_registered_model_alias("rejected", "champion", "2")
    assert [speaks(config, "rejected", day) for day in (MAY, JUNE, JULY)] == [None, "1", "1"]


def test_the_champion_of_a_release_without_moves_is_kept_when_the_first_move_is_written(config: Mlflow) -> None:
    register(config, "former", MAY, as_of="2026-05-10")
    register(config, "former", MAY, as_of="2026-05-20")
    with store(config) as mlflow:
        mlflow.MlflowClient().set_registered_model_alias("former", "champion", "2")
    days = [date(2026, 5, 19), date(2026, 5, 20), JUNE, JULY]
    assert [speaks(config, "former", day) for day in days] == [None, "2", "2", "2"]
    register(config, "former", MAY, as_of="2026-06-01")
    move(config, "former", "3", JUNE)
    assert [speaks(config, "former", day) for day in days] == [None, "2", "3", "3"]
    kept = shelf_of(config, "former").moves
    assert [(m.number, m.version, m.kind) for m in kept] == [(1, "2", FORMER), (2, "3", TRAINED)]


class Killed(BaseException):
    pass


def test_what_is_killed_between_move_and_alias_counts_and_the_next_move_puts_the_alias_right(
    config: Mlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        register(config, "killed", MAY)
    move(config, "killed", "1", MAY)

    def killed(point: str) -> None:
        assert point == "model_moved"
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(registered, "point", killed)
        with pytest.raises(Killed):
            move(config, "killed", "2", JUNE)
    assert (alias_of(config, "killed"), speaks(config, "killed", JUNE)) == ("1", "2")
    move(config, "killed", "3", date(2026, 5, 10))
    assert (alias_of(config, "killed"), speaks(config, "killed", JUNE)) == ("2", "2")


# Why there is none ------------------------------------------------------------------------------------------------------


def test_the_reason_is_told_where_no_version_may_speak(config: Mlflow) -> None:
    register(config, "silent", JUNE, expires_after_days="20")
    assert why_none(config, "silent", JULY) == "none is champion"
    move(config, "silent", "1", MAY)
    reasons = [
        why_none(config, "silent", day) for day in (date(2026, 4, 1), date(2026, 5, 31), JUNE, date(2026, 6, 21))
    ]
    assert reasons == [
        "the first is champion from 2026-05-01 on",
        "the label window of version 1 ends on 2026-06-01",
        "",
        "version 1 has expired since 2026-06-21; train again",
    ]
    assert champion_of_day(config, "unknown", JUNE) == NoChampion("none")


def test_where_nothing_was_ever_trained_there_is_none_and_nothing_is_made(tmp_path: Path) -> None:
    empty = Mlflow(tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}", artifact_location=str(tmp_path))
    assert why_none(empty, "shop_churn", JUNE) == "none is champion"
    assert shelf_of(empty, "shop_churn") == Shelf("shop_churn")
    assert list(tmp_path.iterdir()) == []


# Names ------------------------------------------------------------------------------------------------------------------


def test_a_model_is_named_as_it_is_configured_or_as_mlflow_knows_it(
    config: Mlflow, workspace_of: Callable[[Mlflow], Any]
) -> None:
    workspace = workspace_of(config)
    assert registered_name("shop", CHURN) == "shop_churn"
    with pytest.raises(GateClosed, match="No version of churn is registered"):
        shelf_named(workspace, "churn")
    register(config, "shop_churn", MAY)
    register(config, "shop_churn", MAY)
    for name in ("churn", "shop_churn"):
        shelf = shelf_named(workspace, name)
        assert [v.version for v in shelf.versions] == ["1", "2"]
    with pytest.raises(ConfigError, match="Did you mean churn"):
        shelf_named(workspace, "chrun")
    assert version_of(shelf, "1") == "1"
    # Without a champion the newest.
    assert version_of(shelf, None) == "2"
    with pytest.raises(ConfigError, match="has no version 7; it has 1, 2"):
        version_of(shelf, "7")
    move(config, "shop_churn", "1", MAY)
    assert version_of(shelf_named(workspace, "churn"), None) == "1"


@pytest.fixture
def workspace_of() -> Callable[[Mlflow], Any]:
    from segspark.config.models import Workspace

    return lambda config: Workspace(name="shop", mlflow=config)  # type: ignore[call-arg]
