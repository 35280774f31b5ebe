"""What is wrong with the SQL of a workspace's own measures, before Spark is started: names, kinds, what is no condition.

``trial.py`` asks Spark itself before a run; what is told here is told in a tenth of a second and in plain words.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType

import sqlglot
from sqlglot import exp

from segspark.near import did_you_mean
from segspark.sources.expressions import parse_expression
from segspark.sources.sql.tree import ExpressionError
from segspark.tables.contracts import silver

NUMBER, TEXT, TRUTH, DAY, TIME = "a number", "a text", "true or false", "a day", "a time"
_KINDS = {"bigint": NUMBER, "int": NUMBER, "double": NUMBER, "string": TEXT, "boolean": TRUTH, "date": DAY,
          "timestamp": TIME}  # fmt: skip
_READERS: Mapping[str, Callable[[str], object]] = {
    NUMBER: float, DAY: date.fromisoformat, TIME: datetime.fromisoformat,
}  # fmt: skip
_COMPARING = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ)
_TRUE_OR_FALSE = (
    exp.Boolean,
    *_COMPARING,
    exp.And,
    exp.Or,
    exp.Not,
    exp.In,
    exp.Between,
    exp.Is,
    exp.Like,
    exp.RegexpLike,
)


@cache
def event_columns() -> Mapping[str, str]:
    """The columns that a measure may read, and their kind; empty for those of several values, such as attributes."""
    kinds = {column.name: _KINDS.get(column.type, "") for column in silver.EVENTS.columns}
    return MappingProxyType({**kinds, "local_hour": NUMBER})


def sql_issues(sql: str | None) -> list[str]:
    """What is wrong with one expression by itself: its form, and functions that are not allowed."""
    try:
        parse_expression(sql or "true")
    except ExpressionError as error:
        return [str(error)]
    return []


def event_issues(sql: str | None, is_condition: bool = False) -> list[str]:
    """What is wrong with an expression over silver.events: also unknown columns, and values compared with values of
    another kind, which Spark would refuse with its plan.

    Args:
        is_condition: it must be true or false.
    """
    if not sql or (wrong := sql_issues(sql)):
        return wrong if sql else []
    columns = event_columns()
    unknown = sorted({name for name in map(_first, parse_expression(sql).columns) if name.lower() not in columns})
    if unknown:
        return [_unknown(name, columns) for name in unknown]
    tree = sqlglot.parse_one(sql, read="spark")
    issues = [_mixed(sql, node, one, other) for node, one, other in _compared(tree) if not _go_together(one, other)]
    kind = _kind(tree)
    if is_condition and not issues and kind not in ("", TRUTH):
        issues.append(f"{sql!r} is {kind} and no condition; compare it with something")
    return issues


def _first(name: str) -> str:
    """The column of ``attributes.brand``."""
    return name.partition(".")[0]


def _unknown(name: str, columns: Mapping[str, str]) -> str:
    hint = did_you_mean(name, columns, 3) or f"it has {', '.join(columns)}"
    return f"silver.events has no column {name}; {hint}"


def _compared(tree: exp.Expression) -> Iterator[tuple[exp.Expression, exp.Expression, exp.Expression]]:
    """Pairs of values that are compared, and where."""
    for node in tree.walk():
        if isinstance(node, _COMPARING):
            yield node, node.this, node.expression
        elif isinstance(node, exp.Between):
            yield from ((node, node.this, bound) for bound in (node.args["low"], node.args["high"]))
        elif isinstance(node, exp.In):
            yield from ((node, node.this, value) for value in node.expressions)


def _go_together(one: exp.Expression, other: exp.Expression) -> bool:
    kinds = {_kind(one), _kind(other)}
    if "" in kinds or len(kinds) == 1 or kinds == {DAY, TIME}:
        return True
    # A text that is written out may be a number, a day or a time.
    for value, against in ((one, _kind(other)), (other, _kind(one))):
        if isinstance(value, exp.Literal) and value.is_string:
            return _reads_as(value.name, against)
    return False


def _reads_as(text: str, kind: str) -> bool:
    try:
        return kind in _READERS and _READERS[kind](text) is not None
    except ValueError:
        return False


def _kind(value: exp.Expression) -> str:
    """The kind of a value; empty where it is not known, as of most functions."""
    if isinstance(value, exp.Paren):
        return _kind(value.this)
    if isinstance(value, exp.Neg):
        return NUMBER
    if isinstance(value, exp.Literal):
        return TEXT if value.is_string else NUMBER
    if isinstance(value, _TRUE_OR_FALSE):
        return TRUTH
    if isinstance(value, exp.Column) and len(value.parts) == 1:
        return event_columns().get(value.name.lower(), "")
    return ""


def _mixed(sql: str, node: exp.Expression, one: exp.Expression, other: exp.Expression) -> str:
    at = "" if node.sql(dialect="spark") == sql else f" in {sql!r}"
    return f"{node.sql(dialect='spark')}{at} compares {_kind(one)} with {_kind(other)}"
