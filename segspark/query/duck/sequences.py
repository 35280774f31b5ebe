"""Sequences from daily tiles in DuckDB: the same two dates per person as segments/sequences.py gives."""

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from segspark.duck.database import Database, union
from segspark.duck.functions import column
from segspark.features.acts import acts_of
from segspark.features.resources import CATALOGUE
from segspark.pipeline.view import View
from segspark.segments.rules.tree import Followed
from segspark.segments.values import measures_read
from segspark.tables.contracts import gold
from segspark.time import DAY


def sequence_dates(database: Database, view: View, sequences: Sequence[Followed]) -> exp.Query:
    """person_id and, per sequence, ``name`` and ``then_name``; see segments/sequences.py for what counts."""
    f, catalogue, as_of = database.f, view.context[CATALOGUE], view.as_of
    measures, acts = measures_read(sequences, catalogue), acts_of(catalogue)
    days = days_of_measures(database, view, measures, as_of - max(s.within for s in sequences) * DAY)
    with_next = exp.select(exp.Star()).from_(days.subquery("days"))
    for act in sorted({acts[s.then] for s in sequences}):
        # The next day of the act, on the day itself or after it.
        later = exp.Window(
            this=exp.Min(this=f.when(f.col(act) > f.lit(0), f.col("activity_date")).node),
            partition_by=[column("person_id").node],
            order=exp.Order(expressions=[column("activity_date").node]),
            spec=exp.WindowSpec(kind="ROWS", start="CURRENT ROW", end="UNBOUNDED", end_side="FOLLOWING"),
        )
        with_next = with_next.select(exp.alias_(later, f"next_{act}", quoted=True))
    query = exp.select(column("person_id").node).from_(with_next.subquery("acts")).group_by(column("person_id").node)
    day = f.col("activity_date")
    for s in sequences:
        then = f.col(f"next_{acts[s.then]}")
        is_followed = f.coalesce(then < f.date_add(day, s.days), f.lit(False))
        over = f.lit(as_of - s.days * DAY)
        is_it = (f.coalesce(f.col(acts[s.first]), f.lit(0)) > f.lit(0)) & (day >= f.lit(as_of - s.within * DAY))
        is_it = is_it & (is_followed if s.is_followed else ~is_followed & (day <= over))
        newest = exp.Max(this=f.when(is_it, day).node)
        # No day of the act after the newest one is a missing date, which arg_max would pass over.
        after = exp.Anonymous(this="arg_max_null", expressions=[then.node, f.when(is_it, day).node])
        query = query.select(exp.alias_(newest, s.name, quoted=True), exp.alias_(after, s.then_name, quoted=True))
    return query


def days_of_measures(database: Database, view: View, measures: Sequence[str], first: date) -> exp.Select:
    """A row per person and local day from the first on with an event: person_id, activity_date, and of each measure the
    day's sum with all corrections known by the as-of day, null before the purpose may use the person's events."""
    f, catalogue, as_of = database.f, view.context[CATALOGUE], view.as_of
    keys = ["person_id", "activity_date"]
    tiles = database.table(
        gold.ACTIVITY_DAILY.with_columns(catalogue.tile_columns()), [*keys, *measures],
        lambda p: first.isoformat() <= str(p["activity_date"]) < as_of.isoformat(),
    )  # fmt: skip
    corrections = database.table(
        gold.ACTIVITY_CORRECTIONS.with_columns(catalogue.tile_columns()), [*keys, *measures],
        lambda p: first.isoformat() <= str(p["applied_as_of"]) <= as_of.isoformat(),
    )  # fmt: skip
    seen = (f.col("activity_date") >= f.lit(first)) & (f.col("activity_date") < f.lit(as_of))
    purposes = {m: f"{catalogue.by_measure[m].purpose}_from" for m in measures}
    permissions = database.table(
        gold.FEATURES, sorted({"person_id", *purposes.values()}), lambda p: str(p["as_of_date"]) == as_of.isoformat()
    )
    rows = union([tiles, corrections]).subquery("rows")
    days = (
        exp.select(column("person_id", "rows").node, column("activity_date").node)
        .from_(rows)
        .join(permissions.subquery("may"), using=["person_id"])
        .where(seen.node)
        .group_by(column("person_id", "rows").node, column("activity_date").node)
    )
    for measure, start in purposes.items():
        used = f.when(f.col("activity_date") >= column(start, "may"), f.col(measure))
        days = days.select(exp.alias_(exp.Sum(this=used.node), measure, quoted=True))
    return days
