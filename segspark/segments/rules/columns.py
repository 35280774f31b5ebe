"""The tree as a column of an engine; tests ensure that it gives the same answers as the tree on one row of values."""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

from segspark.segments.rules.engine import Column, Functions
from segspark.segments.rules.evaluate import NUMBER
from segspark.segments.rules.tree import (
    Always,
    And,
    Between,
    Compare,
    Followed,
    In,
    Leaf,
    Member,
    Missing,
    Node,
    Not,
    Or,
)

_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def value_column(name: str, f: Functions) -> Column:
    """The column of a value; ``attributes.income`` is text from the profile's map."""
    if name.startswith("attributes."):
        return f.try_element_at(f.col("attributes"), f.lit(name.removeprefix("attributes.")))
    return f.col(name)


def to_column(node: Node, f: Functions) -> Column:
    """A boolean column that is never null; names are columns, ``attributes.x`` an entry of the map."""
    return fold_column(node, lambda leaf: leaf_column(leaf, f), f)


def fold_column(node: Node, of_leaf: Callable[[Leaf], Column], f: Functions) -> Column:
    """The columns of the leaves, combined by the tree's operators."""
    match node:
        case And(parts):
            return _fold(parts, True, of_leaf, f)
        case Or(parts):
            return _fold(parts, False, of_leaf, f)
        case Not(part):
            return ~fold_column(part, of_leaf, f)
        case Member(key):
            raise TypeError(f"the segment {key} is not resolved")
    return of_leaf(node)


def leaf_column(leaf: Leaf, f: Functions, of_name: Callable[[str], Column] | None = None) -> Column:
    """One condition; never null if ``of_name`` gives a value, or null for "missing"."""
    named = of_name or (lambda name: value_column(name, f))
    match leaf:
        case Always():
            return f.lit(True)
        case Missing(name):
            return named(name).isNull()
        case Followed():
            return named(leaf.name).isNotNull()
        case In(name, values):
            return _combined([_against(name, "=", v, named, f) for v in values], or_, f.lit(False))
        case Between(name, low, high):
            return _against(name, ">=", low, named, f) & _against(name, "<=", high, named, f)
        case Compare(name, op, value, None):
            return _against(name, op, value, named, f)
        case Compare(name, op, _, other, plus):
            against = named(str(other))
            return _compare(named(name), op, against + f.lit(plus) if plus else against, f)


def _against(name: str, op: str, value: object, named: Callable[[str], Column], f: Functions) -> Column:
    """A value compared with a constant. Profile attributes are text; compared with a number they are read as numbers."""
    column, constant = named(name), f.lit(value)
    if name.startswith("attributes.") and isinstance(value, int | float) and not isinstance(value, bool):
        column = f.when(f.regexp_like(column, f.lit(NUMBER)), column).try_cast("double")
    return _compare(column, op, constant, f)


def _fold(parts: tuple[Node, ...], is_and: bool, of_leaf: Callable[[Leaf], Column], f: Functions) -> Column:
    return _combined([fold_column(part, of_leaf, f) for part in parts], and_ if is_and else or_, f.lit(is_and))


def _combined(columns: list[Column], combine: Callable[[Column, Column], Column], of_none: Column) -> Column:
    """Halves of halves: a chain would be as deep as it is long, and Spark's planner descends into it."""
    if len(columns) > 2:
        middle = len(columns) // 2
        return combine(_combined(columns[:middle], combine, of_none), _combined(columns[middle:], combine, of_none))
    return reduce(combine, columns) if columns else of_none


def _compare(left: Column, op: str, right: Column, f: Functions) -> Column:
    # Only the requested comparison is built: each is a JVM call.
    return f.coalesce(_COMPARISONS[op](left, right), f.lit(False))
