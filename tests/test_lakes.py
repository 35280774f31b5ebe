"""Lakes to copy are made once, and a copy's changes are its own."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lakes import Lakes, Moment

from segspark.config.models import Workspace
from segspark.segments.schemes.registry import SCHEMES


@pytest.fixture
def made() -> list[str]:
    return []


@pytest.fixture
def evening(made: list[str]) -> Moment:
    def note(text: str) -> Any:
        def go_on(workspace: Workspace, lake: Any) -> None:
            made.append(text)
            with (workspace.folder / "diary").open("a") as diary:
                diary.write(text + "\n")

        return go_on

    return Moment("evening", Moment("noon", None, note("noon")), note("evening"))


def test_a_moment_goes_on_from_the_one_before_and_each_is_made_once(
    tmp_path: Path, evening: Moment, made: list[str]
) -> None:
    for process in range(2):
        lakes = Lakes(tmp_path / "lakes", None)  # type: ignore[arg-type]
        for n in range(2):
            workspace, lake = lakes.copy(evening, tmp_path / f"{process}-{n}")
            assert (workspace.folder / "diary").read_text() == "noon\nevening\n"
            assert lake.store.url == str(tmp_path / f"{process}-{n}" / "lake")
            (workspace.folder / "diary").unlink()
    assert made == ["noon", "evening"]


def test_a_lake_that_was_not_finished_is_made_anew(tmp_path: Path, evening: Moment, made: list[str]) -> None:
    def fail(workspace: Workspace, lake: Any) -> None:
        raise ZeroDivisionError

    lakes = Lakes(tmp_path / "lakes", None)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        lakes.copy(replace(evening, go_on=fail), tmp_path / "w")
    workspace, _ = lakes.copy(evening, tmp_path / "w")
    assert (workspace.folder / "diary").read_text() == "noon\nevening\n"


def test_no_toy_gets_into_a_lake_of_all(tmp_path: Path, evening: Moment) -> None:
    lakes = Lakes(tmp_path / "lakes", None)  # type: ignore[arg-type]
    toy = replace(SCHEMES.all()[0], name="toy")
    with SCHEMES.added(toy), pytest.raises(AssertionError, match="before the toys are plugged in"):
        lakes.copy(evening, tmp_path / "w")
