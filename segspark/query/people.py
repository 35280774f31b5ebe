"""Tables of people of a stored day, a row each: chosen features of everybody, and who is in a rule. No Spark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from sqlglot import exp

from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.duck.functions import column
from segspark.features.resources import CATALOGUE
from segspark.near import find_named
from segspark.pipeline.view import Question, look
from segspark.query.duck.people import known_values, people_of_day
from segspark.query.preview import members
from segspark.query.targets import PREVIEW, day_with_features
from segspark.query.units import unit_of
from segspark.segments.definitions import Rule
from segspark.segments.lookup import find_segment, newest_day
from segspark.segments.values import values_of
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

PERSON = "person_id"
REASON = "not_contactable_reason"
_OF_SEGMENT = (PERSON, "is_contactable", REASON, "valid_until")
MEMBERSHIP = Question("membership", ("gold.segments", "gold.segment_registry"))


@dataclass(frozen=True)
class People:
    """Attributes:
    rows: one per person, by person_id.
    units: column -> its unit, of those that have one.
    """

    as_of: date
    rows: pa.Table
    units: dict[str, str]


def features_of_people(workspace: Workspace, lake: Lake, names: Sequence[str], as_of: date | None) -> People:
    """The values of some features, scores or values of the profile, of everybody whom the lake knew on a day.

    Returns:
        person_id and a column per name; null where a value is unknown.

    Raises:
        UnknownName: there is no such value.
        OnlyBySpark: the lake has something that DuckDB does not read.
    """
    view = look(PREVIEW, workspace, lake)
    with view.on(day_with_features(view, as_of)) as view, Database(view) as database:
        known = sorted(known_values(view) - {PERSON})
        see = "`segspark features list` names features."
        wanted = list(dict.fromkeys(find_named("feature", name, known, lambda other: (other,), see) for name in names))
        people = people_of_day(database, view, wanted).subquery("people")
        columns = [column(name).node for name in (PERSON, *wanted)]
        rows = database.arrow(exp.select(*columns).from_(people).order_by(column(PERSON).node))
        catalogue = view.context[CATALOGUE]
        values = values_of(catalogue, view.settings.models)
        units = {name: unit_of(catalogue, name, values.get(name)) for name in wanted}
        return People(view.as_of, rows, {name: unit for name, unit in units.items() if unit})


def people_of_rule(workspace: Workspace, lake: Lake, rule: Rule, as_of: date | None) -> People:
    """Who is in a rule on a day.

    Returns:
        person_id, and not_contactable_reason, which is null for those who may be written to.

    Raises:
        OnlyBySpark: the lake or the rule has something that DuckDB does not read.
    """
    view = look(PREVIEW, workspace, lake)
    with view.on(day_with_features(view, as_of)) as view, Database(view) as database:
        inside = members(database, view, [rule], (REASON,)).subquery("members")
        columns = [column(name).node for name in (PERSON, REASON)]
        rows = database.arrow(exp.select(*columns).from_(inside).order_by(column(PERSON).node))
        return People(view.as_of, rows, {})


def people_of_segment(workspace: Workspace, lake: Lake, segment: str, as_of: date | None) -> People:
    """Who is in a stored segment on a day.

    Args:
        segment: its id, or a name as commands find it.

    Returns:
        person_id, is_contactable, not_contactable_reason and valid_until, the first day on which the membership may have
        changed.

    Raises:
        UnknownName: there is no such segment.
        OnlyBySpark: the table has something that DuckDB does not read.
    """
    with look(MEMBERSHIP, workspace, lake) as view, Database(view) as database:
        day, f = newest_day(view, as_of), database.f
        stored = database.table(
            gold.SEGMENTS, [*_OF_SEGMENT, "segment_id"], lambda p: str(p["segment_date"]) == day.isoformat()
        )
        inside = f.col("segment_id") == f.lit(find_segment(view, segment)["segment_id"])
        query = exp.select(*[column(name).node for name in _OF_SEGMENT]).from_(stored.subquery("stored"))
        return People(day, database.arrow(query.where(inside.node).order_by(column(PERSON).node)), {})
