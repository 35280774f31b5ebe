"""Looking at a lake without Spark: tables, segments, explanations."""

import json
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segspark.config.models import Workspace
from segspark.features.describe import plan_features
from segspark.features.resources import load_catalogue
from segspark.pipeline.runs import finished_runs
from segspark.pipeline.step import Step
from segspark.segments.flow import SEGMENTS
from segspark.segments.lookup import find_segment, is_provisional_day, newest_day
from segspark.segments.resources import definitions_of
from segspark.segments.validation_errors import DefinitionError, ValidationIssue
from segspark.tables.contracts import gold
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake


def list_tables(workspace: Workspace) -> list[dict[str, Any]]:
    """One row per table of the contracts: rows, Delta version, grain, path."""
    lake = Lake(workspace.lake)
    return [
        {
            "table": c.name,
            "rows": lake.n_rows(c) if lake.exists(c) else None,
            "version": lake.version(c),
            "grain": c.grain,
            "path": lake.path(c),
        }
        for c in ALL
    ]


def segment_sizes(workspace: Workspace, as_of: date | None) -> list[dict[str, Any]]:
    """The segments of a day with their people, from the day's own partition."""
    lake = Lake(workspace.lake)
    day = newest_day(lake, as_of)
    rows = lake.read_small(
        gold.SEGMENTS,
        filters=[("segment_date", "=", day)],
        columns=["scheme", "segment_id", "segment_name", "is_contactable"],
    )
    rows = rows.set_column(3, "is_contactable", pc.cast(rows["is_contactable"], pa.int64()))
    grouped = rows.group_by(["scheme", "segment_id", "segment_name"]).aggregate(
        [("is_contactable", "count"), ("is_contactable", "sum")]
    )
    is_provisional = is_provisional_day(lake, day)
    found = [
        {
            "scheme": r["scheme"],
            "segment_name": r["segment_name"],
            "segment_id": r["segment_id"],
            "people": r["is_contactable_count"],
            "contactable": r["is_contactable_sum"],
            "segment_date": day,
            "is_provisional": is_provisional,
        }
        for r in grouped.to_pylist()
    ]
    return sorted(found, key=lambda r: (r["scheme"], -r["people"], r["segment_name"]))


def describe_segment(workspace: Workspace, name: str, as_of: date | None) -> dict[str, Any]:
    """One segment: names, size, definition, profile of the day."""
    lake = Lake(workspace.lake)
    row = find_segment(lake, name)
    day = newest_day(lake, as_of)
    size = next((r for r in segment_sizes(workspace, day) if r["segment_id"] == row["segment_id"]), None)
    profile = lake.read_small(gold.SEGMENT_PROFILES, filters=[("segment_date", "=", day)]).to_pylist()
    measures = [
        {
            name: p.get(name)
            for name in ("measure", "value", "low", "high", "rest_value", "p_value", "median", "z_score")
        }
        for p in profile
        if p["segment_id"] == row["segment_id"]
    ]
    definition = _definition(lake, row)
    return {
        "segment_id": row["segment_id"],
        "scheme": row["scheme"],
        "name_fr": row["name_fr"],
        "name_en": row["name_en"],
        "description": row[f"description_{workspace.language}"],
        "segment_date": day,
        "people": size["people"] if size else 0,
        "contactable": size["contactable"] if size else 0,
        "definition": json.dumps(definition, ensure_ascii=False) if definition else None,
        "profile": measures,
    }


def _definition(lake: Lake, row: dict[str, Any]) -> Any:
    if row["scheme"] != "rules":
        return None
    stored = lake.read_small(gold.DEFINITIONS).to_pylist()
    found = [d for d in stored if d["scheme"] == "rules" and d["name"] == row["segment_key"]]
    newest = max(found, key=lambda d: d["first_date"], default=None)
    return json.loads(newest["content"])["when"] if newest else None


def check_definitions(workspace: Workspace) -> list[ValidationIssue]:
    """Every fault of the workspace's levels and rules; nothing is run."""
    try:
        definitions_of(Step(workspace, Lake(workspace.lake), date.min, SEGMENTS))
    except DefinitionError as error:
        return list(error.faults)
    return []


def plan_of_features(workspace: Workspace) -> dict[str, Any]:
    """What the next run does for the features as they are defined now.

    Returns:
        tiles: what happens to the tiles, in words; measures: features.describe.plan_features; columns: new columns of
        gold.features that the stored tiles carry already.
    """
    catalogue, lake = load_catalogue(workspace), Lake(workspace.lake)
    done = finished_runs(lake, "tiles")
    before: dict[str, str] = json.loads(done[-1]["outputs"]).get("measures", {}) if done else {}
    rows = plan_features(catalogue, before)
    days = lake.days(gold.ACTIVITY_DAILY)
    stored = set(lake.columns(gold.FEATURES))
    told = "the tiles carry every feature; nothing is read from silver again"
    if not days:
        told = "there are no tiles yet; the first run makes them"
    elif rows:
        told = f"all tiles, {days[0]} to {days[-1]}, are made again from silver"
    moved = {c for r in rows for c in r["features"].split(", ")}
    new = [c.name for c in catalogue.stored_columns() if stored and c.name not in stored and c.name not in moved]
    return {"tiles": told, "measures": rows if days else [], "columns": new}
