"""Look at a lake without Spark: tables, segments, and the cost of a change of features."""

import json
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segspark.config.models import Workspace
from segspark.features.describe import plan_features
from segspark.features.resources import load_catalogue
from segspark.pipeline.view import Question, View, look
from segspark.query.profiles import read_profiles
from segspark.query.summary import condition_text
from segspark.reports.data import Language
from segspark.segments.lookup import find_segment, is_provisional_day, newest_day
from segspark.segments.resources import definitions_of
from segspark.segments.rules.stored import to_json
from segspark.segments.rules.tree import Node
from segspark.segments.schemes.registry import written_schemes
from segspark.segments.validation_errors import DefinitionError, ValidationIssue
from segspark.tables.contracts import gold
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.open import open_lake

LOOK = Question(
    "look",
    (
        "gold.segments", "gold.segment_registry", "gold.segment_profiles", "gold.definitions", "gold.activity_daily",
        "gold.features", "ops.segment_profiles", "ops.runs",
    ),
)  # fmt: skip


# What is told of a measure.
_OF_PROFILES = (
    "measure", "value", "low", "high", "rest_value", "p_value", "median", "z_score", "n_people", "members_date",
)  # fmt: skip


def list_tables(workspace: Workspace) -> list[dict[str, Any]]:
    """One row per contract: rows, Delta version, grain, path."""
    lake = open_lake(workspace)
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
    view = look(LOOK, workspace, open_lake(workspace))
    day = newest_day(view, as_of)
    rows = view.read_small(
        gold.SEGMENTS,
        filters=[("segment_date", "=", day)],
        columns=["scheme", "segment_id", "segment_name", "is_contactable"],
    )
    contactable = _counted(rows.filter(rows["is_contactable"])["segment_id"])
    is_provisional = is_provisional_day(view, day)
    segments = []
    for segment_id, people in _counted(rows["segment_id"]).items():
        # A segment has one scheme, and on one day one name.
        first = pc.index(rows["segment_id"], segment_id).as_py()
        segments.append(
            {
                "scheme": rows["scheme"][first].as_py(),
                "segment_name": rows["segment_name"][first].as_py(),
                "segment_id": segment_id.as_py(),
                "people": people,
                "contactable": contactable.get(segment_id, 0),
                "segment_date": day,
                "is_provisional": is_provisional,
            }
        )
    return sorted(segments, key=lambda r: (r["scheme"], -r["people"], r["segment_name"]))


def _counted(values: pa.ChunkedArray) -> dict[pa.Scalar, int]:
    """How often each value occurs; a group_by of Arrow imports pandas."""
    counts = pc.value_counts(values)
    return {value: n.as_py() for value, n in zip(counts.field(0), counts.field(1), strict=True)}


def describe_segment(
    workspace: Workspace, name: str, as_of: date | None, language: Language | None = None
) -> dict[str, Any]:
    """One segment: names, size, definition, profile of the day, and whether that is the exact or the published one."""
    view = look(LOOK, workspace, open_lake(workspace))
    row = find_segment(view, name)
    day = newest_day(view, as_of)
    size = next((r for r in segment_sizes(workspace, day) if r["segment_id"] == row["segment_id"]), None)
    kind, profile = read_profiles(view, day)
    measures = [{name: p.get(name) for name in _OF_PROFILES} for p in profile if p["segment_id"] == row["segment_id"]]
    definition = stored_condition(view, row)
    return {
        "segment_id": row["segment_id"],
        "scheme": row["scheme"],
        "segment_key": row["segment_key"],
        "name_fr": row["name_fr"],
        "name_en": row["name_en"],
        "description": row[f"description_{language or workspace.language}"],
        "segment_date": day,
        "people": size["people"] if size else 0,
        "contactable": size["contactable"] if size else 0,
        "condition": condition_text(definition) if definition else None,
        "definition": json.dumps(to_json(definition), ensure_ascii=False, sort_keys=True) if definition else None,
        "profile_is": kind,
        "profile": measures,
    }


def stored_condition(view: View, row: dict[str, Any]) -> Node | None:
    """The newest stored condition of a segment that a single condition describes; None for other segments.

    Args:
        row: of gold.segment_registry.
    """
    for scheme, written in written_schemes():
        if scheme.name == row["scheme"]:
            rows = [r for r in view.read_small(gold.DEFINITIONS).to_pylist() if r["scheme"] == scheme.name]
            found = [
                (stored["first_date"], rule.when)
                for stored in rows
                for rule in written.conditions(written.parse(json.loads(stored["content"])))
                if rule.key == row["segment_key"]
            ]
            return max(found, key=lambda f: f[0])[1] if found else None
    return None


def check_definitions(workspace: Workspace) -> list[ValidationIssue]:
    """All validation errors of the workspace's definitions; nothing is run."""
    try:
        definitions_of(workspace)
    except DefinitionError as error:
        return list(error.issues)
    return []


def plan_of_features(workspace: Workspace) -> dict[str, Any]:
    """What the next run does for the current definitions of features.

    Returns:
        tiles: what happens to the tiles, as text; measures: features.describe.plan_features; columns: new columns of
        gold.features that the stored tiles already support.
    """
    catalogue, view = load_catalogue(workspace), look(LOOK, workspace, open_lake(workspace))
    done = view.runs.finished("tiles")
    before: dict[str, str] = json.loads(done[-1]["outputs"]).get("measures", {}) if done else {}
    rows = plan_features(catalogue, before)
    days = view.facts(gold.ACTIVITY_DAILY).days
    stored = set(view.facts(gold.FEATURES).columns)
    plan = "the tiles carry every feature; nothing is read from silver again"
    if not days:
        plan = "there are no tiles yet; the first run makes them"
    elif rows:
        plan = f"all tiles, {days[0]} to {days[-1]}, are made again from silver"
    moved = {c for r in rows for c in r["features"].split(", ")}
    new = [c.name for c in catalogue.stored_columns() if stored and c.name not in stored and c.name not in moved]
    return {"tiles": plan, "measures": rows if days else [], "columns": new}
