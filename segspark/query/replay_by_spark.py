"""Replay by Spark: of days whose features are not kept, and of schemes whose groups a model found."""

from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.features.compute import features_of_days
from segspark.features.resources import CATALOGUE
from segspark.pipeline.view import View, look
from segspark.query.replay import AGAIN, REPLAY, SCORED_AGAIN, STORED, check_in_use, definitions_of, find_version
from segspark.scoring.cells import is_scored_otherwise
from segspark.scoring.flow import derive_scores
from segspark.segments.people import needed_columns, people_for_segments, sequences_in
from segspark.segments.schemes.permission import prepare
from segspark.segments.schemes.prepare import made, memberships
from segspark.segments.schemes.registry import SCHEMES, groups_in_use
from segspark.segments.schemes.scheme import SchemeContext
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake


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
    scheme = SCHEMES.find(definition["scheme"])
    definitions = definitions_of(scheme, definition)
    context = SchemeContext(view, definitions, F)
    needed = needed_columns(definitions, scheme.values(context))
    people = people_for_segments(view, groups_in_use(view), needed, sequences_in(definitions))
    people = people.select(*[c for c in people.columns if c in needed])
    results = {scheme: prepare(scheme, context, people)}
    in_use = [content.version for prepared in made(results).values() for content in prepared.contents]
    check_in_use(scheme, definition, in_use, view.as_of)
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
