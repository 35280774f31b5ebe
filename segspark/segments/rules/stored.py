"""The stored form of the condition tree, which is hashed and kept in gold.definitions."""

from typing import Any

from segspark.segments.rules import keys
from segspark.segments.rules.tree import Always, And, Between, Compare, Followed, In, Member, Missing, Node, Not, Or


def to_json(node: Node) -> Any:
    """The canonical form: equal trees give equal text."""
    match node:
        case And(parts):
            return {"all": [to_json(p) for p in parts]}
        case Or(parts):
            return {"any": [to_json(p) for p in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Compare(name, op, value, None):
            return {"name": name, "op": op, "value": value}
        case Compare(name, op, _, other, plus):
            # A shift is part of the form only if there is one, so definitions without a shift keep their versions.
            return {"name": name, "op": op, "other": other, **({"plus": plus} if plus else {})}
        case Between(name, low, high):
            return {"name": name, "between": [low, high]}
        case In(name, values):
            return {"name": name, "in": list(values)}
        case Missing(name):
            return {"name": name, "missing": True}
        case Followed(first, then, days, is_followed, within):
            return {"did": first, "then" if is_followed else "not_then": then, keys.DAYS: days, "within": within}
        case Always():
            return {"always": True}
        case Member(key):
            return {keys.MEMBER: key}


def from_json(content: Any) -> Node:
    """The tree of a canonical form."""
    match content:
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
            return Compare(name, op, content.get("value"), content.get("other"), content.get("plus", 0))
        case {"did": first, "then": then, keys.DAYS: days, "within": within}:
            return Followed(first, then, days, True, within)
        case {"did": first, "not_then": then, keys.DAYS: days, "within": within}:
            return Followed(first, then, days, False, within)
        case {"always": True}:
            return Always()
        case {keys.MEMBER: key}:
            return Member(key)
    raise ValueError(f"no condition: {content!r}")
