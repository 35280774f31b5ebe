"""The command line without Spark: messages, exit codes, JSON for programs, and help that is there at once."""

import json
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, store_rows, stored_shop
from click.testing import CliRunner, Result

from segspark import __version__
from segspark.app.workspace import open_workspace
from segspark.cli.main import cli, main
from segspark.cli.output import INTERNAL
from segspark.features.describe import FIELDS
from segspark.pipeline.progress import Lines, Quiet
from segspark.tables.contracts import gold
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake

CLONE = Path(__file__).parents[2]
# Shows the help of every command in one process, and after each looks at what is imported.
HELP = """
import sys
import click
from click.testing import CliRunner
from segspark.cli.main import cli

def commands(command, path):
    yield path
    for name, one in getattr(command, "commands", {}).items():
        yield from commands(one, [*path, name])

for path in commands(cli, []):
    shown = CliRunner().invoke(cli, [*path, "--help"])
    assert shown.exit_code == 0 and "Usage:" in shown.output, path
    heavy = {"pyspark", "pandas", "numpy", "pyarrow", "mlflow", "pydantic", "deltalake"} & set(sys.modules)
    assert not heavy, (path, heavy)
    print(" ".join(path))
"""


def ask(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace without a lake."""
    return make_workspace(tmp_path / "w").folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of a small lake, only looked at."""
    return stored_shop(tmp_path_factory.mktemp("shown") / "w").folder


# Help -------------------------------------------------------------------------------------------------------------


def test_the_help_of_no_command_imports_what_takes_long() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, cwd=CLONE, check=False)
    assert done.returncode == 0, done.stderr
    shown = set(done.stdout.splitlines())
    assert {"run", "features list", "segments export", "segments decisions", "doctor", "report"} <= shown
    assert len(shown) > 25


def test_the_version_is_the_package_s() -> None:
    assert ask("--version").output.strip().endswith(__version__)


# Exit codes ---------------------------------------------------------------------------------------------------------


def exit_of(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> object:
    monkeypatch.setattr(sys, "argv", ["segspark", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code


def test_a_wrong_workspace_is_one_message_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_of(monkeypatch, "tables", "--config", tmp_path) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("segspark: ")
    assert "Traceback" not in shown.err


def test_wrong_usage_is_exit_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_of(monkeypatch, "tabels") == 2
    assert "No such command 'tabels'" in capsys.readouterr().err


def test_a_closed_gate_is_exit_3(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_of(monkeypatch, "segments", "merge", "a", "b", "--config", shop) == 3
    assert "There are no groups yet. Run: segspark run train" in capsys.readouterr().err


def test_a_bug_shows_where_it_is_and_exit_70(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(path: Path) -> None:
        raise KeyError("oops")

    monkeypatch.setattr("segspark.app.workspace.open_workspace", broken)
    assert exit_of(monkeypatch, "tables", "--config", folder) == 70
    shown = capsys.readouterr().err
    assert "KeyError: 'oops'" in shown
    assert "this is a bug" in shown


def test_an_interrupted_command_is_exit_130(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("segspark.app.workspace.open_workspace", interrupted)
    assert exit_of(monkeypatch, "tables", "--config", folder) == 130


# Commands -----------------------------------------------------------------------------------------------------------


def test_a_first_workspace_is_made_and_says_what_to_run_next(tmp_path: Path) -> None:
    new = tmp_path / "new"
    made = ask("init", new)
    assert (made.exit_code, made.output) == (
        0, f"Made {new}. Next: segspark run daily --config {new} --as-of 2026-06-01\n"
    )  # fmt: skip
    assert open_workspace(new, {}).folder == new.resolve()
    assert ask("segments", "check", "--config", new).output == "the definitions are fine\n"


def test_what_to_run_next_can_be_pasted_into_a_shell_whatever_the_folder_is_called(tmp_path: Path) -> None:
    new = tmp_path / "l'été à Lyon"
    words = shlex.split(ask("init", new).output.partition("Next: ")[2])
    assert words == ["segspark", "run", "daily", "--config", str(new), "--as-of", "2026-06-01"]


@pytest.mark.parametrize("flow", ["ingest", "daily", "hourly", "train"])
def test_a_flow_needs_its_day(folder: Path, flow: str) -> None:
    shown = ask("run", flow, "--config", folder)
    assert shown.exit_code == 2
    assert f"{flow} needs --as-of, e.g. --as-of 2026-06-01" in shown.output


@pytest.mark.parametrize("days", [[], ["--from", "2026-05-01"], ["--to", "2026-05-01"]])
def test_a_backfill_needs_both_its_days(folder: Path, days: list[str]) -> None:
    shown = ask("run", "backfill", "--config", folder, "--as-of", "2026-05-09", *days)
    assert shown.exit_code == 2
    assert "backfill needs --from and --to" in shown.output


@pytest.mark.parametrize("command", ["repair", "restate"])
def test_features_of_a_day_are_made_anew_for_a_day_only(folder: Path, command: str) -> None:
    shown = ask("features", command, "--config", folder)
    assert (shown.exit_code, "--as-of" in shown.output) == (2, True)


def test_the_workspace_is_named_by_its_folder_or_its_file(folder: Path) -> None:
    assert ask("tables", "--config", folder).output == ask("tables", "--config", folder / "segspark.yaml").output


def test_tables_are_listed_for_people_and_for_programs(shop: Path) -> None:
    rows = json.loads(ask("tables", "--config", shop, "--json").output)
    assert [r["table"] for r in rows] == [c.name for c in ALL]
    assert next(r["rows"] for r in rows if r["table"] == "gold.segments") == 5
    head, *lines, total, mark = ask("tables", "--config", shop).output.splitlines()
    assert head.split() == ["table", "rows", "version", "grain", "path"]
    assert (len(lines), total, mark) == (len(ALL), f"{len(ALL)} tables", INTERNAL)
    found = ask("tables", "--config", shop, "--search", "segment", "--top", "1").output.splitlines()
    assert (found[1].split()[0], found[2]) == ("gold.segment_profiles", f"1 of {len(ALL)} tables")


def test_features_are_listed_by_family(folder: Path) -> None:
    every = json.loads(ask("features", "list", "--config", folder, "--json").output)
    mail = json.loads(ask("features", "list", "--config", folder, "--json", "--family", "mail").output)
    assert {r["family"] for r in mail} == {"mail"}
    assert 0 < len(mail) < len(every)
    assert set(FIELDS) <= set(mail[0])
    assert "There is no family 'mial'. Did you mean mail?" in str(
        ask("features", "list", "--config", folder, "--family", "mial").exception
    )
    *_, last, total = ask("features", "list", "--config", folder, "--search", "N ORDER LIFETIME").output.splitlines()
    assert "n_order_lifetime" in last
    assert total.endswith(f" of {len(every)} features")


def test_a_feature_is_described_in_lines_or_as_one_object(folder: Path) -> None:
    found = json.loads(ask("features", "describe", "n_click_30d", "--config", folder, "--json").output)
    assert (found["feature"], found["family"]) == ("n_click_30d", "mail")
    lines = ask("features", "describe", "n_click_30d", "--config", folder).output.splitlines()
    assert "feature: n_click_30d" in lines
    # A list is one line.
    assert f"columns: {', '.join(found['columns'])}" in lines


def test_a_feature_that_is_not_there_is_answered_with_near_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_of(monkeypatch, "features", "describe", "n_clik_30d", "--config", folder) == 2
    assert "Did you mean n_click_30d" in capsys.readouterr().err


def test_a_plan_of_features_says_what_happens_to_the_tiles(folder: Path) -> None:
    told = "there are no tiles yet; the first run makes them"
    assert json.loads(ask("features", "plan", "--config", folder, "--json").output) == {
        "tiles": told, "measures": [], "columns": []
    }  # fmt: skip
    assert ask("features", "plan", "--config", folder).output == f"{told}\nnothing yet\n"


def test_cleaning_says_what_it_would_remove_and_then_removes_it(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = Lake(workspace.lake)
    assert ask("clean", "--config", workspace.folder).output == "nothing to remove\n"
    assert json.loads(ask("clean", "--config", workspace.folder, "--json").output) == []
    store_rows(lake, gold.SEGMENT_REGISTRY, {"segment_id": "x"})
    left = Path(lake.path(gold.SEGMENT_REGISTRY)) / "part-of-a-failed-run.parquet"
    left.write_bytes(b"x")
    options = ("clean", "--config", workspace.folder, "--hours", 0, "--json")
    expected = [{"table": "gold.segment_registry", "files": 1, "days_beyond_retention": 0, "rows_beyond_retention": 0}]
    assert json.loads(ask(*options, "--dry-run").output) == expected
    assert left.exists()
    assert json.loads(ask(*options).output) == expected
    assert not left.exists()


def test_the_doctor_is_ill_at_ease_where_anything_is_wrong(folder: Path) -> None:
    shown = ask("doctor", "--config", folder, "--json")
    rows = {r["check"]: r for r in json.loads(shown.output)}
    # The workspace's sources have no files.
    assert shown.exit_code == 1
    assert (rows["source orders"]["state"], rows["workspace"]["state"]) == ("wrong", "fine")
    assert rows["segments"]["detail"] == "3 rules, levels: yes"


def test_a_report_of_an_empty_lake_says_what_to_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_of(monkeypatch, "report", "--config", folder) == 2
    assert "The lake has no segments yet. Run: segspark run daily" in capsys.readouterr().err


def test_a_report_is_written_where_it_is_wanted_and_its_place_told(shop: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    shown = ask("report", "--config", shop, "--as-of", "2026-05-03", "--language", "fr", "--out", page)
    assert (shown.exit_code, shown.output) == (0, f"{page}\n")
    assert '<html lang="fr">' in page.read_text()


# What a command asks of a run: the run itself is not started -----------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[tuple[Any, ...]]:
    """What the runs were asked that commands have started."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setenv("SEGSPARK_WORKSPACE", str(folder))

    def run(
        flow: str, config: Path, as_of: date, *, first: Any = None, models: Any = (), progress: Any
    ) -> dict[str, Any]:
        calls.append((flow, as_of, first, type(progress)))
        return {"as_of": as_of, "people": 3}

    monkeypatch.setattr("segspark.app.run.run", run)
    return calls


def test_a_run_tells_its_progress_to_people_and_its_outcome_to_programs(asked: list[tuple[Any, ...]]) -> None:
    assert ask("run", "daily", "--as-of", "2026-06-01").output == ""
    assert json.loads(ask("run", "daily", "--as-of", "2026-06-01", "--json").output) == {
        "as_of": "2026-06-01", "people": 3, "internal": True
    }  # fmt: skip
    day = date(2026, 6, 1)
    assert asked == [("daily", day, None, Lines), ("daily", day, None, Quiet)]


def test_a_backfill_goes_from_the_first_day_to_the_last(asked: list[tuple[Any, ...]]) -> None:
    assert ask("run", "backfill", "--from", "2026-05-01", "--to", "2026-05-09").exit_code == 0
    assert ask("run", "backfill", "--from", "2026-05-01", "--to", "2026-05-01").exit_code == 0
    assert [call[1:3] for call in asked] == [
        (date(2026, 5, 9), date(2026, 5, 1)), (date(2026, 5, 1), date(2026, 5, 1)),
    ]  # fmt: skip


@pytest.mark.parametrize("flow", ["repair", "restate"])
def test_features_are_made_anew_by_the_flow_of_that_name(asked: list[tuple[Any, ...]], flow: str) -> None:
    assert json.loads(ask("features", flow, "--as-of", "2026-06-01", "--json").output)["people"] == 3
    assert asked == [(flow, date(2026, 6, 1), None, Quiet)]
