"""Whether the stored groups of a day are those that the model in use for it gives, so that no model need be applied."""

from collections.abc import Collection

from sqlglot import exp

from segspark.duck.database import Database
from segspark.duck.frame import Frame
from segspark.duck.functions import column
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.pipeline.view import View
from segspark.segments.schemes.scheme import Scheme
from segspark.segments.values import stored_people
from segspark.tables.contracts import gold


def check_given(database: Database, view: View, scheme: Scheme, found: Frame) -> None:
    """Make sure that memberships follow from groups which the same version of model and definition gave on the day.

    Args:
        found: rows of gold.segments by the version in use, computed from the column that the scheme names.

    Raises:
        OnlyBySpark: another version gave them, or they were not stored; the text says which.
    """
    day = view.as_of.isoformat()
    if view.runs.outputs("segments", view.as_of) is None:
        raise OnlyBySpark(f"no finished run says what gave the groups of {view.as_of}")
    people = database.table(stored_people(), ["person_id", scheme.stored_as], lambda p: str(p["as_of_date"]) == day)
    known = exp.select(exp.alias_(exp.Count(this=column(scheme.stored_as).node), "n")).from_(people.subquery("people"))
    if not database.rows(known)[0]["n"]:
        raise OnlyBySpark(f"gold.people of {view.as_of} holds no {scheme.stored_as} of anybody")
    f, names = database.f, ["definition_version", "model_version"]
    stored = database.table(gold.SEGMENTS, [*names, "scheme"], lambda p: str(p["segment_date"]) == day)
    of_scheme = (
        exp.select(exp.Star()).from_(stored.subquery("stored")).where((f.col("scheme") == f.lit(scheme.name)).node)
    )
    then, now = (_versions(database, rows, names) for rows in (of_scheme, found.query))
    if then != now:
        raise OnlyBySpark(
            f"the {scheme.name} groups of {view.as_of} were given by {_told(then)}, and in use for it is {_told(now)}"
        )


def _versions(database: Database, rows: exp.Query, names: list[str]) -> set[tuple[str, str]]:
    """The versions of definition and model behind memberships; those of no model are left out."""
    query = exp.select(*[column(name).node for name in names]).distinct().from_(rows.subquery("rows"))
    found = database.rows(query.where(column("model_version").isNotNull().node))
    return {(row["definition_version"], row["model_version"]) for row in found}


def _told(versions: Collection[tuple[str, str]]) -> str:
    return ", ".join(f"{model} (definition {definition})" for definition, model in sorted(versions)) or "no model"
