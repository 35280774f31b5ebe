"""A command that names no workspace finds it: by the environment, else from the current folder upwards."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import make_workspace
from click.testing import CliRunner

from segspark.app.finding import VARIABLE, find_workspace
from segspark.cli.main import cli
from segspark.errors import ConfigError


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "l'été à Lyon" / "mon espace").folder


def test_the_nearest_file_upwards_is_taken(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = shop / "sources" / "par année"
    deep.mkdir(parents=True, exist_ok=True)
    for folder in (shop, deep):
        monkeypatch.chdir(folder)
        assert find_workspace({}) == shop / "segspark.yaml"
    # A workspace within a workspace is nearer.
    make_workspace(shop / "sources")
    monkeypatch.chdir(deep)
    assert find_workspace({}) == shop / "sources" / "segspark.yaml"


def test_the_environment_goes_over_the_current_folder_and_the_option_over_both(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_workspace(tmp_path / "other").folder
    monkeypatch.chdir(other)
    for named in (shop, shop / "segspark.yaml", f"file://{shop}"):
        assert find_workspace({VARIABLE: str(named)}) == shop / "segspark.yaml"
    assert find_workspace({VARIABLE: " "}) == other / "segspark.yaml"
    monkeypatch.setenv(VARIABLE, str(shop))
    asked: list[Path] = []
    monkeypatch.setattr("segspark.app.workspace.open_workspace", lambda config: asked.append(config))
    monkeypatch.setattr("segspark.query.look.list_tables", lambda workspace: [])
    for more in ([], ["--config", str(other)]):
        assert CliRunner().invoke(cli, ["tables", *more]).exit_code == 0
    assert asked == [shop / "segspark.yaml", other]


def test_where_none_is_the_error_says_what_was_looked_for_and_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as told:
        find_workspace({})
    for part in (VARIABLE, str(tmp_path), "segspark.yaml", "--config", "segspark init"):
        assert part in str(told.value)


@pytest.mark.parametrize(
    ("named", "said"),
    [("{}/none", "no such file"), ("{}", "there is no segspark.yaml"), ("s3://bucket/shop", "not from s3:")],
)
def test_a_variable_that_leads_nowhere_is_no_reason_to_take_another_workspace(
    shop: Path, tmp_path: Path, named: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    with pytest.raises(ConfigError, match=VARIABLE) as told:
        find_workspace({VARIABLE: named.format(tmp_path)})
    assert said in str(told.value)


def test_a_stranger_s_file_above_is_not_taken_up_by_chance(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its Python files would run.
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    own_stat = Path.stat
    monkeypatch.setattr(
        Path, "stat", lambda path, **more: SimpleNamespace(st_mode=own_stat(path, **more).st_mode, st_uid=4712)
    )
    here = shop / "below"
    os.makedirs(here)
    monkeypatch.chdir(here)
    with pytest.raises(ConfigError, match="belongs to another user"):
        find_workspace({})
    monkeypatch.chdir(shop)
    assert find_workspace({}) == shop / "segspark.yaml"
