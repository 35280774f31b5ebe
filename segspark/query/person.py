"""The values of one person on a stored day, without Spark where the day's people and features are kept."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlglot import exp

from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.duck.functions import column
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.pipeline.view import look
from segspark.query.duck.people import known_values, people_of_day
from segspark.query.targets import PREVIEW
from segspark.segments.rules.tree import Followed
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake


def read_person(
    workspace: Workspace,
    lake: Lake,
    person: str,
    day: date,
    wanted: Collection[str],
    sequences: Sequence[Followed] = (),
    may_start_spark: bool = True,
) -> dict[str, Any]:
    """Some values of one person, and the dates of some sequences; values that nothing stores are left out.

    Raises:
        OnlyBySpark: Spark would have to answer, and may not be started.
    """
    try:
        with look(PREVIEW, workspace, lake, day) as view:
            if day not in view.facts(gold.FEATURES).days:
                raise OnlyBySpark(f"the features of {day} are not kept")
            stored = [name for name in wanted if name in known_values(view)]
            with Database(view) as database:
                people = people_of_day(database, view, stored, sequences).subquery("people")
                it = column("person_id").node.eq(database.f.lit(person).node)
                rows = database.rows(exp.select(exp.Star()).from_(people).where(it))
    except OnlyBySpark:
        if not may_start_spark:
            raise
        from segspark.query.by_spark import read_person as by_spark

        return by_spark(workspace, person, day, sequences)
    return {**rows[0], "attributes": dict(rows[0].get("attributes") or ())} if rows else {}
