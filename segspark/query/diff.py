"""Compare two segments on two days: who entered, left and stayed, and the change of their KPIs. No Spark."""

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.pipeline.view import View, look
from segspark.query.look import LOOK
from segspark.query.profiles import Kind, read_profiles
from segspark.segments.lookup import find_segment, newest_day
from segspark.tables.contracts import gold
from segspark.tables.open import open_lake


def diff_segments(workspace: Workspace, left: str, right: str) -> dict[str, Any]:
    """Compare people and KPIs of ``NAME@DAY`` (by default the newest day) with those of another.

    Returns:
        left, right: name, day and people of each, and whether its profile is the exact or the published one; entered (in
        the right one only), left_it, stayed; kpis: measure, left, right and their difference, as far as the days'
        profiles hold them.

    Raises:
        ConfigError: no such segment or day.
    """
    view = look(LOOK, workspace, open_lake(workspace))
    sides = [_side(view, name, workspace.language) for name in (left, right)]
    (old, new), (ids_before, ids_after) = sides, [_members(view, side) for side in sides]
    stayed = pc.sum(pc.is_in(ids_after, value_set=ids_before)).as_py() or 0
    (kind_before, before), (kind_after, after) = _profile(view, old), _profile(view, new)
    return {
        "left": {**old, "people": len(ids_before), "profile_is": kind_before},
        "right": {**new, "people": len(ids_after), "profile_is": kind_after},
        "entered": len(ids_after) - stayed,
        "left_it": len(ids_before) - stayed,
        "stayed": stayed,
        "kpis": [
            {"measure": m, "left": before[m], "right": after[m], "difference": after[m] - before[m]}
            for m in sorted(before.keys() & after.keys())
        ],
    }


def _side(view: View, spec: str, language: str) -> dict[str, Any]:
    name, _, day = spec.rpartition("@") if "@" in spec else (spec, "", "")
    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError:
        raise ConfigError(f"{spec!r}: {day!r} is no date; write NAME@2026-06-01.") from None
    row = find_segment(view, name)
    return {
        "segment_id": row["segment_id"],
        "name": row[f"name_{language}"],
        "segment_date": newest_day(view, wanted),
    }


def _members(view: View, side: dict[str, Any]) -> pa.ChunkedArray:
    filters: list[tuple[str, str, object]] = [
        ("segment_date", "=", side["segment_date"]),
        ("segment_id", "=", side["segment_id"]),
    ]
    return view.read_small(gold.SEGMENTS, filters=filters, columns=["person_id"])["person_id"]


def _profile(view: View, side: dict[str, Any]) -> tuple[Kind, dict[str, float]]:
    kind, rows = read_profiles(view, side["segment_date"])
    values = {r["measure"]: r["value"] for r in rows if r["segment_id"] == side["segment_id"]}
    return kind, {measure: value for measure, value in values.items() if value is not None}
