"""The reference pages: up to date, complete, and a stale one is named in one line."""

from pathlib import Path

import pytest

from docs.generate import __main__ as generate
from docs.generate import cli, configuration, errors, features, tables
from docs.generate.markdown import code, table, text
from segspark.app.workspace import workspace_type
from segspark.config.allowed import keys_at
from segspark.errors import SegsparkError
from segspark.features.catalogue import build_catalogue
from segspark.features.own import OwnFeatures
from segspark.privacy.contactability import REASONS
from segspark.segments.level_files import LevelsForm
from segspark.segments.rule_files import RulesForm
from segspark.sources import convert
from segspark.sources.spec import Source
from segspark.tables.contracts.catalogue import ALL


def rows_of(page: str, first: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith(f"| {first} |")]


def test_everything_that_is_made_from_the_code_is_up_to_date() -> None:
    assert generate.stale() == [], f"run: {generate.COMMAND}"


def test_what_is_not_up_to_date_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "CLONE", tmp_path)
    monkeypatch.setattr(generate, "MADE", {"docs/a.md": lambda: "a\n", "b.json": lambda: "{}\n"})
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().err == "not up to date: docs/a.md, b.json. Run: make reference\n"
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    (tmp_path / "b.json").write_text("{ }\n")
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().err == "not up to date: b.json. Run: make reference\n"


def test_every_command_and_option_is_there_and_says_something() -> None:
    page = cli.page()
    for path, command in cli.commands():
        section = page.partition(f"## {path}\n")[2].partition("\n## ")[0]
        listed = [line for line in section.splitlines() if line.startswith("| `")]
        assert len(listed) == len(command.params), path
    options = [row for row in page.splitlines() if row.startswith("| `--")]
    assert [row for row in options if row.endswith("|  |")] == []


@pytest.mark.parametrize("model", [workspace_type(), Source, LevelsForm, RulesForm, OwnFeatures])
def test_every_key_of_a_workspace_says_what_it_means(model: type) -> None:
    """The page has no row without a meaning, so a new field needs a description."""
    page = configuration.page()
    for key in keys_at(model, ()):
        assert rows_of(page, code(key)), key
    keys = [line for line in page.splitlines() if line.startswith("| `") and line.count(" | ") == 3]
    assert len(keys) > 150
    assert [line for line in keys if line.endswith("|  |")] == []


def test_every_column_of_a_mapping_has_a_form_and_a_meaning() -> None:
    page = configuration.page()
    for target, columns in convert.COLUMNS.items():
        section = page.partition(f"#### {target}\n")[2].partition("\n##")[0]
        assert [name for name in columns if not rows_of(section, code(name))] == []


def test_a_feature_has_one_row_whatever_its_windows() -> None:
    page, catalogue = features.page(), build_catalogue((7, 30, 90, 365))
    [row] = rows_of(page.partition("## Measures")[0], "`n_click`")
    assert "| 7, 30, 90, 365, lifetime |" in row
    [row] = rows_of(page, "`click_rate`")
    assert "try_divide(n_click_Nd, n_delivered_Nd)" in row
    [row] = rows_of(page, "`top_category`")
    assert "| 365 |" in row
    listed = page.partition("## Measures")[0]
    for feature in catalogue.features:
        assert len(rows_of(listed, code(feature.name))) == 1, feature.name


def test_every_table_is_there_with_every_column() -> None:
    page = tables.page()
    for contract in ALL:
        section = page.partition(f"### {contract.name}\n")[2].partition("\n### ")[0]
        assert f"- One row is: {text(contract.grain)}" in section
        for column in contract.columns:
            assert rows_of(section, code(column.name)), (contract.name, column.name)


def test_every_exit_code_and_every_reason_is_explained() -> None:
    page = errors.page()
    for kind in SegsparkError.__subclasses__():
        assert rows_of(page, code(kind.exit_code)), kind
    assert all(rows_of(page, code(reason)) for reason in REASONS)


def test_cells_show_what_they_are_given() -> None:
    assert text("a|b <lake> *x* {y} `c|d`  e") == "a\\|b &lt;lake> \\*x\\* &#123;y} `c|d` e"
    assert table(["a"], []) == []
    assert table(["a", "b"], [["1", "2"]]) == ["", "| a | b |", "|---|---|", "| 1 | 2 |", ""]
