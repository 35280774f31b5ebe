"""Definitions of levels and rules: read from a workspace's YAML, checked, versioned by content. No Spark."""

import glob
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from segspark.config.load import load_model
from segspark.config.models import Name, Segments
from segspark.config.python_file import load_python
from segspark.errors import ConfigError
from segspark.segments.rules.text import ConditionError, parse_condition
from segspark.segments.rules.tree import (
    Always,
    And,
    Node,
    Not,
    from_json,
    members,
    names,
    to_json,
    version_of,
    with_members,
)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NameForm(_Form):
    fr: str
    en: str


class GroupForm(_Form):
    """One group of a level, as written; without ``when`` it is the default and stands last."""

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
    """A file of named segments; ``exclusive``: nobody is in two of them, the first that fits takes the person."""

    segments: Annotated[tuple[RuleForm, ...], Field(min_length=1)]
    exclusive: bool = False


@dataclass(frozen=True)
class Group:
    key: str
    name: Mapping[str, str]
    when: Node


@dataclass(frozen=True)
class Level:
    key: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Levels:
    """Ordered levels; ``version`` is the hash of their content."""

    levels: tuple[Level, ...]

    @property
    def content(self) -> Any:
        return [
            {
                "level": lv.key,
                "groups": [{"key": g.key, "name": dict(g.name), "when": to_json(g.when)} for g in lv.groups],
            }
            for lv in self.levels
        ]

    @property
    def version(self) -> str:
        return version_of(self.content)


@dataclass(frozen=True)
class Rule:
    """A named segment. In a workspace's Python file ``when`` may be text as well."""

    key: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    when: Node

    @property
    def content(self) -> Any:
        return {"name": self.key, "title": dict(self.name), "when": to_json(self.when)}

    @property
    def version(self) -> str:
        return version_of(self.content)


@dataclass(frozen=True)
class Definitions:
    levels: Levels | None
    rules: tuple[Rule, ...]

    def nodes(self) -> list[tuple[str, Node]]:
        """Every condition with the place it stands at."""
        found = [(f"segment {r.key}", r.when) for r in self.rules]
        for level in self.levels.levels if self.levels else ():
            found += [(f"level {level.key}, group {g.key}", g.when) for g in level.groups]
        return found


def definitions_from(scheme: str, content: Any) -> Definitions:
    """Levels or one rule from the content that gold.definitions keeps."""
    if scheme == "rules":
        return Definitions(None, (Rule(content["name"], content["title"], {}, from_json(content["when"])),))
    levels = (
        Level(lv["level"], tuple(Group(g["key"], g["name"], from_json(g["when"])) for g in lv["groups"]))
        for lv in content
    )
    return Definitions(Levels(tuple(levels)), ())


def load_definitions(config: Segments, folder: Path) -> Definitions:
    """The definitions a workspace names.

    Raises:
        ConfigError: every fault of every file.
    """
    faults: list[str] = []
    levels = None
    if config.levels is not None:
        try:
            levels = _levels(folder / config.levels)
        except ConfigError as error:
            faults.append(str(error))
    rules: list[Rule] = []
    for pattern in config.rules:
        paths = sorted(glob.glob(str(folder / pattern)))
        if not paths:
            faults.append(f"{folder}: no file matches segments.rules {pattern!r}")
        for path in paths:
            try:
                rules += load_rules(Path(path))
            except ConfigError as error:
                faults.append(str(error))
    keys = [r.key for r in rules]
    faults += [
        f"two segments are called {k}; names must differ" for k in sorted({k for k in keys if keys.count(k) > 1})
    ]
    levels, rules, unresolved = _resolved(levels, rules)
    if faults + unresolved:
        raise ConfigError("\n".join(faults + unresolved))
    return Definitions(levels, tuple(rules))


def _resolved(levels: Levels | None, rules: list[Rule]) -> tuple[Levels | None, list[Rule], list[str]]:
    """Levels and rules with the trees of the segments that they name in the place of their names, and what is wrong.

    What a definition stands on is then part of its content: a change of the one is a new version of the other.
    """
    written = {r.key: r.when for r in rules}
    faults: list[str] = []

    def resolve(node: Node, where: str, above: tuple[str, ...]) -> Node:
        trees: dict[str, Node] = {}
        for key in members(node):
            if key in above:
                faults.append(f"{where}: the segment stands on itself: {' -> '.join((*above, key))}")
                trees[key] = Always()
            elif key not in written:
                near = get_close_matches(key, written, 1)
                hint = f" Did you mean {near[0]}?" if near else f" There are {', '.join(written) or 'none'}."
                faults.append(f"{where}: there is no segment {key!r} among the rules.{hint}")
                trees[key] = Always()
            else:
                trees[key] = resolve(written[key], where, (*above, key))
        return with_members(node, trees)

    rules = [replace(r, when=resolve(r.when, f"segment {r.key}", (r.key,))) for r in rules]
    if levels is not None:
        levels = Levels(
            tuple(
                replace(
                    lv,
                    groups=tuple(
                        replace(g, when=resolve(g.when, f"level {lv.key}, group {g.key}", ())) for g in lv.groups
                    ),
                )
                for lv in levels.levels
            )
        )
    return levels, rules, sorted(set(faults))


def _levels(path: Path) -> Levels:
    form = load_model(path, LevelsForm)
    faults: list[str] = []
    levels = []
    for level in form.levels:
        groups = []
        for at, group in enumerate(level.groups):
            is_last = at == len(level.groups) - 1
            where = f"{path.name}: level {level.level}, group {group.key}"
            if (group.when is None) != is_last:
                faults.append(
                    f"{where}: "
                    + (
                        "the last group is the default and has no `when`"
                        if is_last
                        else "`when` is missing; only the last group, the default, has none"
                    )
                )
            node = _condition(group.when, where, faults) if group.when is not None else Always()
            groups.append(Group(group.key, group.name.model_dump(), node))
        keys = [g.key for g in groups]
        faults += [
            f"{path.name}: level {level.level} has two groups {k}"
            for k in sorted({k for k in keys if keys.count(k) > 1})
        ]
        levels.append(Level(level.level, tuple(groups)))
    if faults:
        raise ConfigError("\n".join(faults))
    return Levels(tuple(levels))


def load_rules(path: Path) -> list[Rule]:
    """The named segments of one file, the names of other segments not resolved.

    Raises:
        ConfigError: every fault of the file.
    """
    faults: list[str] = []
    if path.suffix == ".py":
        found = load_python(path, {"SEGMENTS": Rule})["SEGMENTS"]
        rules = [replace(r, when=_condition(r.when, f"{path.name}: segment {r.key}", faults)) for r in found]
    else:
        form = load_model(path, RulesForm)
        rules = [
            Rule(
                r.name,
                r.title.model_dump(),
                r.description.model_dump() if r.description else {},
                _condition(r.when, f"{path.name}: segment {r.name}", faults),
            )
            for r in form.segments
        ]
        if form.exclusive:
            rules = _in_order(rules)
    if faults:
        raise ConfigError("\n".join(faults))
    return rules


def _in_order(rules: list[Rule]) -> list[Rule]:
    """Each rule for those whom no rule before it takes."""
    return [
        replace(rule, when=And((rule.when, *(Not(earlier.when) for earlier in rules[:at])))) if at else rule
        for at, rule in enumerate(rules)
    ]


def resolve_rules(rules: list[Rule], known: Sequence[Rule]) -> list[Rule]:
    """Rules of a file of their own, which may name each other and those of the workspace.

    Raises:
        ConfigError: a segment that is not there, or one that stands on itself.
    """
    own = {r.key for r in rules}
    _, resolved, faults = _resolved(None, [*rules, *(r for r in known if r.key not in own)])
    if faults:
        raise ConfigError("\n".join(faults))
    return resolved[: len(rules)]


def _condition(said: Any, where: str, faults: list[str]) -> Node:
    try:
        return parse_condition(said)
    except ConditionError as error:
        faults.append(f"{where}: {error}")
        return Always()


def check_names(definitions: Definitions, available: Collection[str]) -> None:
    """Every value a definition looks at must exist.

    Raises:
        ConfigError: all unknown names, each with near ones.
    """
    faults = []
    for where, node in definitions.nodes():
        for name in names(node):
            if name not in available and not name.startswith("attributes."):
                near = get_close_matches(name, list(available), 3)
                hint = (
                    f"Did you mean {' or '.join(near)}?"
                    if near
                    else "`segspark tables` and the README list the values."
                )
                faults.append(f"{where}: there is no value {name!r}. {hint}")
    if faults:
        raise ConfigError("\n".join(faults))
