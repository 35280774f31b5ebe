"""Counts over undeclared windows from daily tiles in DuckDB, as features over declared ones are."""

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from segspark.duck.database import Database
from segspark.duck.functions import Column, column
from segspark.features.aggregations.days import DAYS
from segspark.features.aggregations.sum import SUM
from segspark.features.undeclared import Undeclared
from segspark.pipeline.view import View
from segspark.query.duck.sequences import days_of_measures
from segspark.time import DAY

# Aggregation -> what a person's days within the window add up to.
_ADDED: Mapping[str, Callable[[Column, Column, Database], exp.Expression]] = {
    SUM.name: lambda inside, n, db: exp.Cast(
        this=exp.Sum(this=db.f.when(inside, n).node), to=exp.DataType.build("BIGINT")
    ),
    DAYS.name: lambda inside, n, db: db.f.count_if(inside & (n > db.f.lit(0))).node,
}


def window_counts(database: Database, view: View, wanted: Sequence[Undeclared]) -> exp.Query:
    """person_id, and each count under its name; people without an event in any window are left out."""
    f, as_of = database.f, view.as_of
    measures = sorted({each.measure for each in wanted})
    days = days_of_measures(database, view, measures, as_of - max(each.days for each in wanted) * DAY)
    query = exp.select(column("person_id").node).from_(days.subquery("days")).group_by(column("person_id").node)
    for each in wanted:
        inside = f.col("activity_date") >= f.lit(as_of - each.days * DAY)
        added = _ADDED[each.kind.name](inside, f.col(each.measure), database)
        query = query.select(exp.alias_(added, each.name, quoted=True))
    return query
