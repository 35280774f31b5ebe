"""Profiles of segments for the operator: exact, of small groups too. Pages and exports have no access to them."""

from datetime import date
from typing import Any, Literal

from segspark.pipeline.view import View
from segspark.tables.contracts import gold, ops

Kind = Literal["exact", "published"]


def read_profiles(view: View, day: date) -> tuple[Kind, list[dict[str, Any]]]:
    """The rows of a day's profiles, and which they are.

    Of days that an earlier version made there are only the published ones, which hide small groups.
    """
    of_day: list[tuple[str, str, object]] = [("segment_date", "=", day)]
    exact = view.read_small(ops.SEGMENT_PROFILES, filters=of_day).to_pylist()
    published = [] if exact else view.read_small(gold.SEGMENT_PROFILES, filters=of_day).to_pylist()
    return ("published", published) if published else ("exact", exact)
