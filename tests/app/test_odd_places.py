"""A workspace may lie in any folder: names with spaces, accents, quotes, and what means something in a URL or a glob."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from builders import stored_shop
from click.testing import CliRunner

from segspark.app.workspace import open_workspace
from segspark.cli.main import cli
from segspark.errors import ConfigError

ODD = ("été à Lyon", "l'été", "cafe\u0301", "100 % sûr", "n° #1", "a+b & c", "[2026]", "a*", "a=b, c")


def test_a_folder_that_delta_would_look_for_under_another_name_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "caf%C3%A9"
    folder.mkdir()
    (folder / "segspark.yaml").write_text("name: shop\n")
    with pytest.raises(ConfigError, match="caf%C3%A9/lake holds %C3%A9, which Delta reads as 'é'"):
        open_workspace(folder, {})


@pytest.mark.parametrize("name", ODD)
def test_tables_are_written_and_read_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    workspace = stored_shop(tmp_path / name / "mon espace")
    for command in (["segments", "list"], ["tables"], ["models", "list"]):
        shown = CliRunner().invoke(cli, [*command, "--config", str(workspace.folder), "--json"])
        assert shown.exit_code == 0, shown.output
    rows = json.loads(CliRunner().invoke(cli, ["segments", "list", "--config", str(workspace.folder), "--json"]).output)
    assert [row["people"] for row in rows] == [1, 2]
    page = tmp_path / name / "la page.html"
    assert CliRunner().invoke(cli, ["report", "--config", str(workspace.folder), "--out", str(page)]).exit_code == 0
    assert page.is_file()


@pytest.mark.parametrize("name", ODD)
def test_files_of_sources_are_found_below_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "w"
    assert CliRunner().invoke(cli, ["init", str(folder)]).exit_code == 0
    checked = CliRunner().invoke(cli, ["sources", "check", "--config", str(folder), "--json"])
    assert checked.exit_code == 0, checked.output
    assert {one["source"]: one["files"] for one in json.loads(checked.output)} == {"customers": 1, "orders": 2}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["l'été à Lyon", "n° #1, 100 %"])
def test_a_first_day_runs_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "mon espace"

    def done(*words: str) -> str:
        command = [sys.executable, "-m", "segspark", *words]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    done("init", str(folder))
    done("run", "daily", "--config", str(folder), "--as-of", "2026-06-01", "--json")
    rows = json.loads(done("segments", "list", "--config", str(folder), "--json"))
    assert {row["scheme"] for row in rows} == {"levels", "rfm", "rules"}
    exported = done(
        "segments", "export", "inactive_90d", "--config", str(folder), "--json", "--out", str(folder / "à e.csv")
    )
    assert json.loads(exported)["rows"] > 0
    assert (folder / "à e.csv").is_file()
