"""Replay a stored version of a definition on a past day, with what was known that day; nothing is written.

If the features of the day are no longer kept, they and the scores are recomputed from tiles and corrections. Scores that
an earlier release made by other rules are computed again too: a version is replayed by the rules that it has today.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.features.compute import features_of_days
from segspark.features.resources import CATALOGUE
from segspark.models.registry import MODELS
from segspark.models.resources import ACTIVE_CLUSTERING, OWN_MODELS, models_in_use
from segspark.pipeline.context import Resource
from segspark.pipeline.view import Question, View, look
from segspark.scoring.flow import derive_scores, is_scored_otherwise
from segspark.segments.definitions import Definitions
from segspark.segments.flow import SEGMENTS
from segspark.segments.people import needed_columns, people_for_segments, sequences_in
from segspark.segments.resources import CALENDAR
from segspark.segments.schemes.permission import prepare
from segspark.segments.schemes.prepare import made, memberships
from segspark.segments.schemes.registry import SCHEMES, groups_in_use, needs_of
from segspark.segments.schemes.scheme import SchemeContext
from segspark.spark.environment import check_environment
from segspark.spark.session import session_for
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.open import open_lake, with_session


def needs() -> tuple[Resource[Any], ...]:
    """What a replay looks up, with what the schemes do."""
    own = (CATALOGUE, CALENDAR, *models_in_use(MODELS.all()), OWN_MODELS, ACTIVE_CLUSTERING)
    return tuple(dict.fromkeys((*own, *needs_of(SCHEMES.all()))))


REPLAY = Question(
    name="replay",
    reads=(
        *SEGMENTS.reads,
        "gold.activity_daily",
        "gold.activity_corrections",
        "gold.activity_items",
        "gold.segments",
        "gold.definitions",
        "ops.runs",
        "gold.item_last_days",
        "silver.events",
    ),
    needs=needs,
)
STORED, AGAIN = "stored", "made again from tiles and corrections"
SCORED_AGAIN = "stored, with scores made again by today's rules"


def replay(workspace: Workspace, lake: SparkLake, wanted: str, as_of: date) -> dict[str, Any]:
    """The memberships that a version gives on a day, compared with those written then.

    Args:
        wanted: a definition_version, or the name of a definition: the version behind the day's rows, else the newest
            earlier one.

    Returns:
        definition_version, scheme, name, as_of, features (``STORED``, ``AGAIN`` or ``SCORED_AGAIN``), segments (per segment: people,
        contactable, stored, same: people with the same segment and branch in both) and is_written: the day's rows
        were made by this version, so all should be the same.

    Raises:
        ConfigError: no such version.
        GateClosed: the day was not closed yet, or the version can no longer be computed.
    """
    with look(REPLAY, workspace, lake, as_of) as stored:
        version = find_version(stored, wanted, as_of)
        view, features = with_day(stored), AGAIN
        if view is stored:
            features = SCORED_AGAIN if is_scored_otherwise(stored) else STORED
        if features == SCORED_AGAIN:
            view = stored.standing_in({gold.SCORES: derive_scores(stored)})
        rows = view.checkpoint(_rows(view, version))
        written = view.read_day(gold.SEGMENTS, as_of).where(
            F.col("definition_version") == version["definition_version"]
        )
        segments = _read_comparison(rows, written)
        return {
            **{k: version[k] for k in ("definition_version", "scheme", "name")},
            "as_of": as_of,
            "features": features,
            "is_written": any(s["stored"] for s in segments),
            "segments": segments,
        }


def find_version(view: View, wanted: str, as_of: date) -> dict[str, Any]:
    """The row of gold.definitions of a version or name.

    Raises:
        ConfigError: there is none; lists what exists.
    """
    rows = view.read_small(gold.DEFINITIONS).to_pylist()
    matches = [r for r in rows if r["definition_version"] == wanted]
    if not matches:
        named = [r for r in rows if r["name"] == wanted]
        of_day: list[tuple[str, str, object]] = [("segment_date", "=", as_of)]
        in_use = set(view.read_small(gold.SEGMENTS, of_day, ["definition_version"])["definition_version"].to_pylist())
        matches = [r for r in named if r["definition_version"] in in_use]
        matches = matches or sorted((r for r in named if r["first_date"] <= as_of), key=lambda r: r["first_date"])[-1:]
        if named and not matches:
            first = min(r["first_date"] for r in named)
            raise ConfigError(f"{wanted!r} was first used for {first}; name a version to use it on {as_of}.")
    if not matches:
        there = ", ".join(sorted({r["name"] for r in rows})) or "none"
        raise ConfigError(f"There is no definition or version {wanted!r} in gold.definitions. Definitions: {there}.")
    return dict(matches[0])


def with_day(view: View) -> View:
    """The view, with the features and scores of its day recomputed if they are not stored; files staged for them exist
    until the given view is closed.

    Raises:
        GateClosed: the day was never closed.
    """
    if view.as_of in view.facts(gold.FEATURES).days and view.as_of in view.facts(gold.SCORES).days:
        return view
    closed = view.runs.closed_days()
    if view.as_of > max(closed, default=date.min):
        last = max(closed, default=None)
        raise GateClosed(f"The days before {view.as_of} are not closed; the last day that is known is {last}.")
    features = features_of_days(view, [view.as_of], view.context[CATALOGUE], None)
    view = view.standing_in({gold.FEATURES: features})
    return view.standing_in({gold.SCORES: derive_scores(view)})


def _rows(view: View, definition: dict[str, Any]) -> DataFrame:
    """The memberships by a stored version."""
    scheme, version = SCHEMES.find(definition["scheme"]), definition["definition_version"]
    definitions = Definitions()
    if scheme.written is not None:
        definitions = Definitions({scheme.name: (scheme.written.parse(json.loads(definition["content"])),)})
    context = SchemeContext(view, definitions, F)
    needed = needed_columns(definitions, scheme.values(context))
    people = people_for_segments(view, groups_in_use(view), needed, sequences_in(definitions))
    people = people.select(*[c for c in people.columns if c in needed])
    results = {scheme: prepare(scheme, context, people)}
    in_use = [content.version for prepared in made(results).values() for content in prepared.contents]
    if scheme.written is None and version not in in_use:
        raise GateClosed(
            f"{scheme.name} of version {version} follows from settings or a model that is not in use for {view.as_of}; "
            f"in use is {in_use[0] if in_use else 'none'}."
        )
    return memberships(results, view.checkpoint(people), view.as_of)


def _read_comparison(rows: DataFrame, written: DataFrame) -> list[dict[str, Any]]:
    """Both sides per segment: as many rows as a version has segments."""
    keys = ["person_id", "segment_id", "branch_id"]
    ours = rows.select(*keys, "segment_name", "is_contactable", F.lit(True).alias("is_ours"))
    theirs = written.select(*keys, F.col("segment_name").alias("name_then"), F.lit(True).alias("was"))
    both = ours.join(theirs, on=keys, how="full_outer")
    counted = both.groupBy("segment_id").agg(
        F.max(F.coalesce("segment_name", "name_then")).alias("segment_name"),
        F.count_if("is_ours").alias("people"),
        F.count_if("is_contactable").alias("contactable"),
        F.count_if("was").alias("stored"),
        F.count_if(F.col("is_ours") & F.col("was")).alias("same"),
    )
    return sorted((r.asDict() for r in counted.collect()), key=lambda r: (-r["people"], r["segment_name"]))


def replay_version(config: Path, version: str, as_of: date) -> dict[str, Any]:
    """Replay a stored version of a definition on a past day."""
    workspace = open_workspace(config)
    find_version(look(REPLAY, workspace, open_lake(workspace)), version, as_of)
    check_environment(workspace.lake, writes=False)
    session = session_for(workspace, f"segspark {workspace.name} replay")
    return replay(workspace, with_session(workspace, session), version, as_of)
