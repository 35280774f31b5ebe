"""``segspark segments``: faults told in text and JSON."""

import json
from pathlib import Path

import builders
from click.testing import CliRunner

from segspark.cli.main import cli

# Both conditions stand in line 4.
LEVELS = builders.LEVELS.lstrip()
RULES = "segments:\n  - name: buyers\n    title: {{fr: a, en: a}}\n    when: {}\n"


def test_all_faults_of_all_files_are_told_at_once_in_text_and_json(tmp_path: Path) -> None:
    (tmp_path / "segspark.yaml").write_text("segments: {levels: levels.yaml, rules: [rules.yaml]}\n")
    (tmp_path / "levels.yaml").write_text(LEVELS.replace("_active <= 30", "_activ <= 30"))
    (tmp_path / "rules.yaml").write_text(RULES.format("{all: [n_order_30d >, n_order_30d > 'x', n_order_9d = 1]}"))
    told = CliRunner().invoke(cli, ["segments", "check", "--config", str(tmp_path), "--json"])
    assert told.exit_code == 2
    rows = json.loads(told.output)
    assert [(r["where"], r["code"]) for r in rows] == [
        ("levels.yaml:4", "unknown_value"),
        ("rules.yaml:4", "unknown_window"),
        ("rules.yaml:4", "unreadable_condition"),
        ("rules.yaml:4", "wrong_type"),
    ]
    assert all(set(r) == {"code", "where", "what", "why", "fix"} and all(r.values()) for r in rows)
    text = CliRunner().invoke(cli, ["segments", "check", "--config", str(tmp_path)]).output
    assert "rules.yaml:4: there is no n_order_9d: n_order is counted over 7, 30, 90, 365 days. [unknown_window]" in text
    assert "  fix: Write n_order_7d, or add 9 to features.windows in segspark.yaml." in text
    (tmp_path / "levels.yaml").write_text(LEVELS)
    (tmp_path / "rules.yaml").write_text(RULES.format("n_order_30d > 1"))
    told = CliRunner().invoke(cli, ["segments", "check", "--config", str(tmp_path)])
    assert (told.exit_code, told.output) == (0, "the definitions are fine\n")
