"""Definitions of levels and rules, versioned by content. No Spark; segments/load.py reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segspark.ids import version_of
from segspark.segments.rules.tree import Node, from_json, to_json


@dataclass(frozen=True)
class Group:
    key: str
    name: Mapping[str, str]
    when: Node
    where: str = field(default="", compare=False)


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
    """A named segment. In a workspace's Python file ``when`` may also be text; ``where`` is set on reading."""

    key: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    when: Node
    where: str = field(default="", compare=False)

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
        """Every condition with its location in the definitions."""
        nodes = [(f"segment {r.key}", r.when) for r in self.rules]
        for level in self.levels.levels if self.levels else ():
            nodes += [(f"level {level.key}, group {g.key}", g.when) for g in level.groups]
        return nodes


def definitions_from(scheme: str, content: Any) -> Definitions:
    """Levels or one rule from the content stored in gold.definitions."""
    if scheme == "rules":
        return Definitions(None, (Rule(content["name"], content["title"], {}, from_json(content["when"])),))
    levels = (
        Level(lv["level"], tuple(Group(g["key"], g["name"], from_json(g["when"])) for g in lv["groups"]))
        for lv in content
    )
    return Definitions(Levels(tuple(levels)), ())
