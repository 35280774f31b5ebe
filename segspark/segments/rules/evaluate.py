"""Conditions on one person's values, in Python; no Spark."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from segspark.segments.rules.tree import Always, And, Between, Compare, Followed, In, Missing, Node, Not, Or

# What is a number in a text: nothing that only one of the engines takes for one, as `1_000`, `12d` or `nan`.
NUMBER = r"^[ \t\r\n]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\r\n]*$"


def holds(node: Node, row: Mapping[str, Any]) -> bool:
    """Whether the tree holds on one person's values."""
    match node:
        case Always():
            return True
        case And(parts):
            return all(holds(p, row) for p in parts)
        case Or(parts):
            return any(holds(p, row) for p in parts)
        case Not(part):
            return not holds(part, row)
        case Missing(name):
            return value_of(name, row) is None
        case In(name, values):
            return any(_holds(_number(name, row, v), "=", v) for v in values)
        case Between(name, low, high):
            return _holds(_number(name, row, low), ">=", low) and _holds(_number(name, row, high), "<=", high)
        case Compare(name, op, value, None):
            return _holds(_number(name, row, value), op, value)
        case Followed():
            return value_of(node.name, row) is not None
        case Compare(name, op, _, other, plus):
            return _holds(value_of(name, row), op, _plus(value_of(str(other), row), plus))
    raise TypeError(f"no condition: {node!r}")


def value_of(name: str, row: Mapping[str, Any]) -> Any:
    if name.startswith("attributes."):
        return (row.get("attributes") or {}).get(name.removeprefix("attributes."))
    return row.get(name)


def _number(name: str, row: Mapping[str, Any], against: object) -> Any:
    value = value_of(name, row)
    if name.startswith("attributes.") and isinstance(against, int | float) and isinstance(value, str):
        return float(value) if re.match(NUMBER, value) else None
    return value


def _plus(value: Any, plus: int) -> Any:
    if not plus or value is None:
        return value
    return value + timedelta(days=plus) if isinstance(value, date) else value + plus


def _holds(left: Any, op: str, right: Any) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, date) and isinstance(right, str):
        right = date.fromisoformat(right)
    match op:
        case "=":
            return bool(left == right)
        case "<>":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
    return bool(left >= right)
