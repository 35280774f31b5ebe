"""Definitions that people write, versioned by content. No Spark; segments/load.py reads them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from segspark.ids import version_of
from segspark.segments.fixed_groups import without
from segspark.segments.rules.stored import from_json, to_json
from segspark.segments.rules.tree import Node

Resolve = Callable[[Node, tuple[str, ...]], Node]
"""The tree with names of segments replaced by their trees, given the segments around it."""


class Definition(Protocol):
    """A definition of a scheme."""

    @property
    def version(self) -> str:
        """The hash of its content."""

    @property
    def content(self) -> Any:
        """It as JSON."""

    def nodes(self) -> list[tuple[str, Node]]:
        """Every condition with its location."""

    def resolved(self, resolve: Resolve) -> "Definition":
        """It with all names of segments replaced by their trees."""


D = TypeVar("D")


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
    """Ordered levels; ``version`` is the hash of their content, and of the group of those who are on none."""

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
        return version_of([self.content, without("profiling").key])

    def nodes(self) -> list[tuple[str, Node]]:
        return [(f"level {level.key}, group {g.key}", g.when) for level in self.levels for g in level.groups]

    def resolved(self, resolve: Resolve) -> "Levels":
        def of(level: Level) -> Level:
            return replace(level, groups=tuple(replace(g, when=resolve(g.when, ())) for g in level.groups))

        return Levels(tuple(of(level) for level in self.levels))


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

    def nodes(self) -> list[tuple[str, Node]]:
        return [(f"segment {self.key}", self.when)]

    def resolved(self, resolve: Resolve) -> "Rule":
        return replace(self, when=resolve(self.when, (self.key,)))


@dataclass(frozen=True)
class Definitions:
    """The definitions of each scheme, by its name."""

    by_scheme: Mapping[str, tuple[Definition, ...]] = field(default_factory=dict)

    def of(self, scheme: str, kind: type[D]) -> tuple[D, ...]:
        """Those of a scheme, which are of one type."""
        return tuple(d for d in self.by_scheme.get(scheme, ()) if isinstance(d, kind))

    def nodes(self) -> list[tuple[str, Node]]:
        """Every condition with its location in the definitions."""
        return [node for definitions in self.by_scheme.values() for d in definitions for node in d.nodes()]


def levels_from(content: Any) -> Levels:
    """Levels from the content stored in gold.definitions."""
    return Levels(
        tuple(
            Level(lv["level"], tuple(Group(g["key"], g["name"], from_json(g["when"])) for g in lv["groups"]))
            for lv in content
        )
    )


def rule_from(content: Any) -> Rule:
    """A rule from the content stored in gold.definitions."""
    return Rule(content["name"], content["title"], {}, from_json(content["when"]))
