"""Validation errors of definitions: five parts each (what, where, why, fix, code), all reported at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from segspark.config.yaml_lines import Problem
from segspark.errors import ConfigError
from segspark.near import near

# Code -> why it is refused. Codes are stable: programs may rely on them.
WHY = {
    "no_file": "definitions that are not there would silently make no segments",
    "unreadable_file": "a file is read as UTF-8 YAML, or run as Python, before anything is made of it",
    "double_key": "of two equal keys only the last would count, and nobody would see it",
    "unknown_key": "a key that is not known would silently do nothing",
    "missing_key": "without it the definition is not complete",
    "wrong_value": "the key takes values of one form only",
    "python_failed": "a Python file of definitions must run to its end",
    "wrong_item": "a Python file gives its segments as a list of Rule",
    "unreadable_condition": "a condition is read as in a SQL where clause",
    "not_allowed": "conditions are parsed to a tree of a few forms, and never run as SQL",
    "too_large": "what is made of a condition descends into it, and the machine has no room for more",
    "no_condition": "a condition is text, a list, or a mapping with one known word",
    "wrong_argument": "the words of conditions take their arguments in one order, and days are whole numbers from 1",
    "unknown_value": "a condition may look at features, scores, the profile and the calendar only",
    "unknown_window": "counts are stored for the windows of the workspace only",
    "unknown_act": "an act must be counted by day to be looked for",
    "wrong_type": "values are compared with values of their own kind, else the answer would be chance",
    "no_date": "a date is compared as a date, not as text",
    "never_true": "nobody could ever fulfil it",
    "unknown_segment": "what a segment stands on must be there",
    "circle": "a segment that stands on itself has no answer",
    "double_name": "a name says which segment or group is meant, today and tomorrow",
    "no_default": "everybody has a path through all levels: the last group takes the rest, and only that one",
}


@dataclass(frozen=True)
class ValidationIssue:
    """One validation error of a definition.

    Attributes:
        code: one of ``WHY``.
        what: what is wrong, with the value.
        where: file and line.
        fix: what to write instead, naming what exists.
    """

    code: str
    what: str
    where: str
    fix: str

    @property
    def why(self) -> str:
        return WHY[self.code]

    def as_row(self) -> dict[str, str]:
        return {"code": self.code, "where": self.where, "what": self.what, "why": self.why, "fix": self.fix}

    def __str__(self) -> str:
        return f"{self.where}: {self.what} [{self.code}]\n  why: {self.why}\n  fix: {self.fix}"


class DefinitionError(ConfigError):
    """All validation errors of all definitions."""

    def __init__(self, issues: Iterable[ValidationIssue]) -> None:
        self.issues = tuple(sorted(dict.fromkeys(issues), key=lambda f: (_place(f.where), f.code)))
        super().__init__("\n".join(map(str, self.issues)))


def _place(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return (file, int(line)) if line.isdigit() else (where, 0)


def raise_issues(issues: Iterable[ValidationIssue]) -> None:
    """Raise the issues, if there are any.

    Raises:
        DefinitionError: all issues.
    """
    if all_issues := tuple(issues):
        raise DefinitionError(all_issues)


def issues_of(error: ConfigError, path: Path) -> list[ValidationIssue]:
    """The problems of reading a file, as validation errors."""
    if not error.problems:
        return [ValidationIssue("unreadable_file", str(error), path.name, f"Correct {path.name}.")]
    return [
        ValidationIssue(p.code, p.said, f"{path.name}:{p.line}" if p.line else path.name, _fix(p))
        for p in error.problems
    ]


def _fix(problem: Problem) -> str:
    if problem.code == "missing_key":
        return f"Write `{problem.key.rpartition('.')[2]}`."
    if problem.code == "wrong_value":
        # What the key means does not say which of its file's keys is meant.
        return f"Correct {problem.key or Path(problem.file).name}. {problem.fix}".rstrip()
    return problem.fix or f"Correct {problem.key or Path(problem.file).name}."


def write_instead(word: str, known: Iterable[str], else_: str) -> str:
    """A suggestion of a similar name, or else what exists."""
    close = near(word, known)
    return f"Write {' or '.join(close)}." if close else else_
