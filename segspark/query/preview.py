"""Preview of a definition before it is published: sizes and overlaps. Nothing is written, and no JVM is started."""

import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlglot import exp

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.duck.functions import column
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import GateClosed
from segspark.features.resources import CATALOGUE
from segspark.pipeline.view import View, look
from segspark.query.answers import CONTACTABLE, N_SAMPLED, NO_PROVIDER, PROVIDER, Counts, amounts, flag, previews_of
from segspark.query.duck.people import people_of_day
from segspark.query.targets import PREVIEW, day_with_features, rules_named
from segspark.segments.definitions import Rule
from segspark.segments.lookup import previous_day
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.tree import names, sequences
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake

_log = logging.getLogger(__name__)
ENGINE = "DuckDB"


def preview_rules(config: Path, target: str, as_of: date | None) -> list[dict[str, Any]]:
    """Sizes and overlaps of a rule of the workspace, of a file's rules, or of a condition; see answers.previews_of."""
    workspace = open_workspace(config)
    rules = rules_named(workspace, target)
    try:
        return preview(workspace, open_lake(workspace), rules, as_of)
    except OnlyBySpark as why:
        from segspark.query.by_spark import preview_by_spark

        return preview_by_spark(workspace, rules, as_of, f"Spark: {why}")


def preview(workspace: Workspace, lake: Lake, rules: Sequence[Rule], as_of: date | None) -> list[dict[str, Any]]:
    """The same of some rules.

    Raises:
        OnlyBySpark: the lake or a rule has something that DuckDB does not read.
    """
    view = look(PREVIEW, workspace, lake)
    with view.on(day_with_features(view, as_of)) as view, Database(view) as database:
        return previews_of(rules, view.as_of, view.settings.currency, count(database, view, rules))


def members(database: Database, view: View, rules: Sequence[Rule], besides: Sequence[str] = ()) -> exp.Query:
    """Who is in one of the rules: person_id, a flag per rule, and further values."""
    nodes = [rule.when for rule in rules]
    wanted = {name.partition(".")[0] for node in nodes for name in names(node)} | set(besides)
    people = people_of_day(database, view, wanted, sequences(nodes))
    flags = [to_column(node, database.f).alias(flag(at)).node for at, node in enumerate(nodes)]
    inside = exp.select(column("person_id").node, *[column(name).node for name in besides], *flags)
    inside = inside.from_(people.subquery("people"))
    within = exp.or_(*[column(flag(at)).node for at in range(len(rules))])
    return exp.select(exp.Star()).from_(inside.subquery("flagged")).where(within)


def count(database: Database, view: View, rules: Sequence[Rule]) -> Counts:
    """Everything that a preview says of some rules."""
    flags = [flag(at) for at in range(len(rules))]
    added = amounts(view.context[CATALOGUE])
    people = database.keep(members(database, view, rules, ("not_contactable_reason", *added.values(), PROVIDER)))
    f = database.f
    reason = f.coalesce("not_contactable_reason", f.lit(CONTACTABLE)).alias("reason")
    both = [f.count_if(f.col(a) & f.col(b)).alias(f"{a}_{b}").node for i, a in enumerate(flags) for b in flags[i:]]
    sums = [
        exp.alias_(exp.Sum(this=f.when(f.col(name), f.col(feature)).node), f"{amount}_{at}", quoted=True)
        for at, name in enumerate(flags)
        for amount, feature in added.items()
    ]
    by_reason = database.rows(
        exp.select(reason.node, *both, *sums).from_(people.copy()).group_by(exp.Literal.number(1))
    )
    provider = f.coalesce(PROVIDER, f.lit(NO_PROVIDER)).alias(PROVIDER)
    by_provider = database.rows(
        exp.select(provider.node, *[f.count_if(f.col(name)).alias(name).node for name in flags])
        .from_(people.copy())
        .where(f.col("not_contactable_reason").isNull().node)
        .group_by(exp.Literal.number(1))
    )
    sample = [
        [row["person_id"] for row in database.rows(
            exp.select(column("person_id").node).from_(people.copy()).where(column(name).node)
            .order_by(column("person_id").node).limit(N_SAMPLED)
        )]
        for name in flags
    ]  # fmt: skip
    before_date, before = _before(database, view, rules)
    overlaps = _overlaps(database, view, people, flags)
    return Counts(
        by_reason, by_provider, overlaps, sample, ENGINE, database.verified, "cost" in added, before, before_date
    )


def _overlaps(database: Database, view: View, people: exp.Table, flags: Sequence[str]) -> list[dict[str, Any]]:
    """The day's stored segments with the people of each flag."""
    day = view.as_of.isoformat()
    stored = database.table(
        gold.SEGMENTS, ["person_id", "scheme", "segment_name"], lambda p: str(p["segment_date"]) == day
    )
    keys = [column("scheme").node, column("segment_name").node]
    sums = [database.f.count_if(database.f.col(name)).alias(name).node for name in flags]
    joined = exp.select(*keys, *sums).from_(stored.subquery("stored")).join(people.copy(), using=["person_id"])
    return database.rows(joined.group_by(*keys))


def _before(database: Database, view: View, rules: Sequence[Rule]) -> tuple[date | None, list[int] | None]:
    """The last stored day before, and how many people of that day were in each rule; None where it cannot be said."""
    day = previous_day(view, view.as_of)
    if day is None or day not in view.facts(gold.PEOPLE).days or day not in view.facts(gold.FEATURES).days:
        return None, None
    try:
        inside = members(database, view.on(day), rules)
    except GateClosed:
        # It has no scores, and a rule looks at one.
        return None, None
    counts = [database.f.count_if(database.f.col(flag(at))).alias(flag(at)).node for at in range(len(rules))]
    (row,) = database.rows(exp.select(*counts).from_(inside.subquery("members")))
    return day, [int(row[flag(at)] or 0) for at in range(len(rules))]
