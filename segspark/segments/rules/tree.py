"""The condition tree: the one form that is hashed, compiled, evaluated and explained.

A comparison with a missing value is false, never unknown; ``not`` turns it into true.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Scalar = str | int | float | bool
OPERATORS = ("=", "<>", "<", "<=", ">", ">=")


class Condition:
    """What every node can do in Python: ``a & b``, ``a | b``, ``~a``."""

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
    """A value against a literal or against another value (``other``)."""

    name: str
    op: str
    value: Scalar | None = None
    other: str | None = None


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
    """In another segment of the rules; replaced by that segment's tree when the definitions are read."""

    key: str


Node = Compare | Between | In | Missing | And | Or | Not | Always | Member
Leaf = Compare | Between | In | Missing | Always


def members(node: Node) -> list[str]:
    """Segments that a tree, as written, refers to."""
    if isinstance(node, And | Or):
        return [key for part in node.parts for key in members(part)]
    if isinstance(node, Not):
        return members(node.part)
    return [node.key] if isinstance(node, Member) else []


def with_members(node: Node, trees: Mapping[str, Node]) -> Node:
    """The tree with the tree of each segment in the place of its name."""
    match node:
        case Member(key):
            return trees[key]
        case And(parts):
            return And(tuple(with_members(p, trees) for p in parts))
        case Or(parts):
            return Or(tuple(with_members(p, trees) for p in parts))
        case Not(part):
            return Not(with_members(part, trees))
    return node


def leaves(node: Node) -> list[Leaf]:
    """The conditions of a tree, from left to right; members are resolved by then."""
    if isinstance(node, And | Or):
        return [leaf for part in node.parts for leaf in leaves(part)]
    if isinstance(node, Member):
        raise TypeError(f"the segment {node.key} is not resolved")
    return leaves(node.part) if isinstance(node, Not) else [node]


def names(node: Node) -> list[str]:
    """The values a tree looks at, each once."""
    found: dict[str, None] = {}
    for leaf in leaves(node):
        if not isinstance(leaf, Always):
            found[leaf.name] = None
            if isinstance(leaf, Compare) and leaf.other is not None:
                found[leaf.other] = None
    return list(found)


def to_json(node: Node) -> Any:
    """Canonical form: equal trees give equal text."""
    match node:
        case And(parts):
            return {"all": [to_json(p) for p in parts]}
        case Or(parts):
            return {"any": [to_json(p) for p in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Compare(name, op, value, other):
            return {"name": name, "op": op, **({"value": value} if other is None else {"other": other})}
        case Between(name, low, high):
            return {"name": name, "between": [low, high]}
        case In(name, values):
            return {"name": name, "in": list(values)}
        case Missing(name):
            return {"name": name, "missing": True}
        case Always():
            return {"always": True}
        case Member(key):
            return {"segment": key}


def from_json(said: Any) -> Node:
    """The tree of a canonical form."""
    match said:
        case {"all": parts}:
            return And(tuple(from_json(p) for p in parts))
        case {"any": parts}:
            return Or(tuple(from_json(p) for p in parts))
        case {"not": part}:
            return Not(from_json(part))
        case {"name": name, "between": [low, high]}:
            return Between(name, low, high)
        case {"name": name, "in": values}:
            return In(name, tuple(values))
        case {"name": name, "missing": True}:
            return Missing(name)
        case {"name": name, "op": op}:
            return Compare(name, op, said.get("value"), said.get("other"))
        case {"always": True}:
            return Always()
        case {"segment": key}:
            return Member(key)
    raise ValueError(f"no condition: {said!r}")


def version_of(content: Any) -> str:
    """Content hash of a definition: 16 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def text_of(leaf: Leaf) -> str:
    """The condition as people write it."""
    match leaf:
        case Compare(name, op, value, None):
            return f"{name} {op} {_literal(value)}"
        case Compare(name, op, _, other):
            return f"{name} {op} {other}"
        case Between(name, low, high):
            return f"{name} between {_literal(low)} and {_literal(high)}"
        case In(name, values):
            return f"{name} in ({', '.join(_literal(v) for v in values)})"
        case Missing(name):
            return f"{name} is null"
    return "true"


def _literal(value: Scalar | None) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
