"""What schemes use of ``pyspark.sql.DataFrame`` while they place people, as queries of DuckDB.

The names are Spark's, so that a scheme places people by the same code for both engines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from segspark.duck.database import Database, union
from segspark.duck.functions import Column, column


@dataclass(frozen=True)
class Frame:
    """Rows that are computed when they are collected."""

    database: Database
    query: exp.Query

    def where(self, condition: Column) -> "Frame":
        return self._with(exp.select(exp.Star()).from_(self._rows()).where(condition.node))

    def select(self, *columns: "Column | str") -> "Frame":
        nodes = [column(c).node if isinstance(c, str) else c.node for c in columns]
        return self._with(exp.select(*nodes).from_(self._rows()))

    def withColumn(self, name: str, value: Column) -> "Frame":  # noqa: N802 - Spark's name
        return self._with(exp.select(exp.Star(), value.alias(name).node).from_(self._rows()))

    def join(self, other: "Frame", on: str, how: str) -> "Frame":
        joined = exp.select(exp.Star()).from_(self._rows()).join(
            other._rows("other"), using=[exp.to_identifier(on, quoted=True)], join_type=how
        )  # fmt: skip
        return self._with(joined)

    def groupBy(self, key: Column) -> "Grouped":  # noqa: N802 - Spark's name
        return Grouped(self, key)

    @property
    def sparkSession(self) -> "Frame":  # noqa: N802 - Spark's name
        return self

    def createDataFrame(self, rows: Sequence[Sequence[Any]], schema: str) -> "Frame":  # noqa: N802 - Spark's name
        """A small table.

        Args:
            schema: names and types, as Spark writes them.
        """
        fields = [text.split() for text in schema.split(",")]
        empty = [column_of(self.database.f.lit(None), name, type_) for name, type_ in fields]
        queries: list[exp.Query] = [exp.select(*empty).where(exp.false())]
        queries += [
            exp.select(*[column_of(self.database.f.lit(v), n, t) for v, (n, t) in zip(row, fields, strict=True)])
            for row in rows
        ]
        return self._with(union(queries)).computed()

    @property
    def columns(self) -> list[str]:
        return self.database.columns(self.query)

    def collect(self) -> list[dict[str, Any]]:
        return self.database.rows(self.query)

    def computed(self) -> "Frame":
        """The same rows, computed once for several uses."""
        return self._with(exp.select(exp.Star()).from_(self.database.keep(self.query)))

    def _with(self, query: exp.Query) -> "Frame":
        return Frame(self.database, query)

    def _rows(self, alias: str = "rows") -> exp.Subquery:
        return self.query.subquery(alias)


@dataclass(frozen=True)
class Grouped:
    """Rows by the value of a column."""

    frame: Frame
    key: Column

    def count(self) -> Frame:
        n = exp.alias_(exp.Count(this=exp.Star()), "count", quoted=True)
        grouped = exp.select(self.key.node, n).from_(self.frame.query.subquery("rows"))
        return Frame(self.frame.database, grouped.group_by(exp.Literal.number(1)))


def column_of(value: Column, name: str, type_: str) -> exp.Expression:
    """A value as a column of a type."""
    return value.cast(type_).alias(name).node
