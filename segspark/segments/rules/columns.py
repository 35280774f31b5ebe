"""The tree as a Spark column; tests ensure that it gives the same answers as the tree on one row of values."""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column
from pyspark.sql import functions as F

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

_COMPARISONS: Mapping[str, Callable[[Column, Column], Column]] = {
    "=": Column.__eq__, "<>": Column.__ne__, "<": Column.__lt__,
    "<=": Column.__le__, ">": Column.__gt__, ">=": Column.__ge__,
}  # fmt: skip


def value_column(name: str) -> Column:
    """The column of a value; ``attributes.income`` is text from the profile's map."""
    if name.startswith("attributes."):
        return F.try_element_at(F.col("attributes"), F.lit(name.removeprefix("attributes.")))
    return F.col(name)


def to_column(node: Node) -> Column:
    """A boolean column that is never null; names are columns, ``attributes.x`` an entry of the map."""
    return fold_column(node, leaf_column)


def fold_column(node: Node, of_leaf: Callable[[Leaf], Column]) -> Column:
    """The columns of the leaves, combined by the tree's operators."""
    match node:
        case And(parts):
            return _fold(parts, True, of_leaf)
        case Or(parts):
            return _fold(parts, False, of_leaf)
        case Not(part):
            return ~fold_column(part, of_leaf)
        case Member(key):
            raise TypeError(f"the segment {key} is not resolved")
    return of_leaf(node)


def leaf_column(leaf: Leaf, of_name: Callable[[str], Column] = value_column) -> Column:
    """One condition; never null if ``of_name`` gives a value, or null for "missing"."""
    match leaf:
        case Always():
            return F.lit(True)
        case Missing(name):
            return of_name(name).isNull()
        case Followed():
            return of_name(leaf.name).isNotNull()
        case In(name, values):
            return _combined([_compare(_as(name, v, of_name), "=", F.lit(v)) for v in values], or_, False)
        case Between(name, low, high):
            is_above = _compare(_as(name, low, of_name), ">=", F.lit(low))
            return is_above & _compare(_as(name, high, of_name), "<=", F.lit(high))
        case Compare(name, op, value, None):
            return _compare(_as(name, value, of_name), op, F.lit(value))
        case Compare(name, op, _, other, plus):
            against = of_name(str(other))
            return _compare(of_name(name), op, against + F.lit(plus) if plus else against)


def _as(name: str, value: object, of_name: Callable[[str], Column]) -> Column:
    """Profile attributes are text; compared with a number they are read as numbers."""
    column = of_name(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return column.try_cast("double") if name.startswith("attributes.") and is_number else column


def _fold(parts: tuple[Node, ...], is_and: bool, of_leaf: Callable[[Leaf], Column]) -> Column:
    return _combined([fold_column(part, of_leaf) for part in parts], and_ if is_and else or_, is_and)


def _combined(columns: list[Column], combine: Callable[[Column, Column], Column], of_none: bool) -> Column:
    """Halves of halves: a chain would be as deep as it is long, and Spark's planner descends into it."""
    if len(columns) > 2:
        middle = len(columns) // 2
        return combine(_combined(columns[:middle], combine, of_none), _combined(columns[middle:], combine, of_none))
    return reduce(combine, columns) if columns else F.lit(of_none)


def _compare(left: Column, op: str, right: Column) -> Column:
    # Only the requested comparison is built: each is a JVM call.
    return F.coalesce(_COMPARISONS[op](left, right), F.lit(False))
