"""What a flow looks up: declared, resolved once and only when it is asked for, whoever asks."""

import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pipeline.toys import DAY, resource, workspace_at

from segspark.config.models import Settings, Workspace
from segspark.errors import SegsparkError
from segspark.pipeline.context import Context, Resource, Setting


class Counted:
    """A resource that counts how often it is resolved."""

    def __init__(self, name: str = "counted") -> None:
        self.asked: list[Setting] = []
        self.resource: Resource[str] = Resource(name, self._resolve, lambda setting: "identity")

    def _resolve(self, setting: Setting) -> str:
        self.asked.append(setting)
        return f"{setting.workspace.name} of {setting.day}"


def context(workspace: Workspace, *needs: Resource[Any], day: date | None = DAY) -> Context:
    return Context(workspace, day, needs, "play")


def test_a_resource_is_resolved_once_and_only_when_it_is_asked_for(tmp_path: Path) -> None:
    counted, other = Counted(), Counted("other")
    resources = context(workspace_at(tmp_path), counted.resource, other.resource)
    assert resources.identities() == {"counted": "identity", "other": "identity"}
    assert counted.asked == []
    assert [resources[counted.resource] for _ in range(3)] == [f"toys of {DAY}"] * 3
    assert len(counted.asked) == 1
    assert other.asked == []


def test_nothing_is_kept_of_a_resource_that_failed(tmp_path: Path) -> None:
    answers: list[Any] = [ValueError("not yet"), "there"]

    def resolve(setting: Setting) -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    moody: Resource[str] = Resource("moody", resolve, lambda setting: None)
    resources = context(workspace_at(tmp_path), moody)
    with pytest.raises(ValueError, match="not yet"):
        resources[moody]
    assert resources[moody] == "there"


def test_none_is_a_value_as_any_other(tmp_path: Path) -> None:
    asked = []
    nothing: Resource[None] = Resource("nothing", lambda setting: asked.append(1), lambda setting: None)
    resources = context(workspace_at(tmp_path), nothing)
    assert [resources[nothing], resources[nothing]] == [None, None]
    assert asked == [1]


def test_threads_that_ask_at_once_get_one_value(tmp_path: Path) -> None:
    start, made = threading.Barrier(8), []

    def resolve(setting: Setting) -> object:
        made.append(object())
        # Whoever does not wait for the first one comes in here.
        threading.Event().wait(0.05)
        return made[-1]

    slow: Resource[object] = Resource("slow", resolve, lambda setting: None)
    resources, found = context(workspace_at(tmp_path), slow), []

    def ask() -> None:
        start.wait()
        found.append(resources[slow])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(found) == 8
    assert set(found) == set(made)


def test_what_is_not_declared_is_refused(tmp_path: Path) -> None:
    counted = Counted()
    with pytest.raises(SegsparkError, match="counted is looked up by play, which does not declare it"):
        context(workspace_at(tmp_path))[counted.resource]
    # A name alone does not do.
    with pytest.raises(SegsparkError, match="does not declare it"):
        context(workspace_at(tmp_path), Counted().resource)[counted.resource]
    assert counted.asked == []


def test_a_resource_may_stand_on_others_that_need_not_be_declared(tmp_path: Path) -> None:
    counted = Counted()
    above: Resource[str] = Resource("above", lambda setting: f"above {setting[counted.resource]}", lambda setting: None)
    resources = context(workspace_at(tmp_path), above, counted.resource)
    assert resources[above] == f"above toys of {DAY}"
    assert resources[counted.resource] == f"toys of {DAY}"
    assert len(counted.asked) == 1
    assert context(workspace_at(tmp_path), above)[above] == f"above toys of {DAY}"


def test_the_same_of_another_day_is_resolved_for_that_day(tmp_path: Path) -> None:
    counted, tomorrow = Counted(), DAY + timedelta(days=1)
    today = context(workspace_at(tmp_path), counted.resource)
    assert today.on(tomorrow)[counted.resource] == f"toys of {tomorrow}"
    assert today[counted.resource] == f"toys of {DAY}"
    with pytest.raises(SegsparkError, match="looked up by play"):
        today.on(tomorrow)[resource()]


def test_a_day_is_asked_for_only_where_there_is_one(tmp_path: Path) -> None:
    dated: Resource[date] = Resource("dated", lambda setting: setting.as_of, lambda setting: None)
    without = context(workspace_at(tmp_path), dated, day=None)
    with pytest.raises(SegsparkError, match="names none"):
        without[dated]
    assert without.on(DAY)[dated] == DAY


def test_an_identity_is_asked_of_everything_declared(tmp_path: Path) -> None:
    resources = context(workspace_at(tmp_path), resource("a", "long", "short"), resource("b", ["x"]))
    assert resources.identities() == {"a": "short", "b": ["x"]}
    assert context(workspace_at(tmp_path)).identities() == {}


def test_flows_see_settings_without_the_places_of_lake_and_files(tmp_path: Path) -> None:
    settings = context(workspace_at(tmp_path)).settings
    assert type(settings) is Settings
    for name in ("lake", "folder", "keys", "sources"):
        assert not hasattr(settings, name)
    assert settings.name == "toys"
