"""Sizes at every threshold of a value, or for every window of an act, within a rule. No JVM is started.

Bitmaps (gold.bits, gold.day_bits) answer; what a rule looks at and they do not hold is answered by DuckDB, as previews are, and
so are acts on days whose bitmaps are not whole.
"""

from collections.abc import Iterator, Mapping
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
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import ConfigError, GateClosed
from segspark.features.acts import acts_of
from segspark.features.resources import CATALOGUE
from segspark.features.undeclared import undeclared
from segspark.features.value import Value
from segspark.near import no_such
from segspark.pipeline.view import Question, View, look
from segspark.query.answers import REVENUE
from segspark.query.bits.rules import (
    NotInBits,
    difference_of,
    features_read,
    people_in,
    stored_names,
)
from segspark.query.bits.stored import Block, NoBits, blocks_of_day, days_of_act, features_stored
from segspark.query.curve import Curve, CurvePoint, Direction, round_step
from segspark.query.duck.act_points import distinct_days_of_act, windows_of_act
from segspark.query.duck.curve_points import points_by_duckdb
from segspark.query.preview import ENGINE as DUCKDB
from segspark.query.preview import members
from segspark.query.targets import PREVIEW, day_with_features, rules_named
from segspark.query.thresholds import own_direction, widened
from segspark.query.units import unit_of
from segspark.segments.definitions import Rule
from segspark.segments.rules.tree import Always
from segspark.segments.values import values_of
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake

BITS = "bitmaps"
CURVE = Question("curve", (*PREVIEW.reads, "gold.ordinals", "gold.bits", "gold.day_bits"), PREVIEW.needs)
EVERYBODY = Rule("everybody", {"fr": "tous", "en": "everybody"}, {"fr": "", "en": ""}, Always())


def curve_of(
    workspace: Workspace,
    target: str,
    along: str,
    as_of: date | None = None,
    direction: Direction | None = None,
    within: int | None = None,
) -> Curve:
    """The curve of a rule's name, of a condition, or of ``everybody``; see ``curve``.

    Raises:
        GateClosed: only Spark could answer, which no curve starts.
    """
    rules = (EVERYBODY,) if target == EVERYBODY.key else rules_named(workspace, target)
    if len(rules) != 1:
        raise ConfigError(f"{target} holds {len(rules)} segments; a curve is of one.")
    try:
        return curve(workspace, open_lake(workspace), rules[0], along, as_of, direction, within)
    except OnlyBySpark as why:
        raise GateClosed(f"There is no such curve without Spark, which curves do not start: {why}.") from None


def curve(
    workspace: Workspace,
    lake: Lake,
    rule: Rule | None,
    along: str,
    as_of: date | None = None,
    direction: Direction | None = None,
    within: int | None = None,
) -> Curve:
    """The size of a rule at every threshold of a value, or for every window of an act.

    The rule's own comparison with the value on the same side, alone or joined by ``and``, is the one that moves: it is left
    out, so that a curve shows what a wider threshold would bring too. A threshold holds those who are just on it, so
    ``> 60`` days is the point 61. People without a value are in no point.

    Args:
        rule: None is everybody.
        along: a value that is a number (``days_since_order``), or an act (``click``).
        as_of: a stored day; the newest by default.
        direction: of a value; by default that of the rule's own comparison, else at most so many days for one that grows by
            one each day, such as ``days_since_order``, and at least so much for others.
        within: of an act, count the distinct days in so many days instead of the days since the newest.

    Raises:
        ConfigError: there is no such value or act, it is no number, or the day is not stored.
        OnlyBySpark: the lake or the rule has something that only Spark reads.
    """
    rule = rule or EVERYBODY
    view = look(CURVE, workspace, lake)
    catalogue = view.context[CATALOGUE]
    known = values_of(catalogue, workspace.models)
    if (window := undeclared(along, catalogue)) is not None:
        known[along] = Value("number", "moving")
    acts = acts_of(catalogue)
    if along in acts and along not in known:
        with view.on(day_with_features(view, as_of)) as view:
            return _of_act(view, rule, along, within)
    if along not in known:
        raise no_such("value or act", along, (*known, *acts), "A curve goes along a number or an act.", sorted(acts))
    if known[along].kind != "number" or within is not None:
        raise ConfigError(
            f"{along} is no act, so no days of it are counted."
            if within is not None
            else f"{along} is a {known[along].kind}; a curve goes along a number, as days_since_order."
        )
    with view.on(day_with_features(view, as_of)) as view:
        default: Direction = "at_most" if known[along].motion == "ageing" else "at_least"
        chosen = direction or own_direction(rule, along) or default
        points, engine = _of_value(view, widened(rule, along, chosen), along, chosen)
        unit = window.unit if window is not None else unit_of(catalogue, along, known[along])
        return Curve(rule.key, along, view.as_of, unit, points, engine, chosen)


def _of_act(view: View, rule: Rule, act: str, within: int | None) -> Curve:
    """By bitmaps, and where those of the day do not answer by daily tiles."""
    try:
        if view.as_of not in view.facts(gold.BITS).days:
            raise NoBits(f"gold.bits has no rows of {view.as_of}")
        longest, days = days_of_act(view, act, within)
        _check_kept(longest, within)
        points, engine = _act_by_bits(view, rule, days, longest, within)
    except NoBits as why:
        longest, engine = view.settings.bits.kept_days, f"{DUCKDB} from daily tiles: {why}"
        _check_kept(longest, within)
        if within is None:
            points = windows_of_act(view, rule, act, longest)
        else:
            points = distinct_days_of_act(view, rule, act, within)
    direction: Direction = "at_most" if within is None else "at_least"
    return Curve(rule.key, act, view.as_of, "days", points, engine, direction, is_window=within is None)


def _check_kept(longest: int, within: int | None) -> None:
    if within is not None and longest < within:
        raise ConfigError(f"{longest} days are kept (bits.kept_days), and {within} are asked for.")


def _act_by_bits(
    view: View, rule: Rule, days: Mapping[int, Mapping[date, BitMap]], longest: int, within: int | None
) -> tuple[tuple[CurvePoint, ...], str]:
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
        return _points(counted.at_least(), "at_least"), engine
    return _points(_every_day(counted.at_most(), longest), "at_most"), engine


def _every_day(counted: Counted, longest: int) -> Counted:
    """Sizes of every window, also of those on whose oldest day nobody comes in."""
    days = np.arange(1, longest + 1)
    at = np.searchsorted(counted.values, days, side="right")
    sizes = [np.concatenate([[0], n])[at] for n in (counted.people, counted.contactable, counted.revenue)]
    return Counted(days, *sizes)


def _of_value(view: View, rule: Rule, along: str, direction: Direction) -> tuple[tuple[CurvePoint, ...], str]:
    names = stored_names(view.context[CATALOGUE], features_stored(view))
    if along not in names:
        return points_by_duckdb(view, rule, along, direction), DUCKDB
    try:
        blocks, inside, engine = _base(view, rule, (names[along],), may_join=False)
    except NotInBits:
        return points_by_duckdb(view, rule, along, direction), DUCKDB

    def counts() -> Iterator[Counted]:
        for block, people in inside.items():
            numbers = blocks[block].numbers(names[along])
            who, spent = people & numbers.known, _revenue(view, blocks[block])
            yield count_block(numbers.by_place(), who, blocks[block].contactable, spent)

    counted = added(counts())
    return _points(counted.at_least() if direction == "at_least" else counted.at_most(), direction), engine


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


def _points(summed: Counted, direction: Direction) -> tuple[CurvePoint, ...]:
    """The points, as many as there are values, or those on round steps."""
    values, columns = summed.values, [summed.people, summed.contactable, summed.revenue]
    step = round_step(len(values), *(values[[0, -1]].tolist() if len(values) else (None, None)))
    if step is not None:
        # Towards the side of its people, so that a point has exactly those on its side.
        up = direction == "at_least"
        thresholds = np.unique((np.floor if up else np.ceil)(values / step) * step)
        at = np.searchsorted(values, thresholds) if up else np.searchsorted(values, thresholds, side="right") - 1
        values, columns = thresholds, [c[at] for c in columns]
    rows = zip(values.tolist(), *[c.tolist() for c in columns], strict=True)
    return tuple(CurvePoint(_plain(value), int(people), int(may), int(cents)) for value, people, may, cents in rows)


def _plain(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def _ordinals_by_duckdb(view: View, rule: Rule) -> np.ndarray:
    with Database(view) as database:
        known = database.table(gold.ORDINALS, ["person_id", "ordinal"])
        inside = members(database, view, [rule]).subquery("members")
        query = exp.select(column("ordinal").node).from_(inside).join(known.subquery("known"), using=["person_id"])
        return np.fromiter((row["ordinal"] for row in database.stream(query)), dtype=np.int64)
