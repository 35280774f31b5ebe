"""The tree as a Spark column, and the same tree on one row of values; both give the same answers, by test."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from segspark.segments.rules.tree import Always, And, Between, Compare, In, Missing, Node, Not, Or


def to_column(node: Node) -> Column:
    """A boolean column that is never null; names are columns, ``attributes.x`` an entry of the map."""
    match node:
        case Always():
            return F.lit(True)
        case And(parts):
            return _fold(parts, True)
        case Or(parts):
            return _fold(parts, False)
        case Not(part):
            return ~to_column(part)
        case Missing(name):
            return value_column(name).isNull()
        case In(name, values):
            found = F.lit(False)
            for value in values:
                found = found | _compare(_as(name, value), "=", F.lit(value))
            return found
        case Between(name, low, high):
            return _compare(_as(name, low), ">=", F.lit(low)) & _compare(_as(name, high), "<=", F.lit(high))
        case Compare(name, op, value, None):
            return _compare(_as(name, value), op, F.lit(value))
        case Compare(name, op, _, other):
            return _compare(value_column(name), op, value_column(str(other)))
    raise TypeError(f"no condition: {node!r}")


def value_column(name: str) -> Column:
    """The column of a value; ``attributes.income`` is text from the profile's map."""
    if name.startswith("attributes."):
        return F.try_element_at(F.col("attributes"), F.lit(name.removeprefix("attributes.")))
    return F.col(name)


def _as(name: str, value: object) -> Column:
    """Profile attributes are text; against a number they are read as numbers."""
    column = value_column(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return column.try_cast("double") if name.startswith("attributes.") and is_number else column


def _fold(parts: tuple[Node, ...], is_and: bool) -> Column:
    column = F.lit(is_and)
    for part in parts:
        column = column & to_column(part) if is_and else column | to_column(part)
    return column


def _compare(left: Column, op: str, right: Column) -> Column:
    result = {
        "=": left == right, "<>": left != right, "<": left < right,
        "<=": left <= right, ">": left > right, ">=": left >= right,
    }[op]  # fmt: skip
    return F.coalesce(result, F.lit(False))


def holds(node: Node, row: Mapping[str, Any]) -> bool:
    """The tree on one person's values."""
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
        case Compare(name, op, _, other):
            return _holds(value_of(name, row), op, value_of(str(other), row))
    raise TypeError(f"no condition: {node!r}")


def value_of(name: str, row: Mapping[str, Any]) -> Any:
    if name.startswith("attributes."):
        return (row.get("attributes") or {}).get(name.removeprefix("attributes."))
    return row.get(name)


def _number(name: str, row: Mapping[str, Any], against: object) -> Any:
    value = value_of(name, row)
    if name.startswith("attributes.") and isinstance(against, int | float) and isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return value


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
