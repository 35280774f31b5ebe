"""Definitions of levels and rules: read from a workspace's YAML, checked, versioned by content. No Spark."""

import glob
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from segspark.config.load import load_model
from segspark.config.models import Name, Segments
from segspark.errors import ConfigError
from segspark.segments.rules.text import ConditionError, parse_condition
from segspark.segments.rules.tree import Always, Node, names, to_json, version_of


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
    segments: Annotated[tuple[RuleForm, ...], Field(min_length=1)]


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
    if faults:
        raise ConfigError("\n".join(faults))
    return Definitions(levels, tuple(rules))


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
    """The named segments of one file.

    Raises:
        ConfigError: every fault of the file.
    """
    form = load_model(path, RulesForm)
    faults: list[str] = []
    rules = [
        Rule(
            r.name,
            r.title.model_dump(),
            r.description.model_dump() if r.description else {},
            _condition(r.when, f"{path.name}: segment {r.name}", faults),
        )
        for r in form.segments
    ]
    if faults:
        raise ConfigError("\n".join(faults))
    return rules


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
