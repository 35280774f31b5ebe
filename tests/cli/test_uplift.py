"""``segspark uplift``: what is printed, and the exit codes: a refusal is an answer, a wrong file is an error."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from models.uplift.declared import declaration, people_csv, write_trial

from segspark.cli.main import cli, main
from segspark.cli.output import INTERNAL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "segspark.yaml").write_text('name: mail\nlanguage: en\nmodels: {uplift: {trials: ["trials/*.yaml"]}}\n')
    (tmp_path / "data" / "people.csv").write_text(people_csv(1, 2000, 0.0))
    write_trial(tmp_path, declaration(shares={}))
    return tmp_path


def ask(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["uplift", *map(str, arguments)], catch_exceptions=False)


def test_trials_are_listed(folder: Path) -> None:
    assert ask("--config", folder).output.splitlines()[1].split() == ["spring", "mail", "none", "visits", "a", "table"]


def test_a_refusal_is_an_answer_in_the_language_asked_for(folder: Path) -> None:
    result = ask("spring", "--config", folder, "--language", "fr")
    first, run, mark = result.output.splitlines()
    assert result.exit_code == 0
    assert first.startswith("Aucune répartition au hasard n'est déclarée")
    assert run.startswith("MLflow run ")
    assert mark == INTERNAL
    told = json.loads(ask("spring", "--config", folder, "--json").output)
    assert (told["is_refused"], told["reasons"], told["internal"]) == (True, ["not_declared"], True)


def test_a_wrong_file_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_trial(folder, declaration(treated="letter"))
    monkeypatch.setattr(sys, "argv", ["segspark", "uplift", "spring", "--config", str(folder)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "`shares` lacks the arms ['letter']" in capsys.readouterr().err
