"""Named segments, from YAML and Python files."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from segspark.config.models import Name, Segments
from segspark.config.python_file import lines_of_names, load_python
from segspark.errors import ConfigError
from segspark.segments.definitions import Rule
from segspark.segments.forms import Form, NameForm, below, doubled, read_form
from segspark.segments.rules.tree import And, Leaf, Member, Node, Not, map_leaves
from segspark.segments.rules.yaml import read_condition
from segspark.segments.validation_errors import ValidationIssue, issues_of, raise_issues
from segspark.store.patterns import files_below


class RuleForm(Form):
    """One named segment, as written."""

    name: Name = Field(description="Stable name, by which other rules and commands call the segment")
    title: NameForm = Field(description="As shown to people")
    description: NameForm | None = Field(None, description="A sentence about it")
    when: Any = Field(description="Condition of being in it")


class RulesForm(Form):
    """A file of named segments; with ``exclusive`` each person is only in the first segment that matches."""

    segments: Annotated[tuple[RuleForm, ...], Field(min_length=1)] = Field(description="Segments in their order")
    exclusive: bool = Field(False, description="Each person is only in the first segment that matches")


def read_rules(config: Segments, folder: Path, issues: list[ValidationIssue]) -> tuple[Rule, ...]:
    """The named segments of a workspace, the first of each name; names of segments in them are not resolved."""
    rules: list[Rule] = []
    for pattern in config.rules:
        paths = files_below(folder, pattern)
        if not paths:
            fix = f"Put a file there, or correct segments.rules in {folder.name}/segspark.yaml."
            issues.append(
                ValidationIssue("no_file", f"no file matches segments.rules {pattern!r}.", "segspark.yaml", fix)
            )
        for path in paths:
            rules += _of_file(path, issues)
    issues += _doubled(rules)
    return tuple({r.key: r for r in reversed(rules)}.values())[::-1]


def load_rules(path: Path) -> list[Rule]:
    """The named segments of one file; names of other segments are not resolved.

    Raises:
        DefinitionError: all errors of the file.
    """
    issues: list[ValidationIssue] = []
    rules = _of_file(path, issues)
    raise_issues([*issues, *_doubled(rules)])
    return rules


def _doubled(rules: list[Rule]) -> list[ValidationIssue]:
    return doubled("segment", [(r.key, r.where) for r in rules])


def _of_file(path: Path, issues: list[ValidationIssue]) -> list[Rule]:
    if path.suffix == ".py":
        return _of_python(path, issues)
    read = read_form(path, RulesForm, issues)
    if read is None:
        return []
    form, where = read
    rules = [
        Rule(
            r.name,
            r.title.model_dump(),
            r.description.model_dump() if r.description else {},
            read_condition(r.when, below(where, ("segments", at, "when")), issues),
            where(("segments", at)),
        )
        for at, r in enumerate(form.segments)
    ]
    return _in_order(rules) if form.exclusive else rules


def _of_python(path: Path, issues: list[ValidationIssue]) -> list[Rule]:
    try:
        rules = load_python(path, {"SEGMENTS": Rule})["SEGMENTS"]
    except ConfigError as error:
        issues += issues_of(error, path)
        return []
    lines = lines_of_names(path)
    return [_placed(r, f"{path.name}:{lines.get(r.key, lines['SEGMENTS'])}", issues) for r in rules]


def _placed(rule: Rule, where: str, issues: list[ValidationIssue]) -> Rule:
    """A rule of a Python file, with the line of its name."""

    def here(leaf: Leaf | Member) -> Node:
        return replace(leaf, where=where)

    node = map_leaves(read_condition(rule.when, lambda place: where, issues), here)
    return replace(rule, when=node, where=where)


def _in_order(rules: list[Rule]) -> list[Rule]:
    """Exclusive rules: each applies only to people whom no earlier rule takes."""
    return [
        replace(rule, when=And((rule.when, *(Not(earlier.when) for earlier in rules[:at])))) if at else rule
        for at, rule in enumerate(rules)
    ]
