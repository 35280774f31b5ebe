"""What the compilers of definitions use of ``pyspark.sql.functions``, building expressions of DuckDB instead.

One definition is compiled by the same code for both engines (segments/rules/columns.py, segments/validity.py, ...), which
takes these functions or Spark's. Every constant becomes a parameter: no text of a definition is ever part of a query.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

_TYPES = {
    "double": "DOUBLE", "boolean": "BOOLEAN", "int": "INTEGER", "bigint": "BIGINT", "date": "DATE", "string": "VARCHAR",
    "array<bigint>": "BIGINT[]",
}  # fmt: skip


class Dialect(DuckDB):
    """DuckDB with the lambdas that it writes today; the arrow of old is an error from 2.0 on."""

    class Generator(DuckDB.Generator):  # noqa: D106
        TRANSFORMS = {  # noqa: RUF012
            **DuckDB.Generator.TRANSFORMS,
            exp.Lambda: lambda self, e: f"LAMBDA {self.expressions(e, flat=True)} : {self.sql(e, 'this')}",
        }


@dataclass(frozen=True, eq=False)
class Column:
    """An expression with Spark's operators. ``__hash__`` is that of the object: ``==`` builds a comparison."""

    node: exp.Expression

    def sql(self) -> str:
        return self.node.sql(dialect=Dialect)

    def _with(self, kind: type[exp.Expression], other: Any) -> "Column":
        return Column(kind(this=_wrapped(self.node), expression=_wrapped(_node(other))))

    def __and__(self, other: Any) -> "Column":
        return self._with(exp.And, other)

    def __or__(self, other: Any) -> "Column":
        return self._with(exp.Or, other)

    def __invert__(self) -> "Column":
        return Column(exp.Not(this=_wrapped(self.node)))

    def __eq__(self, other: object) -> "Column":  # type: ignore[override]
        return self._with(exp.EQ, other)

    def __ne__(self, other: object) -> "Column":  # type: ignore[override]
        return self._with(exp.NEQ, other)

    def __lt__(self, other: Any) -> "Column":
        return self._with(exp.LT, other)

    def __le__(self, other: Any) -> "Column":
        return self._with(exp.LTE, other)

    def __gt__(self, other: Any) -> "Column":
        return self._with(exp.GT, other)

    def __ge__(self, other: Any) -> "Column":
        return self._with(exp.GTE, other)

    def __add__(self, other: Any) -> "Column":
        return self._with(exp.Add, other)

    def __sub__(self, other: Any) -> "Column":
        return self._with(exp.Sub, other)

    __hash__ = object.__hash__

    def isNull(self) -> "Column":  # noqa: N802 - Spark's name
        return Column(exp.Is(this=_wrapped(self.node), expression=exp.Null()))

    def isNotNull(self) -> "Column":  # noqa: N802 - Spark's name
        return ~self.isNull()

    def cast(self, to: str) -> "Column":
        return Column(exp.Cast(this=self.node, to=exp.DataType.build(_TYPES[to], dialect="duckdb")))

    def try_cast(self, to: str) -> "Column":
        return Column(exp.TryCast(this=self.node, to=exp.DataType.build(_TYPES[to], dialect="duckdb")))

    def alias(self, name: str) -> "Column":
        return Column(exp.Alias(this=self.node, alias=exp.to_identifier(name, quoted=True)))


@dataclass(frozen=True, eq=False)
class When(Column):
    """A ``case`` that may get further branches."""

    def when(self, condition: Column, value: Any) -> "When":
        case = self.node.copy()
        case.append("ifs", exp.If(this=condition.node, true=_node(value)))
        return When(case)

    def otherwise(self, value: Any) -> Column:
        case = self.node.copy()
        case.set("default", _node(value))
        return Column(case)


def _node(value: Any) -> exp.Expression:
    if isinstance(value, Column):
        return value.node
    raise TypeError(f"{value!r} is no column: constants go through lit, which makes parameters of them")


def _wrapped(node: exp.Expression) -> exp.Expression:
    return exp.Paren(this=node) if isinstance(node, exp.Binary | exp.Not | exp.Is | exp.Case) else node


def _of(value: Any) -> exp.Expression:
    """A column, or the name of one, as Spark's functions take them."""
    return _node(column(value) if isinstance(value, str) else value)


def column(name: str, table: str | None = None) -> Column:
    return Column(exp.column(exp.to_identifier(name, quoted=True), table=table))


@dataclass
class Functions:
    """The functions of one query; ``parameters`` are the constants met so far, by name.

    A boolean or missing constant stays in the text: it is a word of SQL, and nobody's.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    _names: dict[tuple[type, Any], str] = field(default_factory=dict)

    col = staticmethod(column)

    def lit(self, value: Any) -> Column:
        if isinstance(value, Column):
            return value
        if value is None:
            return Column(exp.Null())
        if isinstance(value, bool):
            return Column(exp.Boolean(this=value))
        name = self._names.setdefault((type(value), value), f"p{len(self._names)}")
        self.parameters[name] = value
        # A text that is compared with a day is read as one, as Spark does.
        return Column(exp.Parameter(this=exp.to_identifier(name)))

    def coalesce(self, *columns: Any) -> Column:
        first, *rest = map(_of, columns)
        return Column(exp.Coalesce(this=first, expressions=rest))

    def when(self, condition: Column, value: Any) -> When:
        return When(exp.Case(ifs=[exp.If(this=condition.node, true=_node(self._constant(value)))]))

    def greatest(self, *columns: Any) -> Column:
        first, *rest = map(_of, columns)
        return Column(exp.Greatest(this=first, expressions=rest))

    def least(self, *columns: Any) -> Column:
        first, *rest = map(_of, columns)
        return Column(exp.Least(this=first, expressions=rest))

    def count_if(self, condition: Column) -> Column:
        """Of no rows it is null, where Spark's is 0."""
        return _call("count_if", condition.node)

    def ceil(self, value: Any) -> Column:
        return _call("ceil", _of(value))

    def floor(self, value: Any) -> Column:
        return _call("floor", _of(value))

    def datediff(self, end: Any, start: Any) -> Column:
        return Column(exp.Sub(this=_wrapped(_of(end)), expression=_wrapped(_of(start)))).cast("int")

    def date_add(self, day: Any, days: Any) -> Column:
        more = self._constant(days).cast("int")
        return Column(exp.Add(this=_wrapped(_of(day)), expression=more.node))

    def date_sub(self, day: Any, days: Any) -> Column:
        less = self._constant(days).cast("int")
        return Column(exp.Sub(this=_wrapped(_of(day)), expression=less.node))

    def array(self, *columns: Any) -> Column:
        return Column(exp.Array(expressions=list(map(_of, columns))))

    def array_min(self, values: Any) -> Column:
        return _call("list_min", _of(values))

    def array_join(self, values: Any, between: str) -> Column:
        return _call("array_to_string", _of(values), _node(self.lit(between)))

    def filter(self, values: Any, holds: Callable[[Column], Column]) -> Column:
        variable = exp.to_identifier("x")
        test = exp.Lambda(this=holds(Column(exp.column("x"))).node, expressions=[variable])
        return _call("list_filter", _of(values), test)

    def regexp_like(self, text: Any, pattern: Any) -> Column:
        return _call("regexp_matches", _of(text), _of(pattern))

    def substring(self, text: Any, start: Any, length: Any) -> Column:
        return _call("substring", _of(text), _of(start), _of(length))

    def concat(self, *columns: Any) -> Column:
        """Null if one of them is, as Spark's."""
        first, *rest = map(_of, columns)
        for node in rest:
            first = exp.DPipe(this=first, expression=node, safe=True)
        return Column(first)

    def try_element_at(self, values: Any, key: Any) -> Column:
        return _call("map_extract_value", _of(values), _of(key))

    def create_map(self, *keys_and_values: Any) -> Column:
        """Of keys and values in turn."""
        return _call("map", self.array(*keys_and_values[::2]).node, self.array(*keys_and_values[1::2]).node)

    def struct(self, *columns: Column) -> Column:
        """Of named columns."""
        fields = [
            exp.PropertyEQ(this=exp.to_identifier(c.node.alias, quoted=True), expression=c.node.this) for c in columns
        ]
        return Column(exp.Struct(expressions=fields))

    def broadcast(self, rows: Any) -> Any:
        """Spark's hint for a small table; DuckDB sees by itself that it is small."""
        return rows

    def _constant(self, value: Any) -> Column:
        return value if isinstance(value, Column) else self.lit(value)


def _call(name: str, *arguments: exp.Expression) -> Column:
    return Column(exp.Anonymous(this=name, expressions=list(arguments)))
