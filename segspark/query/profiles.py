"""Profiles of segments. Those for the operator are exact, of small groups too; pages and exports have no access to them."""

from datetime import date
from typing import Any, Literal

from segspark.config.models import Workspace
from segspark.pipeline.view import Question, View, look
from segspark.tables.contracts import gold, ops
from segspark.tables.lake import Lake

PUBLISHED = Question("published_profiles", ("gold.segment_profiles",))
Kind = Literal["exact", "published"]


def read_profiles(view: View, day: date) -> tuple[Kind, list[dict[str, Any]]]:
    """The rows of a day's profiles, and which they are.

    Of days that an earlier version made there are only the published ones, which hide small groups.
    """
    of_day: list[tuple[str, str, object]] = [("segment_date", "=", day)]
    exact = view.read_small(ops.SEGMENT_PROFILES, filters=of_day).to_pylist()
    published = [] if exact else view.read_small(gold.SEGMENT_PROFILES, filters=of_day).to_pylist()
    return ("published", published) if published else ("exact", exact)


def read_published(workspace: Workspace, lake: Lake, day: date, segment_id: str) -> list[dict[str, Any]]:
    """The published profile of a segment, which is rounded and hides small groups: a row per measure, for pages."""
    rows = look(PUBLISHED, workspace, lake).read_small(gold.SEGMENT_PROFILES, filters=[("segment_date", "=", day)])
    return [row for row in rows.to_pylist() if row["segment_id"] == segment_id]
