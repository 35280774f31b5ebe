"""The memberships of a stored day by some definitions, as a query of DuckDB: what segments/membership.py is in Spark."""

from collections.abc import Iterable
from typing import cast

from sqlglot import exp

from segspark.duck.database import Database
from segspark.duck.frame import Frame
from segspark.duck.functions import column
from segspark.features.resources import CATALOGUE
from segspark.pipeline.view import View
from segspark.query.duck.people import people_of_day
from segspark.segments.calendar_context import CalendarContext
from segspark.segments.definitions import Definitions
from segspark.segments.resources import CALENDAR
from segspark.segments.rules.tree import names, sequences
from segspark.segments.schemes.permission import prepare
from segspark.segments.schemes.prepare import Failed, made, place_people
from segspark.segments.schemes.scheme import Scheme, SchemeContext
from segspark.segments.validity import NEXT_BIRTHDAY, Validity
from segspark.segments.values import values_of
from segspark.time import DAY

_OF_PERSON = ("person_id", "is_contactable", "not_contactable_reason")


def memberships(database: Database, view: View, definitions: Definitions, schemes: Iterable[Scheme]) -> Frame:
    """Rows of gold.segments, without the run's mark, by the definitions of some schemes (versioned_memberships)."""
    return versioned_memberships(database, view, definitions, schemes)[0]


def versioned_memberships(
    database: Database, view: View, definitions: Definitions, schemes: Iterable[Scheme]
) -> tuple[Frame, list[str]]:
    """The same rows, and the versions of the definitions behind them.

    Raises:
        OnlyBySpark: the day or a definition has something that DuckDB does not read.
        Exception: of a scheme that fails; a question has one answer, and no part of it may be missing.
    """
    f, places = database.f, view.context[CALENDAR]
    ahead = Validity(values_of(view.context[CATALOGUE], view.settings.models), places, view.as_of, f)
    context = SchemeContext(view, definitions, f, ahead)
    chosen = tuple(schemes)
    nodes = [node for _, node in definitions.nodes()]
    wanted = {name.partition(".")[0] for node in nodes for name in names(node)} | {*_OF_PERSON[1:]}
    wanted |= {value for scheme in chosen for value in scheme.values(context)}
    wanted |= {f"{scheme.purpose}_from" for scheme in chosen if scheme.purpose} | _of_validity(wanted, places)
    people = Frame(database, people_of_day(database, view, wanted, sequences(nodes))).computed()
    placed, results = place_people({scheme: prepare(scheme, context, people) for scheme in chosen}, people)  # type: ignore[arg-type]
    for result in results.values():
        if isinstance(result, Failed):
            raise result.error
    all_made = made(results).values()
    entries = [entry.node for prepared in all_made for entry in prepared.entries]
    of_person = [column(name).node for name in _OF_PERSON]
    each = exp.alias_(exp.Anonymous(this="unnest", expressions=[exp.Array(expressions=entries)]), "s")
    rows = exp.select(*of_person, each).from_(cast(Frame, placed).query.subquery("people"))
    day, until = f.lit(view.as_of), f.coalesce(column("valid_until", "s"), f.lit(view.as_of + DAY))
    fields = [
        "scheme",
        "segment_id",
        "segment_name",
        "level",
        "path",
        "score",
        "branch_id",
        "definition_version",
        "model_version",
    ]
    wide = exp.select(
        *of_person, day.cast("date").alias("segment_date").node, until.alias("valid_until").node,
        *[column(name, "s").alias(name).node for name in fields],
    ).from_(rows.subquery("each"))  # fmt: skip
    versions = [content.version for prepared in all_made for content in prepared.contents]
    return Frame(database, wide.where(column("s").isNotNull().node)), versions


def _of_validity(wanted: Iterable[str], places: CalendarContext) -> set[str]:
    """What valid_until looks at besides the conditions' values."""
    more = {NEXT_BIRTHDAY} if "age_years" in wanted else set[str]()
    return more | ({"country", "region"} if places.named else set())
