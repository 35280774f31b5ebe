"""Sizes at every threshold of a value, or for every window of an act, within a rule. No JVM is started.

Bitmaps (gold.bits, gold.day_bits) answer; what a rule looks at and they do not hold is answered by DuckDB, as previews are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from pyroaring import BitMap
from sqlglot import exp

from segspark.bits.bitmap import bitmap_of
from segspark.bits.days import distinct_days
from segspark.bits.rows import blocks_of
from segspark.bits.tally import Counted, added, count_block, count_newest
from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.duck.functions import column
from segspark.errors import ConfigError
from segspark.features.acts import acts_of
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE
from segspark.near import no_such
from segspark.pipeline.view import Question, View, look
from segspark.query.answers import REVENUE
from segspark.query.bits.rules import (
    CONTACTABLE_VALUE,
    NotInBits,
    difference_of,
    features_read,
    people_in,
    stored_names,
)
from segspark.query.bits.stored import Block, blocks_of_day, day_with_bits, days_of_act, features_stored
from segspark.query.preview import ENGINE as DUCKDB
from segspark.query.preview import members
from segspark.query.targets import PREVIEW, day_with_features, rules_named
from segspark.segments.definitions import Rule
from segspark.segments.rules.tree import Always
from segspark.segments.values import values_of
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake

BITS = "bitmaps"
CURVE = Question("curve", (*PREVIEW.reads, "gold.ordinals", "gold.bits", "gold.day_bits"), PREVIEW.needs)
EVERYBODY = Rule("everybody", {"fr": "tous", "en": "everybody"}, {"fr": "", "en": ""}, Always())
AT_LEAST, WITHIN = ">=", "within"
# Of more values as many thresholds, each with about as many people between it and the next.
MOST_POINTS = 1_000


@dataclass(frozen=True)
class CurvePoint:
    """The people on one side of a threshold, how many of them may be written to, and their net revenue of 365 days."""

    threshold: float
    people: int
    contactable: int
    revenue_cents: int


@dataclass(frozen=True)
class Curve:
    """Sizes at thresholds.

    Attributes:
        name: of the rule within which people are counted.
        along: the value, or the act.
        unit: of the thresholds.
        points: by threshold, ascending.
        engine: what answered.
        direction: ``>=``: people with the threshold's value or more; ``within``: who did it in so many days.
    """

    name: str
    along: str
    as_of: date
    unit: str
    points: tuple[CurvePoint, ...]
    engine: str
    direction: str

    def moved(self, before: float, after: float) -> CurvePoint:
        """Who enters where one threshold is replaced by another; below zero, who leaves."""
        then, now = self._at(before), self._at(after)
        return CurvePoint(
            after,
            now.people - then.people,
            now.contactable - then.contactable,
            now.revenue_cents - then.revenue_cents,
        )

    def _at(self, threshold: float) -> CurvePoint:
        """The sizes at a threshold that need not be a point: nobody's value lies between it and the next point."""
        if self.direction == AT_LEAST:
            found = next((point for point in self.points if point.threshold >= threshold), None)
        else:
            found = next((point for point in reversed(self.points) if point.threshold <= threshold), None)
        return found or CurvePoint(threshold, 0, 0, 0)


def curve_of(
    workspace: Workspace, target: str, along: str, as_of: date | None = None, within: int | None = None
) -> Curve:
    """The curve of a rule's name, of a condition, or of ``everybody``; see ``curve``."""
    rules = (EVERYBODY,) if target == EVERYBODY.key else rules_named(workspace, target)
    if len(rules) != 1:
        raise ConfigError(f"{target} holds {len(rules)} segments; a curve is of one.")
    return curve(workspace, open_lake(workspace), rules[0], along, as_of, within)


def curve(
    workspace: Workspace,
    lake: Lake,
    rule: Rule | None,
    along: str,
    as_of: date | None = None,
    within: int | None = None,
) -> Curve:
    """Sizes within a rule at every threshold.

    Args:
        rule: None is everybody.
        along: a value that is a number (``days_since_order``), or an act (``click``).
        as_of: a stored day; the newest by default.
        within: of an act, count the distinct days in so many days instead of the days since the newest.

    Raises:
        ConfigError: there is no such value or act, it is no number, or the day is not stored.
        GateClosed: bitmaps of the day are needed, and are not there.
        OnlyBySpark: the rule looks at what only Spark computes.
    """
    rule = rule or EVERYBODY
    view = look(CURVE, workspace, lake)
    catalogue = view.context[CATALOGUE]
    kinds = {name: value.kind for name, value in values_of(catalogue, workspace.models).items()}
    acts = acts_of(catalogue)
    if along in acts and along not in kinds:
        with view.on(day_with_bits(view, as_of)) as view:
            return _of_act(view, rule, along, within)
    if along not in kinds:
        raise no_such("value or act", along, (*kinds, *acts), "A curve goes along a number or an act.", sorted(acts))
    if kinds[along] != "number" or within is not None:
        raise ConfigError(
            f"{along} is no act, so no days of it are counted."
            if within is not None
            else f"{along} is a {kinds[along]}; a curve goes along a number, as days_since_order."
        )
    with view.on(day_with_features(view, as_of)) as view:
        counted, engine = _of_value(view, rule, along)
        unit = _unit(catalogue, along)
        return Curve(rule.key, along, view.as_of, unit, _points(counted.at_least()), engine, AT_LEAST)


def _of_act(view: View, rule: Rule, act: str, within: int | None) -> Curve:
    longest, days = days_of_act(view, act, within)
    if within is not None and longest < within:
        raise ConfigError(f"{longest} days are kept (bits.kept_days), and {within} are asked for.")
    blocks, inside, engine = _base(view, rule, ())

    def counts() -> Iterator[Counted]:
        for block, people in inside.items():
            known = {day: who for day, who in days.get(block, {}).items() if (view.as_of - day).days <= longest}
            if within is None:
                newest = sorted(((view.as_of - day).days, who) for day, who in known.items())
                yield count_newest(newest, people, blocks[block].contactable, _revenue(view, blocks[block]))
            else:
                who = people & BitMap.union(BitMap(), *known.values())
                numbers = distinct_days(known, view.as_of, within)
                yield count_block(numbers, who, blocks[block].contactable, _revenue(view, blocks[block]))

    counted = added(counts())
    if within is not None:
        return Curve(rule.key, act, view.as_of, "days", _points(counted.at_least()), engine, AT_LEAST)
    return Curve(rule.key, act, view.as_of, "days", _points(_every_day(counted.at_most(), longest)), engine, WITHIN)


def _every_day(counted: Counted, longest: int) -> Counted:
    """Sizes of every window, also of those on whose oldest day nobody comes in."""
    days = np.arange(1, longest + 1)
    at = np.searchsorted(counted.values, days, side="right")
    sizes = [np.concatenate([[0], n])[at] for n in (counted.people, counted.contactable, counted.revenue)]
    return Counted(days, *sizes)


def _of_value(view: View, rule: Rule, along: str) -> tuple[Counted, str]:
    names = stored_names(view.context[CATALOGUE], features_stored(view))
    if along not in names:
        return _by_duckdb(view, rule, along), DUCKDB
    try:
        blocks, inside, engine = _base(view, rule, (names[along],), may_join=False)
    except NotInBits:
        return _by_duckdb(view, rule, along), DUCKDB

    def counted() -> Iterator[Counted]:
        for block, people in inside.items():
            numbers = blocks[block].numbers(names[along])
            who, spent = people & numbers.known, _revenue(view, blocks[block])
            yield count_block(numbers.by_place(), who, blocks[block].contactable, spent)

    return added(counted()), engine


def _base(
    view: View, rule: Rule, features: tuple[str, ...], may_join: bool = True
) -> tuple[dict[int, Block], dict[int, BitMap], str]:
    """The day's blocks, with the slices of some features, and by block who is in the rule."""
    stored = features_stored(view)
    names = stored_names(view.context[CATALOGUE], stored)
    revenue = set(difference_of(view.context[CATALOGUE], REVENUE))
    try:
        read = features_read(rule.when, names)
    except NotInBits:
        if not may_join:
            raise
        blocks = blocks_of_day(view, {*features, *revenue})
        ordinals = _ordinals_by_duckdb(view, rule)
        inside = {block: bitmap_of(places) for block, places, _ in blocks_of(ordinals) if block in blocks}
        return blocks, inside, f"{BITS}, within a rule by {DUCKDB}"
    blocks = blocks_of_day(view, {*features, *revenue, *read})
    return blocks, {at: people_in(rule.when, block, names) for at, block in blocks.items()}, BITS


def _revenue(view: View, block: Block) -> np.ndarray:
    return block.difference(difference_of(view.context[CATALOGUE], REVENUE))


def _points(counted: Counted) -> tuple[CurvePoint, ...]:
    values, columns = counted.values, (counted.people, counted.contactable, counted.revenue)
    n = len(values)
    if n > MOST_POINTS:
        # The ends of equal shares of the people.
        sizes = np.abs(counted.people - counted.people[0])
        at = np.searchsorted(sizes, np.linspace(0, sizes[-1], MOST_POINTS))
        chosen = np.unique(np.clip(np.concatenate([[0], at, [n - 1]]), 0, n - 1))
        values, columns = values[chosen], tuple(c[chosen] for c in columns)
    rows = zip(values.tolist(), *[c.tolist() for c in columns], strict=True)
    return tuple(CurvePoint(value, int(people), int(may), int(cents)) for value, people, may, cents in rows)


def _unit(catalogue: Catalogue, name: str) -> str:
    for feature in catalogue.features:
        if name in {feature.column(window) for window in feature.spans}:
            return catalogue.unit_of(feature)
    return "days" if name.startswith("days_since_") else ""


def _by_duckdb(view: View, rule: Rule, along: str) -> Counted:
    with Database(view) as database:
        f = database.f
        inside = members(database, view, [rule], tuple(dict.fromkeys((along, CONTACTABLE_VALUE, REVENUE))))
        spent = exp.alias_(exp.Sum(this=column(REVENUE).node), "spent", quoted=True)
        may = f.count_if(f.col(CONTACTABLE_VALUE)).alias("may").node
        n = exp.alias_(exp.Count(this=exp.Star()), "n", quoted=True)
        value = exp.alias_(column(along).node, "value", quoted=True)
        query = exp.select(value, n, may, spent).from_(inside.subquery("members"))
        query = (
            query.where(f.col(along).isNotNull().node).group_by(exp.Literal.number(1)).order_by(exp.Literal.number(1))
        )
        rows = database.rows(query)
    columns = ([row[name] or 0 for row in rows] for name in ("value", "n", "may", "spent"))
    return Counted(*(np.array(list(map(_plain, values))) for values in columns))


def _plain(value: object) -> float | int:
    """A number that numpy knows; sums of DuckDB are of 128 bits."""
    return value if isinstance(value, int | float) else float(str(value))


def _ordinals_by_duckdb(view: View, rule: Rule) -> np.ndarray:
    with Database(view) as database:
        known = database.table(gold.ORDINALS, ["person_id", "ordinal"])
        inside = members(database, view, [rule]).subquery("members")
        query = exp.select(column("ordinal").node).from_(inside).join(known.subquery("known"), using=["person_id"])
        return np.fromiter((row["ordinal"] for row in database.stream(query)), dtype=np.int64)
