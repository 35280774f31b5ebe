"""The points of a curve by DuckDB, for any rule and any value that is a number: one pass over the day's people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

from sqlglot import exp

from segspark.duck.database import Database
from segspark.duck.functions import Column
from segspark.pipeline.view import View
from segspark.query.answers import REVENUE
from segspark.query.curve import CurvePoint, Direction, round_step
from segspark.query.preview import members
from segspark.segments.definitions import Rule
from segspark.segments.rules.tree import And, Missing, Not

# What the sizes at a point are counted from.
BESIDES = ("not_contactable_reason", REVENUE)


def points_by_duckdb(view: View, rule: Rule, along: str, direction: Direction) -> tuple[CurvePoint, ...]:
    """The points of a rule along a value.

    Raises:
        OnlyBySpark: the lake or the rule has something that DuckDB does not read.
    """
    known = replace(rule, when=And((rule.when, Not(Missing(along)))))
    besides = tuple(dict.fromkeys((along, *BESIDES)))
    with Database(view) as database:
        return points_along(database, members(database, view, [known], besides), along, direction)


def points_along(database: Database, query: exp.Query, along: str, direction: Direction) -> tuple[CurvePoint, ...]:
    """The points: as many as there are values, or round steps.

    Args:
        query: a row per person with the value, which is never null, and what ``BESIDES`` names.
    """
    f, people = database.f, database.keep(query)
    value = f.col(along).cast("double")
    span = exp.select(
        exp.alias_(exp.Count(this=exp.Distinct(expressions=[value.node])), "n"),
        exp.alias_(exp.Min(this=value.node), "low"),
        exp.alias_(exp.Max(this=value.node), "high"),
    ).from_(people.copy())
    (row,) = database.rows(span)
    step = round_step(row["n"], row["low"], row["high"])
    threshold = value.node
    if step is not None:
        # Towards the side of its people, so that a point counts exactly those on its side.
        rounded = f.floor if direction == "at_least" else f.ceil
        wide = f.lit(step).cast("double").node
        whole = rounded(Column(exp.Div(this=value.node, expression=wide))).node
        threshold = exp.Mul(this=whole, expression=wide.copy())
    counts = exp.select(
        exp.alias_(threshold, "threshold"),
        exp.alias_(exp.Count(this=exp.Star()), "people"),
        f.count_if(f.col("not_contactable_reason").isNull()).alias("contactable").node,
        exp.alias_(exp.Sum(this=f.col(REVENUE).node), "revenue_cents"),
    ).from_(people.copy()).group_by(exp.Literal.number(1)).order_by(exp.Literal.number(1))  # fmt: skip
    return _summed(database.rows(counts), direction)


def _summed(rows: Iterable[Mapping[str, Any]], direction: Direction) -> tuple[CurvePoint, ...]:
    """Points from the people at each threshold: sums from the far end to it."""
    at_each = [
        CurvePoint(
            _plain(row["threshold"]), int(row["people"]), int(row["contactable"] or 0), int(row["revenue_cents"] or 0)
        )
        for row in rows
    ]
    ordered: Sequence[CurvePoint] = at_each if direction == "at_most" else at_each[::-1]
    summed = list(accumulate(ordered, _joined))
    return tuple(summed if direction == "at_most" else summed[::-1])


def _joined(before: CurvePoint, own: CurvePoint) -> CurvePoint:
    return CurvePoint(
        own.threshold,
        before.people + own.people,
        before.contactable + own.contactable,
        before.revenue_cents + own.revenue_cents,
    )


def _plain(value: float) -> float:
    return int(value) if float(value).is_integer() else value
