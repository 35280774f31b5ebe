"""Derived features in other engines: their Spark SQL, translated where both give the same to the last digit."""

from collections.abc import Callable, Mapping

from sqlglot import exp

from segspark.duck.functions import Column, column
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.features.feature import Derived
from segspark.sources.sql.tree import parse


def _call(name: str) -> Callable[..., exp.Expression]:
    return lambda *given: exp.Anonymous(this=name, expressions=list(given))


def _divided(top: exp.Expression, bottom: exp.Expression) -> exp.Expression:
    """Null for no denominator. Spark rounds the quotient of decimals, DuckDB does not."""
    if any(_is_decimal(literal) for side in (top, bottom) for literal in side.find_all(exp.Literal)):
        raise OnlyBySpark("it divides decimals")
    is_some = exp.NEQ(this=exp.Paren(this=bottom.copy()), expression=exp.Literal.number(0))
    quotient = exp.Div(this=_double(top), expression=_double(bottom))
    return exp.Case(ifs=[exp.If(this=is_some, true=quotient)])


def _double(node: exp.Expression) -> exp.Expression:
    return exp.Cast(this=node, to=exp.DataType.build("DOUBLE"))


def _is_decimal(literal: exp.Literal) -> bool:
    return not literal.is_string and "." in str(literal.this)


def _days_between(end: exp.Expression, start: exp.Expression) -> exp.Expression:
    return exp.Paren(this=exp.Sub(this=end, expression=start))


def _day_before(day: exp.Expression, days: exp.Expression) -> exp.Expression:
    return exp.Paren(this=exp.Sub(this=day, expression=exp.Cast(this=days, to=exp.DataType.build("INT"))))


def _day_after(day: exp.Expression, days: exp.Expression) -> exp.Expression:
    return exp.Paren(this=exp.Add(this=day, expression=exp.Cast(this=days, to=exp.DataType.build("INT"))))


def _month_text(day: exp.Expression, pattern: exp.Expression) -> exp.Expression:
    formats = {"yyyy-MM": "%Y-%m", "yyyy": "%Y", "yyyy-MM-dd": "%Y-%m-%d"}
    text = str(pattern.this) if isinstance(pattern, exp.Literal) else ""
    if text not in formats:
        raise OnlyBySpark(f"it writes dates as {text or 'a value'!r}")
    return exp.Anonymous(this="strftime", expressions=[day, exp.Literal.string(formats[text])])


# Spark's function -> another engine's expression of its arguments.
Words = Mapping[str, Callable[..., exp.Expression]]
DUCKDB: Words = {
    "try_divide": _divided, "datediff": _days_between, "date_sub": _day_before, "date_add": _day_after,
    "greatest": _call("greatest"), "least": _call("least"), "coalesce": _call("coalesce"), "abs": _call("abs"),
    "month": _call("month"), "year": _call("year"), "date_format": _month_text, "lower": _call("lower"),
    "upper": _call("upper"), "nullif": _call("nullif"),
    "array": lambda *given: exp.Array(expressions=list(given)),
    "element_at": lambda values, at: exp.Anonymous(this="list_extract", expressions=[values, at]),
    "int": lambda value: exp.Cast(this=value, to=exp.DataType.build("INT")),
}  # fmt: skip


def _trino_day(sign: str) -> Callable[..., exp.Expression]:
    def moved(day: exp.Expression, days: exp.Expression) -> exp.Expression:
        n = exp.Neg(this=exp.Paren(this=days)) if sign == "-" else days
        return exp.Anonymous(this="date_add", expressions=[exp.Literal.string("day"), n, day])

    return moved


def _trino_known(name: str) -> Callable[..., exp.Expression]:
    """The largest or smallest of the values that are known: Trino's own function is null if one is."""

    def known(*values: exp.Expression) -> exp.Expression:
        is_known = exp.Lambda(
            this=exp.Not(this=exp.Is(this=column("v").node, expression=exp.Null())),
            expressions=[exp.to_identifier("v", quoted=True)],
        )
        some = exp.Anonymous(this="filter", expressions=[exp.Array(expressions=list(values)), is_known])
        return exp.Anonymous(this=name, expressions=[some])

    return known


def _trino_month_text(day: exp.Expression, pattern: exp.Expression) -> exp.Expression:
    (_, written) = _month_text(day, pattern).expressions
    moment = exp.Cast(this=day, to=exp.DataType.build("TIMESTAMP"))
    return exp.Anonymous(this="date_format", expressions=[moment, written])


# Athena's engine.
TRINO: Words = {
    **DUCKDB,
    "datediff": lambda end, start: exp.Anonymous(
        this="date_diff", expressions=[exp.Literal.string("day"), start, end]
    ),
    "date_sub": _trino_day("-"), "date_add": _trino_day("+"), "date_format": _trino_month_text,
    "greatest": _trino_known("array_max"), "least": _trino_known("array_min"),
    "element_at": _call("element_at"),
}  # fmt: skip
_SAME = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT,
    exp.GTE, exp.Is, exp.Null, exp.Boolean, exp.Between, exp.In, exp.Case, exp.If,
)  # fmt: skip
# The catalogue's own are longer than those that people write.
_MOST_CHARACTERS = 40_000
_CASTS = {"INT": "INT", "BIGINT": "BIGINT", "DOUBLE": "DOUBLE", "DATE": "DATE", "BOOLEAN": "BOOLEAN", "TEXT": "VARCHAR"}


def projection(derived: Derived, functions: Words = DUCKDB) -> Column:
    """The column of a derived feature over those it reads, by their names.

    Raises:
        OnlyBySpark: it uses something that is not known to give the same in both engines.
    """
    try:
        return Column(_translated(parse(derived.sql, _MOST_CHARACTERS), functions)).cast(derived.type)
    except OnlyBySpark as error:
        raise OnlyBySpark(f"{derived.name} is computed by Spark: {error}") from None


def _divisor(node: exp.Expression) -> exp.Expression:
    """A number that is not 0: Spark ends a query that divides by 0."""
    literal = node.this if isinstance(node, exp.Cast) and node.to.this.name == "DOUBLE" else None
    if not isinstance(literal, exp.Literal) or literal.is_string or float(literal.this) == 0:
        raise OnlyBySpark("it divides otherwise than by try_divide or a number of the type double, as 6.0D")
    return literal.copy()


def _translated(node: exp.Expression, functions: Words) -> exp.Expression:
    match node:
        case exp.Column():
            return column(node.name).node
        case exp.Literal():
            text = str(node.this)
            if not node.is_string and text[-1:].isalpha():
                raise OnlyBySpark(f"it names the type of the number {text}")
            return node.copy()
        case exp.Anonymous():
            name = str(node.this).lower()
            if name not in functions:
                raise OnlyBySpark(f"it calls {name}()")
            return functions[name](*[_translated(given, functions) for given in node.expressions])
        case exp.Cast() | exp.TryCast():
            to = node.to.this.name
            if to not in _CASTS or not isinstance(node.this, exp.Null | exp.Literal | exp.Column):
                raise OnlyBySpark(f"it casts to {to.lower()}")
            return exp.Cast(this=_translated(node.this, functions), to=exp.DataType.build(_CASTS[to]))
        case exp.Div():
            return exp.Div(
                this=_double(_translated(node.this, functions)), expression=_double(_divisor(node.expression))
            )
    if not isinstance(node, _SAME):
        raise OnlyBySpark(f"it uses {node.key}")
    copied = node.copy()
    for name, value in node.args.items():
        if isinstance(value, exp.Expression):
            copied.set(name, _translated(value, functions))
        elif isinstance(value, list):
            copied.set(
                name, [_translated(each, functions) if isinstance(each, exp.Expression) else each for each in value]
            )
    return copied
