"""The condition tree: the single form that is hashed (stored.py), compiled, evaluated and explained.

A comparison with a missing value is false, never unknown; ``not`` turns it into true.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Scalar = str | int | float | bool
# The name in conditions of the first day that is not observed.
AS_OF = "as_of_date"
# How many days back a sequence is searched by default.
SEQUENCE_DAYS = 90


@dataclass(frozen=True)
class Condition:
    """Base of all nodes, with ``a & b``, ``a | b``, ``~a``; ``where`` is the location, for messages only."""

    where: str = field(default="", compare=False, repr=False, kw_only=True)

    def __and__(self, other: "Node") -> "And":
        return And((*_parts(self, And), *_parts(other, And)))

    def __or__(self, other: "Node") -> "Or":
        return Or((*_parts(self, Or), *_parts(other, Or)))

    def __invert__(self) -> "Not":
        return Not(self)  # type: ignore[arg-type]


def _parts(node: Any, kind: type) -> tuple["Node", ...]:
    return node.parts if isinstance(node, kind) else (node,)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Compare(Condition):
    """A value compared with a literal or with another value (``other``), ``plus`` a number of days or units."""

    name: str
    op: str
    value: Scalar | None = None
    other: str | None = None
    plus: int = 0


@dataclass(frozen=True)
class Between(Condition):
    name: str
    low: Scalar
    high: Scalar


@dataclass(frozen=True)
class In(Condition):
    name: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Missing(Condition):
    """The value is unknown, or the act never happened."""

    name: str


@dataclass(frozen=True)
class Followed(Condition):
    """The person did ``first`` and then did, or did not do, ``then`` within ``days`` local days, counting that day.

    Days of ``first`` count from ``within`` days before the as-of day. For "not" all ``days`` must be over: a cart of
    yesterday may still become an order. The flow supplies two columns (segments/sequences.py): ``name``, the newest
    such day, null if there is none, and ``then_name``, the next day of ``then`` on or after it.
    """

    first: str
    then: str
    days: int
    is_followed: bool = True
    within: int = SEQUENCE_DAYS

    @property
    def name(self) -> str:
        return f"{self._stem}_date"

    @property
    def then_name(self) -> str:
        return f"{self._stem}_then_date"

    @property
    def _stem(self) -> str:
        word = "then" if self.is_followed else "not"
        return f"did_{self.first}_{word}_{self.then}_{self.days}d_of_{self.within}d"


@dataclass(frozen=True)
class And(Condition):
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or(Condition):
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not(Condition):
    part: "Node"


@dataclass(frozen=True)
class Always(Condition):
    """Everybody: the default group of a level."""


@dataclass(frozen=True)
class Member(Condition):
    """Membership in another segment of the rules; replaced by that segment's tree when the definitions are read."""

    key: str


Node = Compare | Between | In | Missing | Followed | And | Or | Not | Always | Member
Leaf = Compare | Between | In | Missing | Followed | Always


def members(node: Node) -> list[Member]:
    """Segments to which an unresolved tree refers."""
    if isinstance(node, And | Or):
        return [member for part in node.parts for member in members(part)]
    if isinstance(node, Not):
        return members(node.part)
    return [node] if isinstance(node, Member) else []


def map_leaves(node: Node, change: Callable[[Leaf | Member], Node]) -> Node:
    """The tree with each leaf replaced."""
    match node:
        case And(parts):
            return And(tuple(map_leaves(p, change) for p in parts))
        case Or(parts):
            return Or(tuple(map_leaves(p, change) for p in parts))
        case Not(part):
            return Not(map_leaves(part, change))
    return change(node)


def with_members(node: Node, trees: Mapping[str, Node]) -> Node:
    """The tree with each segment name replaced by the segment's tree."""
    return map_leaves(node, lambda leaf: trees[leaf.key] if isinstance(leaf, Member) else leaf)


def leaves(node: Node) -> list[Leaf]:
    """The conditions of a tree from left to right; members must be resolved before."""
    if isinstance(node, And | Or):
        return [leaf for part in node.parts for leaf in leaves(part)]
    if isinstance(node, Member):
        raise TypeError(f"the segment {node.key} is not resolved")
    return leaves(node.part) if isinstance(node, Not) else [node]


def constants(leaf: Leaf) -> tuple[Scalar, ...]:
    """What a condition compares its value with; nothing for one that compares two values, or asks for something else."""
    match leaf:
        case Compare(_, _, value, None) if value is not None:
            return (value,)
        case Between(_, low, high):
            return (low, high)
        case In(_, values):
            return values
    return ()


def names(node: Node) -> list[str]:
    """The values used by a tree, each once."""
    values: dict[str, None] = {}
    for leaf in leaves(node):
        if not isinstance(leaf, Always):
            values[leaf.name] = None
            if isinstance(leaf, Compare) and leaf.other is not None:
                values[leaf.other] = None
            if isinstance(leaf, Followed):
                values[leaf.then_name] = None
    return list(values)


# Before an act that a sequence names.
ACT = "act:"


def looked_at(nodes: Iterable[Node]) -> frozenset[str]:
    """The values that trees look at; of sequences their acts, as ``act:order``."""
    found = set[str]()
    for node in nodes:
        for leaf in leaves(node):
            found.update((f"{ACT}{leaf.first}", f"{ACT}{leaf.then}") if isinstance(leaf, Followed) else names(leaf))
    return frozenset(found)


def sequences(nodes: Iterable[Node]) -> list[Followed]:
    """The sequences of some trees, each once."""
    return list({leaf.name: leaf for node in nodes for leaf in leaves(node) if isinstance(leaf, Followed)}.values())


def text_of(leaf: Leaf) -> str:
    """The condition as people write it."""
    match leaf:
        case Compare(name, op, value, None):
            return f"{name} {op} {_literal(value)}"
        case Compare(name, op, _, other, plus):
            return f"{name} {op} {other}" + (f" {'+' if plus > 0 else '-'} {abs(plus)}" if plus else "")
        case Followed(first, then, days, is_followed, within):
            return f"{'did_then' if is_followed else 'did_not_then'}('{first}', '{then}', {days}, {within})"
        case Between(name, low, high):
            return f"{name} between {_literal(low)} and {_literal(high)}"
        case In(name, values):
            return f"{name} in ({', '.join(_literal(v) for v in values)})"
        case Missing(name):
            return f"{name} is null"
    return "true"


def _literal(value: Scalar | None) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
