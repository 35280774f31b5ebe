"""Definitions from a workspace's YAML and Python files, with all checks that need no features. No Spark."""

import glob
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segspark.config.load import substitute
from segspark.config.models import Name, Segments
from segspark.config.python_file import lines_of_names, load_python
from segspark.config.yaml_lines import load_yaml, problems_of, raise_all
from segspark.errors import ConfigError
from segspark.segments.definitions import Definitions, Group, Level, Levels, Rule
from segspark.segments.rules.tree import Always, And, Leaf, Member, Node, Not, map_leaves, members, with_members
from segspark.segments.rules.yaml import Place, Where, read_condition
from segspark.segments.validation_errors import ValidationIssue, issues_of, near, raise_issues

M = TypeVar("M", bound=BaseModel)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NameForm(_Form):
    fr: str
    en: str


class GroupForm(_Form):
    """One group of a level, as written; without ``when`` it is the default and must be last."""

    key: Name
    name: NameForm
    when: Any = None


class LevelForm(_Form):
    level: Name
    groups: Annotated[tuple[GroupForm, ...], Field(min_length=2)]


class LevelsForm(_Form):
    levels: Annotated[tuple[LevelForm, ...], Field(min_length=1)]


class RuleForm(_Form):
    """One named segment, as written."""

    name: Name
    title: NameForm
    description: NameForm | None = None
    when: Any


class RulesForm(_Form):
    """A file of named segments; with ``exclusive`` each person is only in the first segment that matches."""

    segments: Annotated[tuple[RuleForm, ...], Field(min_length=1)]
    exclusive: bool = False


def read_definitions(config: Segments, folder: Path) -> tuple[Definitions, list[ValidationIssue]]:
    """The definitions named by a workspace, as far as they can be read, and all errors of all files."""
    issues: list[ValidationIssue] = []
    levels = _levels(folder / config.levels, issues) if config.levels is not None else None
    rules: list[Rule] = []
    for pattern in config.rules:
        paths = sorted(glob.glob(str(folder / pattern)))
        if not paths:
            fix = f"Put a file there, or correct segments.rules in {folder.name}/segspark.yaml."
            issues.append(
                ValidationIssue("no_file", f"no file matches segments.rules {pattern!r}.", "segspark.yaml", fix)
            )
        for path in paths:
            rules += _rules(Path(path), issues)
    issues += _doubled("segment", [(r.key, r.where) for r in rules])
    rules = list({r.key: r for r in reversed(rules)}.values())[::-1]
    levels, rules = _resolved(levels, rules, issues)
    return Definitions(levels, tuple(rules)), issues


def load_definitions(config: Segments, folder: Path) -> Definitions:
    """The definitions named by a workspace.

    Raises:
        DefinitionError: all errors of all files.
    """
    definitions, issues = read_definitions(config, folder)
    raise_issues(issues)
    return definitions


def load_rules(path: Path) -> list[Rule]:
    """The named segments of one file; names of other segments are not resolved.

    Raises:
        DefinitionError: all errors of the file.
    """
    issues: list[ValidationIssue] = []
    rules = _rules(path, issues)
    raise_issues([*issues, *_doubled("segment", [(r.key, r.where) for r in rules])])
    return rules


def resolve_rules(rules: list[Rule], known: Sequence[Rule]) -> list[Rule]:
    """Resolve the rules of a separate file, which may name each other and the rules of the workspace.

    Raises:
        DefinitionError: an unknown segment, or a circular reference.
    """
    issues: list[ValidationIssue] = []
    own = {r.key for r in rules}
    _, resolved = _resolved(None, [*rules, *(r for r in known if r.key not in own)], issues)
    raise_issues(issues)
    return resolved[: len(rules)]


# Files ----------------------------------------------------------------------------------------------------------


def _levels(path: Path, issues: list[ValidationIssue]) -> Levels | None:
    read = _read(path, LevelsForm, issues)
    if read is None:
        return None
    form, where = read
    levels = []
    for at, level in enumerate(form.levels):
        groups = []
        for number, group in enumerate(level.groups):
            place: Place = ("levels", at, "groups", number)
            here, is_last = where(place), number == len(level.groups) - 1
            if (group.when is None) != is_last:
                issues.append(_no_default(level.level, group.key, is_last, here))
            node: Node = Always()
            if group.when is not None:
                node = read_condition(group.when, _below(where, (*place, "when")), issues)
            groups.append(Group(group.key, group.name.model_dump(), node, here))
        issues += _doubled(f"level {level.level}: group", [(g.key, g.where) for g in groups])
        levels.append(Level(level.level, tuple(groups)))
    issues += _doubled("level", [(lv.key, where(("levels", at, "level"))) for at, lv in enumerate(levels)])
    return Levels(tuple(levels))


def _no_default(level: str, group: str, is_last: bool, where: str) -> ValidationIssue:
    if is_last:
        what, fix = (
            f"level {level}: the last group, {group}, has a condition.",
            "Remove `when`, or add a group after it.",
        )
    else:
        what, fix = f"level {level}: the group {group} has no condition.", "Write `when`, or put the group last."
    return ValidationIssue("no_default", what, where, fix)


def _rules(path: Path, issues: list[ValidationIssue]) -> list[Rule]:
    if path.suffix == ".py":
        return _python_rules(path, issues)
    read = _read(path, RulesForm, issues)
    if read is None:
        return []
    form, where = read
    rules = [
        Rule(
            r.name,
            r.title.model_dump(),
            r.description.model_dump() if r.description else {},
            read_condition(r.when, _below(where, ("segments", at, "when")), issues),
            where(("segments", at)),
        )
        for at, r in enumerate(form.segments)
    ]
    return _in_order(rules) if form.exclusive else rules


def _python_rules(path: Path, issues: list[ValidationIssue]) -> list[Rule]:
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


def _read(path: Path, model: type[M], issues: list[ValidationIssue]) -> tuple[M, Where] | None:
    """A YAML file as its form, with the line of each of its keys and items."""
    try:
        data, lines = load_yaml(path)
        data, problems = substitute(data, os.environ, str(path), lines)
        raise_all(problems)
        try:
            form = model.model_validate({} if data is None else data)
        except ValidationError as error:
            raise_all(problems_of(error, str(path), lines, model))
            raise
    except ConfigError as error:
        issues += issues_of(error, path)
        return None

    def where(place: Place) -> str:
        while place and place not in lines:
            place = place[:-1]
        return f"{path.name}:{lines.get(place, 1)}"

    return form, where


def _below(where: Where, place: Place) -> Where:
    return lambda more: where((*place, *more))


def _doubled(what: str, keys: Sequence[tuple[str, str]]) -> list[ValidationIssue]:
    """An error for each repeated name, located where it is repeated."""
    first: dict[str, str] = {}
    issues = []
    for key, where in keys:
        if key in first:
            message = f"{what} {key!r} is there already, at {first[key]}."
            issues.append(ValidationIssue("double_name", message, where, f"Give one of them another name than {key}."))
        first.setdefault(key, where)
    return issues


# Segments that refer to others --------------------------------------------------------------------------------------


def _resolved(
    levels: Levels | None, rules: list[Rule], issues: list[ValidationIssue]
) -> tuple[Levels | None, list[Rule]]:
    """Levels and rules, with the names of segments replaced by their trees.

    A referenced segment is then part of the definition's content: changing it gives a new version of both.
    """
    written = {r.key: r.when for r in rules}

    def resolve(node: Node, above: tuple[str, ...]) -> Node:
        trees: dict[str, Node] = {}
        for member in members(node):
            key = member.key
            if key in above:
                what = f"the segment stands on itself: {' -> '.join((*above, key))}."
                fix = f"Take in_segment('{key}') out of {above[-1]}."
                issues.append(ValidationIssue("circle", what, member.where, fix))
                trees[key] = Always()
            elif key not in written:
                fix = near(key, written, f"Segments of the rules are {', '.join(written) or 'none'}.")
                issues.append(
                    ValidationIssue(
                        "unknown_segment", f"there is no segment {key!r} among the rules.", member.where, fix
                    )
                )
                trees[key] = Always()
            else:
                trees[key] = resolve(written[key], (*above, key))
        return with_members(node, trees)

    rules = [replace(r, when=resolve(r.when, (r.key,))) for r in rules]
    if levels is not None:
        levels = Levels(
            tuple(
                replace(lv, groups=tuple(replace(g, when=resolve(g.when, ())) for g in lv.groups))
                for lv in levels.levels
            )
        )
    return levels, rules


def _in_order(rules: list[Rule]) -> list[Rule]:
    """Exclusive rules: each applies only to people whom no earlier rule takes."""
    return [
        replace(rule, when=And((rule.when, *(Not(earlier.when) for earlier in rules[:at])))) if at else rule
        for at, rule in enumerate(rules)
    ]
