"""Sizes of the segments of a day, with who entered and left since the stored day before. No Spark."""

from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.pipeline.view import Question, View, look
from segspark.query.look import segment_sizes
from segspark.segments.lookup import newest_day, previous_day
from segspark.tables.contracts import gold
from segspark.tables.open import open_lake

MOVEMENT = Question("movement", ("gold.segments", "gold.segment_changes"))
# The words of gold.segment_changes.
_IN, _OUT = ("entered", "moved_in"), ("left", "moved_out")


def sizes_and_movement(workspace: Workspace, as_of: date | None) -> list[dict[str, Any]]:
    """The rows of ``segment_sizes``, each with ``entered``, ``left`` and ``since``, the day before; None on the first day."""
    view = look(MOVEMENT, workspace, open_lake(workspace))
    day = newest_day(view, as_of)
    before = previous_day(view, day)
    moved = _read_moved(view, day) if before is not None else {}
    nobody = (None, None) if before is None else (0, 0)
    rows = []
    for row in segment_sizes(workspace, day):
        entered, left = moved.get(row["segment_id"], nobody)
        rows.append({**row, "entered": entered, "left": left, "since": before})
    return rows


def _read_moved(view: View, day: date) -> dict[str, tuple[int, int]]:
    """Segment -> how many entered and left; two numbers a segment, from two columns of the day's changes."""
    changes = view.read_small(
        gold.SEGMENT_CHANGES, filters=[("segment_date", "=", day)], columns=["segment_id", "change"]
    )
    counted = changes.group_by(["segment_id", "change"]).aggregate([("change", "count")]).to_pylist()
    found: dict[str, tuple[int, int]] = {}
    for row in counted:
        entered, left = found.get(row["segment_id"], (0, 0))
        n = row["change_count"]
        found[row["segment_id"]] = (entered + n * (row["change"] in _IN), left + n * (row["change"] in _OUT))
    return found
