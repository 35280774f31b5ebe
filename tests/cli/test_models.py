"""``segspark models``: what is printed for people and for programs, and the exit codes."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from builders import make_workspace
from click.testing import CliRunner, Result
from models.monitoring.test_since import drift, window
from models.training_sets.shown import CARD
from models.training_sets.test_stored import store_set
from registry import Registry

from segspark.app.workspace import open_workspace
from segspark.cli.main import cli, main
from segspark.errors import GateClosed
from segspark.models.mlflow_store import store
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

CLONE = Path(__file__).parents[2]


def ask(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["models", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of churn, the second with a closed gate and a page."""
    workspace = make_workspace(tmp_path_factory.mktemp("shelf") / "w")
    registry = Registry(workspace)
    registry.register("churn", date(2026, 5, 1), "a")
    registry.register("churn", date(2026, 6, 1), "b", champion=False)
    with store(workspace.mlflow) as mlflow:
        client = mlflow.MlflowClient()
        gates = [{"code": "lift", "value": 1.0, "bound": 1.1, "is_open": False}]
        client.set_model_version_tag("small_churn", "2", "gates", json.dumps(gates))
        run = client.get_model_version("small_churn", "2").tags["run_id"]
        client.log_metric(run, "log_loss", 0.4)
    return workspace.folder


def test_versions_are_listed(folder: Path) -> None:
    head, first, second = ask("list", "--config", folder).output.splitlines()
    assert head.split() == ["model", "version", "as_of", "label_end", "expires", "is_champion", "decided"]
    assert first.split()[:5] == ["churn", "1", "2026-05-01", "2026-05-01", "True"]
    assert "False" in second
    rows = json.loads(ask("list", "--config", folder, "--as-of", "2026-04-01", "--json").output)
    assert rows[0]["decided"] == "no champion on 2026-04-01: the first is champion from 2026-05-01 on"


def test_a_version_is_shown_in_lines_and_tables(folder: Path) -> None:
    lines = ask("show", "churn", 2, "--config", folder).output.splitlines()
    assert {"model: small_churn", "version: 2", "metrics.log_loss: 0.4"} <= set(lines)
    assert any(line.split() == ["lift", "1", "1.1", "False"] for line in lines)
    assert any(line.startswith("2026-05-01  1") for line in lines)
    assert json.loads(ask("show", "churn", "--config", folder, "--json").output)["version"] == "1"
    # Of the champion no gate is recorded.
    assert "nothing yet" not in ask("show", "churn", "--config", folder).output


def test_a_version_is_shown_with_what_has_moved_and_how_right_it_was(folder: Path) -> None:
    lake = Lake(open_workspace(folder, {}).lake)
    rows = [drift("n_order_90d", 0.4, "alarm"), drift("overdue", 0.0, "steady")]
    lake.append_small(gold.MODEL_DRIFT, pa.Table.from_pylist(rows), "day")
    lake.append_small(gold.MODEL_PERFORMANCE, pa.Table.from_pylist([window()]), "window")
    lines = ask("show", "churn", 1, "--config", folder).output.splitlines()
    assert any(line.split()[:4] == ["2026-06-01", "input", "n_order_90d", "0.4"] for line in lines)
    assert not any("overdue" in line for line in lines)
    assert lines[-1] == "1 of 2 inputs and scores differ from those of the training on 2026-06-01."
    assert any(line.split()[:3] == ["churn_90d", "2026-03-03", "2026-06-01"] for line in lines)
    assert not any(
        "differ from those" in line for line in ask("show", "churn", 2, "--config", folder).output.splitlines()
    )


def test_two_versions_are_compared(folder: Path) -> None:
    lines = ask("compare", "churn", 1, 2, "--config", folder).output.splitlines()
    assert any(line.split() == ["log_loss", "0.4"] for line in lines)
    assert json.loads(ask("compare", "churn", 1, 2, "--config", folder, "--json").output)["versions"] == ["1", "2"]


def test_a_card_is_written_where_it_is_wanted_else_among_the_reports(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "card.html"
    asked = ask("card", "churn", "--version", 2, "--config", folder, "--language", "fr", "--to", page)
    assert asked.output == f"{page}\n"
    assert "pas en service." in page.read_text()
    # The champion, in the language of the workspace.
    written = Path(ask("card", "small_churn", "--config", folder).output.strip())
    assert written == folder / "reports" / "small-churn-1.en.html"
    assert "Version 1 is in use" in written.read_text()


def exit_of(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> object:
    monkeypatch.setattr(sys, "argv", ["segspark", "models", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code


def test_a_version_with_closed_gates_is_promoted_by_force_alone_and_rolled_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    promote = ("promote", "churn", 2, "--config", folder)
    assert exit_of(monkeypatch, *promote) == 2
    assert "--why" in capsys.readouterr().err
    assert exit_of(monkeypatch, *promote, "--why", "asked for") == 3
    assert "gates are closed: lift (1.0, bound 1.1)" in capsys.readouterr().err
    assert ask(*promote, "--why", "asked for", "--force").output.splitlines() == [
        "small_churn: version 2 is champion from 2026-06-01 on instead of version 1.",
        "Its gates are closed; this is recorded as forced.",
    ]
    back = json.loads(ask("rollback", "churn", "--config", folder, "--why", "bad", "--json").output)
    assert (back["version"], back["before"], back["day"]) == ("1", "2", "2026-06-01")
    assert exit_of(monkeypatch, "promote", "churn", 2, "--config", folder, "--why", "x", "--as-of", "2026-05-02") == 2


def test_no_command_starts_spark(folder: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from segspark.cli.main import cli\n"
        f"for words in (['list'], ['show', 'churn'], ['compare', 'churn', '1', '2']):\n"
        f"    shown = CliRunner().invoke(cli, ['models', *words, '--config', {str(folder)!r}])\n"
        "    assert shown.exit_code == 0, shown.output\n"
        # MLflow itself imports PySpark.
        "from pyspark import SparkContext\n"
        "assert SparkContext._gateway is None, 'a JVM was started'\n"
        "assert 'segspark.models.tracking' not in sys.modules, 'pipelines were imported'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=CLONE, check=False)
    assert done.returncode == 0, done.stderr


def test_training_sets_are_listed_and_their_cards_shown(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    assert ask("training-sets", "--config", workspace.folder).output.startswith("nothing yet")
    store_set(Lake(workspace.lake), CARD)
    head, row, mark = ask("training-sets", "--config", workspace.folder).output.splitlines()
    assert head.split()[:3] == ["dataset_id", "outcome", "as_of"]
    assert row.split() == ["abc", "no_order_90d", "2026-06-30", "2026-01-01", "2026-04-01", "3", "100", "0.4"]
    assert mark.startswith("internal")
    french = ask("training-sets", "abc", "--language", "fr", "--config", workspace.folder).output
    assert french.startswith("Jeu d'entraînement abc\nÉtiquette : 1 pour aucune commande")
    shown = json.loads(ask("training-sets", "abc", "--json", "--config", workspace.folder).output)
    assert (shown["rows"], shown["internal"], shown["cuts"][0]["cut"]) == (100, True, "2026-01-01")


def test_a_training_set_needs_a_cut_and_a_published_day(tmp_path: Path) -> None:
    folder = str(make_workspace(tmp_path / "w").folder)
    assert CliRunner().invoke(cli, ["models", "training-set", "no_order_90d", "--config", folder]).exit_code == 2
    with pytest.raises(GateClosed, match="No day is published yet"):
        ask("training-set", "no_order_90d", "--cut", "2026-01-01", "--config", folder)
