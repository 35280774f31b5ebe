"""From features and scores to segments, their changes and their profiles."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.resources import CATALOGUE
from segspark.identity.links import people_as_of
from segspark.measure.profiles import measure_segments
from segspark.measure.reactions import COLUMNS_READ, days_read, mail_reactions
from segspark.models.clustering.active import read_far
from segspark.models.resources import ACTIVE_CLUSTERING
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.view import View
from segspark.pipeline.writes import Frame, NoRows, ReplaceDays
from segspark.segments.changes import derive_changes
from segspark.segments.definitions import Definitions
from segspark.segments.groupings import coarser_segments, groupings_of, rfm_grouping
from segspark.segments.lookup import previous_day
from segspark.segments.membership import (
    Grouping,
    assign_segments,
    entries_of,
    level_segments,
    read_path_sizes,
    roll_up,
    rule_segments,
)
from segspark.segments.people import PERMISSIONS, RFM_VALUES, needed_columns, people_for_segments, sequences_in
from segspark.segments.registry import register
from segspark.segments.resources import CALENDAR, DEFINITIONS
from segspark.segments.validity import Validity
from segspark.segments.values import values_of
from segspark.tables.contracts import gold, silver
from segspark.time import DAY


def validity_of(view: View) -> Validity:
    """How the day's values change in the following days, for `valid_until`."""
    return Validity(values_of(view.context[CATALOGUE]), view.context[CALENDAR], view.as_of)


def write_segments(step: Step) -> None:
    """Write the memberships of the as-of day, the changes since the previous stored day, and the profiles."""
    settings, schemes = step.settings, step.settings.segments.schemes
    definitions = step.context[DEFINITIONS]
    groups = step.context[ACTIVE_CLUSTERING]
    needed = needed_columns(definitions)
    ahead = validity_of(step)
    places = ("country", "region") if ahead.places.named else ()
    groupings, segments = [], rule_segments(definitions.rules)
    if "rfm" in schemes:
        groupings.append(rfm_grouping(settings))
    if groups is not None:
        groupings += groupings_of(settings, groups)
    elif "behaviour" in schemes:
        step.outcome["behaviour"] = "no model of groups that may describe this day"
    with step.stage("people"):
        people = people_for_segments(step, groups, needed, sequences_in(definitions))
        people = people.select(*[c for c in people.columns if c in {*needed, *places}])
        # The definitions are compiled to Spark columns while Spark computes the people.
        checkpoint, to_entries = (
            people.localCheckpoint,
            partial(entries_of, definitions, groupings, settings.language, ahead),
        )
        people, entries = step.beside(checkpoint, to_entries)
    placed = None
    if definitions.levels is not None:
        placed = roll_up(read_path_sizes(people, definitions.levels), settings.segments.least_people)
        segments += level_segments(definitions.levels, placed)
    segments += [s for g in groupings for s in g.segments.values()]
    if groups is not None:
        segments += coarser_segments(groups)
        step.outcome["waiting_decisions"] = list(groups.waiting)
    with step.stage("segments") as report:
        today = assign_segments(people, definitions, placed, groupings, step.as_of, settings.language, ahead, entries)
        today = today.withColumn("is_provisional", F.lit(step.request.is_provisional))
        # Partitioned by segment too: there are few schemes, which might all hash to one task.
        in_order = today.repartition(step.n_writers, "scheme", "segment_id")
        in_order = in_order.sortWithinPartitions("scheme", "segment_id", "person_id")
        n_rows = step.write(gold.SEGMENTS, Frame(in_order), _day_of(step))
        today = step.read_day(gold.SEGMENTS, step.as_of)
        report.rows = step.outcome["memberships"] = n_rows
    asked: list[Callable[[], Any]] = [
        partial(_stage_changes, step, today, people, definitions, groupings),
        partial(_read_contactable, people),
        partial(_stage_profiles, step, today, people),
    ]
    if groups is not None:
        asked.append(partial(read_far, step, people, groups))
    _, contactable, _, *far = step.beside(*asked)
    if far:
        step.outcome["far"] = far[0]
    step.outcome["contactable"] = contactable
    register(step, segments, definitions, groupings)


def _stage_changes(
    step: Step, today: DataFrame, people: DataFrame, definitions: Definitions, groupings: list[Grouping]
) -> None:
    with step.stage("changes") as report:
        report.note = _write_changes(step, today, people, definitions, groupings)


def _stage_profiles(step: Step, today: DataFrame, people: DataFrame) -> None:
    with step.stage("profiles"):
        owners = people_as_of(step.read(silver.IDENTITY_LINKS), F.lit(step.as_of))
        permissions = people.select("person_id", *PERMISSIONS)
        events = step.read_days(silver.EVENTS, COLUMNS_READ, days_read(step.as_of))
        reactions = mail_reactions(events, owners, permissions, step.as_of, step.settings.time_zone)
        measured = people.join(reactions, on="person_id", how="left")
        profiles = measure_segments(today, measured, step.as_of)
        if profiles.left_out:
            step.outcome["kpis_left_out"] = dict(profiles.left_out)
        step.write(gold.SEGMENT_PROFILES, Frame(step.frame(profiles.rows).coalesce(1)), _day_of(step))


def _day_of(step: Step) -> ReplaceDays:
    return ReplaceDays(step.as_of, step.as_of + DAY)


def _read_contactable(people: DataFrame) -> dict[str, int]:
    """Number of people by reason not to write to them; those who may be written to count as `contactable`."""
    rows = people.groupBy(F.coalesce("not_contactable_reason", F.lit("contactable")).alias("reason")).count().collect()
    return {r["reason"]: r["count"] for r in rows}


def _write_changes(
    step: Step, today: DataFrame, people: DataFrame, definitions: Definitions, groupings: list[Grouping]
) -> str:
    previous = previous_day(step, step.as_of)
    if previous is None:
        step.write(gold.SEGMENT_CHANGES, NoRows(), _day_of(step))
        return "first stored day"
    yesterday = step.read_day(gold.SEGMENTS, previous)
    values = {g.scheme: RFM_VALUES if g.scheme == "rfm" else (g.column, *RFM_VALUES[3:]) for g in groupings}
    changes = derive_changes(today, yesterday, people, definitions, values, step.as_of, previous)
    # The join is large and gives few rows: repartition(1) keeps its tasks, coalesce(1) would not.
    in_order = changes.repartition(1).sortWithinPartitions("person_id", "scheme", "segment_id")
    step.write(gold.SEGMENT_CHANGES, Frame(in_order), _day_of(step))
    return f"against {previous}"


SEGMENTS = Flow(
    name="segments",
    reads=(
        "gold.features", "gold.activity_daily", "gold.activity_corrections", "gold.scores", "silver.profiles", "silver.identity_links",
        "silver.consents", "silver.events", "silver.objections", "privacy.identities",
    ),
    reads_earlier=("gold.segment_registry", "gold.definitions"),
    writes=(
        "gold.segments", "gold.segment_changes", "gold.segment_profiles", "gold.segment_registry", "gold.definitions",
    ),
    function=write_segments,
    needs=(CATALOGUE, DEFINITIONS, CALENDAR, ACTIVE_CLUSTERING),
)  # fmt: skip
