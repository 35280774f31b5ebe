"""Sizes of the segments of a day, with who entered and left since the stored day before. No Spark."""

from datetime import date
from typing import Any

from sqlglot import exp

from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.pipeline.view import Question, View, look
from segspark.query.look import segment_sizes
from segspark.segments.lookup import newest_day, previous_day
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

MOVEMENT = Question("movement", ("gold.segments", "gold.segment_changes"))
# The words of gold.segment_changes: from nowhere or to nowhere, and between two segments of an exclusive scheme.
_IN, _OUT = ("entered", "moved_in"), ("left", "moved_out")


def sizes_and_movement(workspace: Workspace, lake: Lake, as_of: date | None) -> list[dict[str, Any]]:
    """The rows of ``segment_sizes``, each with ``entered``, ``left`` and ``since``, the stored day before; None on the first
    day.

    Raises:
        OnlyBySpark: the table of changes has something that DuckDB does not read.
    """
    with look(MOVEMENT, workspace, lake) as view, Database(view) as database:
        day = newest_day(view, as_of)
        before = previous_day(view, day)
        moved = _read_moved(view, database, day) if before is not None else {}
        nobody = (None, None) if before is None else (0, 0)
        rows = []
        for row in segment_sizes(workspace, day):
            entered, left = moved.get(row["segment_id"], nobody)
            rows.append({**row, "entered": entered, "left": left, "since": before})
        return rows


def _read_moved(view: View, database: Database, day: date) -> dict[str, tuple[int, int]]:
    """Segment -> how many entered and left; two numbers a segment."""
    if not view.facts(gold.SEGMENT_CHANGES).days:
        return {}
    f = database.f
    stored = database.table(
        gold.SEGMENT_CHANGES, ["segment_id", "change"], lambda p: str(p["segment_date"]) == day.isoformat()
    )
    change = f.col("change")
    sums = [
        f.count_if((change == f.lit(in_one)) | (change == f.lit(between_two))).alias(name).node
        for name, (in_one, between_two) in (("entered", _IN), ("left", _OUT))
    ]
    key = f.col("segment_id").node
    rows = database.rows(exp.select(key, *sums).from_(stored.subquery("stored")).group_by(key))
    return {row["segment_id"]: (int(row["entered"]), int(row["left"])) for row in rows}
