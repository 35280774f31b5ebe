"""``segspark quarantine``: advice for people, rows for programs, and no value of a record unless it is asked for."""

import json
from pathlib import Path

from click.testing import CliRunner
from query.test_quarantine import quarantined

from segspark.cli.main import cli


def test_the_commands_show_reasons_and_advice_and_no_value(tmp_path: Path) -> None:
    config = ["--config", str(quarantined(tmp_path / "w").folder)]
    listed = CliRunner().invoke(cli, ["quarantine", "list", *config]).output
    assert "missing:email: A value that is needed is absent." in listed
    shown = CliRunner().invoke(cli, ["quarantine", "show", "mails", *config]).output
    assert "mails-2.json, record 3" in shown
    assert "zq" not in listed + shown
    rows = json.loads(CliRunner().invoke(cli, ["quarantine", "show", "mails", "--json", "--open", *config]).output)
    assert [r["record"] for r in rows if r["record"]] == ['{"to":"zqann@example.com"}']


def test_a_replay_needs_its_day() -> None:
    failed = CliRunner().invoke(cli, ["quarantine", "replay"])
    assert failed.exit_code == 2
    assert "--as-of" in failed.output
