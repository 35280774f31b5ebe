"""How a rule's size and revenue move with a threshold: every threshold of a feature in one pass over the day's people."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from typing import Any, Literal

from sqlglot import exp

from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.duck.functions import Column
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE
from segspark.features.value import Value
from segspark.near import find_named
from segspark.pipeline.view import View, look
from segspark.query.answers import REVENUE
from segspark.query.duck.people import known_values
from segspark.query.preview import ENGINE, members
from segspark.query.targets import PREVIEW, day_with_features
from segspark.query.units import unit_of
from segspark.segments.definitions import Rule
from segspark.segments.rules.tree import And, Between, Compare, Missing, Node, Not
from segspark.segments.values import values_of
from segspark.tables.lake import Lake

Direction = Literal["at_least", "at_most"]
# A feature of more values, such as an amount, has its thresholds on round steps.
MOST_POINTS = 1_000


@dataclass(frozen=True)
class CurvePoint:
    """Those of a rule on the threshold's side of it, the threshold included.

    Attributes:
        threshold: in the curve's unit.
        people, contactable: of them, and how many of those may be written to.
        revenue_cents: net, of the last 365 days, in minor units.
    """

    threshold: float
    people: int
    contactable: int
    revenue_cents: int


@dataclass(frozen=True)
class Curve:
    """Attributes:
    name: of the rule.
    along: the feature whose threshold moves.
    unit: of the thresholds; empty for plain numbers.
    points: by rising threshold; none where nobody has a value.
    engine: who counted.
    direction: whether a point has the people with at least, or with at most, its threshold.
    """

    name: str
    along: str
    as_of: date
    unit: str
    points: tuple[CurvePoint, ...]
    engine: str
    direction: Direction


def feature_curve(
    workspace: Workspace,
    lake: Lake,
    rule: Rule,
    along: str,
    as_of: date | None = None,
    direction: Direction | None = None,
) -> Curve:
    """The size of a rule for every threshold of a feature.

    The rule's own comparison with the feature on the same side, alone or joined by ``and``, is the one that moves: it is left
    out, so that a curve shows what a wider threshold would bring too. A threshold holds those who are just on it, so
    ``> 60`` days is the point 61. People without a value are in no point.

    Args:
        along: a feature, score or value of the profile that is a number.
        direction: by default that of the rule's own comparison; else at most so many days for a feature that grows by one
            each day, such as ``days_since_order``, and at least so much for others.

    Raises:
        UnknownName: there is no such number.
        OnlyBySpark: the lake or the rule has something that DuckDB does not read.
    """
    view = look(PREVIEW, workspace, lake)
    with view.on(day_with_features(view, as_of)) as view, Database(view) as database:
        catalogue = view.context[CATALOGUE]
        numbers = _numbers(view, catalogue)
        along = find_named("number", along, numbers, lambda name: (name,), "`segspark features list` names features.")
        default: Direction = "at_most" if numbers[along].motion == "ageing" else "at_least"
        own = next(_sides(rule.when, along), default)
        chosen = direction or own
        wider = replace(rule, when=And((*_without(rule.when, along, chosen), Not(Missing(along)))))
        points = _read_points(database, members(database, view, [wider], _besides(along)), along, chosen)
        unit = unit_of(catalogue, along, numbers[along])
        return Curve(rule.key, along, view.as_of, unit, points, ENGINE, chosen)


def _besides(along: str) -> list[str]:
    return list(dict.fromkeys((along, "not_contactable_reason", REVENUE)))


def _numbers(view: View, catalogue: Catalogue) -> dict[str, Value]:
    known = known_values(view)
    return {
        name: value
        for name, value in values_of(catalogue, view.settings.models).items()
        if value.kind == "number" and name in known
    }


def _parts(node: Node) -> tuple[Node, ...]:
    """What must hold together."""
    return node.parts if isinstance(node, And) else (node,)


def _side(part: Node, along: str) -> Direction | None:
    """On which side of a threshold of the feature the people of a comparison are; None of what is no threshold of it."""
    if not isinstance(part, Compare) or part.name != along or part.other is not None:
        return None
    sides: Mapping[str, Direction] = {">": "at_least", ">=": "at_least", "<": "at_most", "<=": "at_most"}
    return sides.get(part.op)


def _sides(node: Node, along: str) -> Iterator[Direction]:
    return (side for part in _parts(node) if (side := _side(part, along)) is not None)


def _without(node: Node, along: str, direction: Direction) -> Iterator[Node]:
    """A rule's parts without its threshold on one side of the feature; one on the other side stays."""
    for part in _parts(node):
        if isinstance(part, Between) and part.name == along:
            yield Compare(along, "<=", part.high) if direction == "at_least" else Compare(along, ">=", part.low)
        elif _side(part, along) != direction:
            yield part


def _read_points(database: Database, query: exp.Query, along: str, direction: Direction) -> tuple[CurvePoint, ...]:
    """The points, at most ``MOST_POINTS`` and some."""
    f, people = database.f, database.keep(query)
    value = f.col(along).cast("double")
    span = exp.select(
        exp.alias_(exp.Count(this=exp.Distinct(expressions=[value.node])), "n"),
        exp.alias_(exp.Min(this=value.node), "low"),
        exp.alias_(exp.Max(this=value.node), "high"),
    ).from_(people.copy())
    (row,) = database.rows(span)
    step = _step(row["n"], row["low"], row["high"])
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


def _step(n: int, low: float | None, high: float | None) -> float | None:
    """A round step that gives at most ``MOST_POINTS`` thresholds; None where the values themselves are few enough."""
    if n <= MOST_POINTS or low is None or high is None:
        return None
    least = (high - low) / MOST_POINTS
    ten = 10.0 ** math.floor(math.log10(least))
    return next(ten * times for times in (1, 2, 5, 10) if ten * times >= least)


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
