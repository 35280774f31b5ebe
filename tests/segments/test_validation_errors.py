"""Faults of definitions: each in five parts, all of them at once, in the order of the files."""

from pathlib import Path

import pytest

from segspark.config.yaml_lines import Problem
from segspark.errors import ConfigError
from segspark.segments.validation_errors import (
    WHY,
    DefinitionError,
    ValidationIssue,
    issues_of,
    raise_issues,
    write_instead,
)


def test_every_code_is_explained_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "definition-errors.md").read_text()
    assert [code for code in WHY if f"`{code}`" not in page] == []


def issue(where: str, code: str = "circle") -> ValidationIssue:
    return ValidationIssue(code, "it is wrong.", where, "Write it.")


def test_an_issue_has_five_parts_in_text_and_as_a_row() -> None:
    found = issue("rules.yaml:4")
    why = "a segment that stands on itself has no answer"
    assert str(found) == f"rules.yaml:4: it is wrong. [circle]\n  why: {why}\n  fix: Write it."
    assert found.as_row() == {
        "code": "circle", "where": "rules.yaml:4", "what": "it is wrong.", "why": why, "fix": "Write it."
    }  # fmt: skip


def test_issues_come_once_by_file_and_by_line_as_a_number() -> None:
    given = [issue("rules.yaml:10"), issue("rules.yaml:9", "no_date"), issue("rules.yaml:9"), issue("segspark.yaml"),
             issue("levels.yaml:4"), issue("rules.yaml:10")]  # fmt: skip
    error = DefinitionError(given)
    assert [(i.where, i.code) for i in error.issues] == [
        ("levels.yaml:4", "circle"), ("rules.yaml:9", "circle"), ("rules.yaml:9", "no_date"), ("rules.yaml:10", "circle"),
        ("segspark.yaml", "circle"),
    ]  # fmt: skip
    assert error.exit_code == 2
    assert str(error).count("why:") == 5


def test_nothing_is_raised_where_nothing_was_found() -> None:
    raise_issues(iter(()))
    with pytest.raises(DefinitionError):
        raise_issues(iter([issue("rules.yaml:4")]))


def test_what_reading_a_file_found_keeps_its_line_and_its_cure() -> None:
    problems = (
        Problem("w/rules.yaml", 3, "segments.0.when", None, "is missing.", code="missing_key"),
        Problem("w/rules.yaml", None, "segments.0.name", "B!", "is no name.", "Write a-z.", code="wrong_value"),
        Problem("w/rules.yaml", 5, "segments.1.name", "C!", "is no name.", code="wrong_value"),
    )
    found = issues_of(ConfigError("wrong", problems), Path("w/rules.yaml"))
    assert [(i.code, i.where, i.fix) for i in found] == [
        ("missing_key", "rules.yaml:3", "Write `when`."),
        ("wrong_value", "rules.yaml", "Correct segments.0.name. Write a-z."),
        ("wrong_value", "rules.yaml:5", "Correct segments.1.name."),
    ]


def test_a_file_that_cannot_be_read_at_all_is_one_issue() -> None:
    (found,) = issues_of(ConfigError("no such file"), Path("w/rules.yaml"))
    assert (found.code, found.where, found.what) == ("unreadable_file", "rules.yaml", "no such file")


def test_a_cure_names_what_is_near_or_else_what_there_is() -> None:
    assert (
        write_instead("n_clik_30d", ["n_click_30d", "n_click_365d", "tenure"], "See the list.")
        == "Write n_click_30d or n_click_365d."
    )
    assert write_instead("moon", ["n_click_30d"], "See the list.") == "See the list."
