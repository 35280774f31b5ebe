"""Sizes of the segments of a day, with who entered and left since the stored day before. No Spark."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlglot import exp

from segspark.config.models import Workspace
from segspark.duck.database import Database, Partition
from segspark.pipeline.view import Question, View, look
from segspark.segments.lookup import is_provisional_day, newest_day, previous_day
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

MOVEMENT = Question("movement", ("gold.segments", "gold.segment_changes"))
# The words of gold.segment_changes: from nowhere or to nowhere, and between two segments of an exclusive scheme.
_IN, _OUT = ("entered", "moved_in"), ("left", "moved_out")
_OF_SEGMENT = ("scheme", "segment_id", "segment_name")


def sizes_and_movement(workspace: Workspace, lake: Lake, as_of: date | None) -> list[dict[str, Any]]:
    """A row per segment of a day, the largest of each scheme first.

    Returns:
        scheme, segment_name, segment_id, people, contactable, entered, left, since (the stored day before; these three are
        None on the first day), segment_date, is_provisional.

    Raises:
        OnlyBySpark: a table has something that DuckDB does not read.
    """
    with look(MOVEMENT, workspace, lake) as view, Database(view) as database:
        day = newest_day(view, as_of)
        before = previous_day(view, day)
        moved = _read_moved(view, database, day) if before is not None else {}
        is_provisional = is_provisional_day(view, day)
        rows = []
        for row in _read_sizes(database, day):
            nobody = (None, None) if before is None else (0, 0)
            entered, left = moved.get(row["segment_id"], nobody)
            of_day = {"since": before, "segment_date": day, "is_provisional": is_provisional}
            rows.append({**row, "entered": entered, "left": left, **of_day})
        return sorted(rows, key=lambda r: (r["scheme"], -r["people"], r["segment_name"]))


def _read_sizes(database: Database, day: date) -> list[dict[str, Any]]:
    """A row per segment."""
    f = database.f
    stored = database.table(gold.SEGMENTS, [*_OF_SEGMENT, "is_contactable"], _of(day))
    keys = [f.col(name).node for name in _OF_SEGMENT]
    people = exp.alias_(exp.Count(this=exp.Star()), "people")
    contactable = f.count_if(f.col("is_contactable")).alias("contactable").node
    return database.rows(exp.select(*keys, people, contactable).from_(stored.subquery("stored")).group_by(*keys))


def _read_moved(view: View, database: Database, day: date) -> dict[str, tuple[int, int]]:
    """Segment -> how many entered and left; two numbers a segment."""
    if not view.facts(gold.SEGMENT_CHANGES).days:
        return {}
    f = database.f
    stored = database.table(gold.SEGMENT_CHANGES, ["segment_id", "change"], _of(day))
    change = f.col("change")
    sums = [
        f.count_if((change == f.lit(in_one)) | (change == f.lit(between_two))).alias(name).node
        for name, (in_one, between_two) in (("entered", _IN), ("left", _OUT))
    ]
    key = f.col("segment_id").node
    rows = database.rows(exp.select(key, *sums).from_(stored.subquery("stored")).group_by(key))
    return {row["segment_id"]: (int(row["entered"]), int(row["left"])) for row in rows}


def _of(day: date) -> Callable[[Partition], bool]:
    return lambda partition: str(partition["segment_date"]) == day.isoformat()
