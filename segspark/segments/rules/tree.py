"""The condition tree: the one form that is hashed, compiled, evaluated and explained.

A comparison with a missing value is false, never unknown; ``not`` turns it into true.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

Scalar = str | int | float | bool
OPERATORS = ("=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Compare:
    """A value against a literal or against another value (``other``)."""

    name: str
    op: str
    value: Scalar | None = None
    other: str | None = None


@dataclass(frozen=True)
class Between:
    name: str
    low: Scalar
    high: Scalar


@dataclass(frozen=True)
class In:
    name: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Missing:
    """The value is unknown, or the act never happened."""

    name: str


@dataclass(frozen=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    part: "Node"


@dataclass(frozen=True)
class Always:
    """Everybody: the default group of a level."""


Node = Compare | Between | In | Missing | And | Or | Not | Always
Leaf = Compare | Between | In | Missing | Always


def leaves(node: Node) -> list[Leaf]:
    """The conditions of a tree, from left to right."""
    if isinstance(node, And | Or):
        return [leaf for part in node.parts for leaf in leaves(part)]
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
