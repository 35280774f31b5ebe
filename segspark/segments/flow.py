"""Features and scores to segments, their changes and their profiles."""

from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.resources import load_catalogue
from segspark.identity.links import people_as_of
from segspark.models.clustering.active import active_clustering, read_far
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.segments.changes import derive_changes
from segspark.segments.definitions import Definitions
from segspark.segments.groupings import coarser_segments, groupings_of, rfm_grouping
from segspark.segments.lookup import previous_day
from segspark.segments.measures import MEASURES, measurable
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
from segspark.segments.profiles import profiles_of
from segspark.segments.reactions import COLUMNS_READ, days_read, mail_reactions
from segspark.segments.registry import register
from segspark.segments.resources import calendar_context_of, definitions_of
from segspark.segments.segment_sums import read_segment_sums, segment_sums
from segspark.segments.validity import Validity
from segspark.segments.values import values_of
from segspark.tables.contracts import gold, silver
from segspark.time import DAY


def validity_of(run: Step) -> Validity:
    """How the values of the day move on, for `valid_until`."""
    return Validity(values_of(load_catalogue(run.workspace)), calendar_context_of(run.workspace), run.as_of)


def write_segments(run: Step, is_provisional: bool = False) -> None:
    """The memberships of the as-of day, what changed since the previous stored day, and the profiles.

    Args:
        is_provisional: only a part of the last day is there.
    """
    workspace, schemes = run.workspace, run.workspace.segments.schemes
    definitions = definitions_of(run)
    groups = active_clustering(run)
    needed = needed_columns(definitions)
    ahead = validity_of(run)
    places = ("country", "region") if ahead.places.named else ()
    groupings, segments = [], rule_segments(definitions.rules)
    if "rfm" in schemes:
        groupings.append(rfm_grouping(run))
    if groups is not None:
        groupings += groupings_of(run, groups)
    elif "behaviour" in schemes:
        run.outcome["behaviour"] = "no model of groups that may describe this day"
    with run.stage("people"), ThreadPoolExecutor(max_workers=1) as pool:
        people = people_for_segments(run, groups, needed, sequences_in(definitions))
        people = people.select(*[c for c in people.columns if c in {*needed, *places}])
        # The definitions are put into words for Spark while it computes the people.
        said = pool.submit(entries_of, definitions, groupings, workspace.language, ahead)
        people, entries = people.localCheckpoint(), said.result()
    placed = None
    if definitions.levels is not None:
        placed = roll_up(read_path_sizes(people, definitions.levels), workspace.segments.least_people)
        segments += level_segments(definitions.levels, placed)
    segments += [s for g in groupings for s in g.segments.values()]
    if groups is not None:
        segments += coarser_segments(groups)
        run.outcome["waiting_decisions"] = list(groups.waiting)
    with run.stage("segments") as told:
        today = assign_segments(people, definitions, placed, groupings, run.as_of, workspace.language, ahead, entries)
        today = today.withColumn("is_provisional", F.lit(is_provisional))
        # By segment: schemes are few, and might all fall to one task.
        in_order = today.repartition(run.n_writers, "scheme", "segment_id")
        in_order = in_order.sortWithinPartitions("scheme", "segment_id", "person_id")
        n_rows = run.writes(gold.SEGMENTS).replace_range(gold.SEGMENTS, in_order, run.as_of, run.as_of + DAY)
        today = run.read_day(gold.SEGMENTS, run.as_of)
        told["rows"] = run.outcome["memberships"] = n_rows
    with ThreadPoolExecutor(max_workers=3) as pool:
        changes = pool.submit(_stage_changes, run, today, people, definitions, groupings)
        contactable = pool.submit(_read_contactable, people)
        profiles = pool.submit(_stage_profiles, run, today, people)
        if groups is not None:
            run.outcome["far"] = read_far(run, people, groups)
        run.outcome["contactable"] = contactable.result()
        changes.result()
        profiles.result()
    register(run, segments, definitions, groupings)


def _stage_changes(
    run: Step, today: DataFrame, people: DataFrame, definitions: Definitions, groupings: list[Grouping]
) -> None:
    with run.stage("changes") as told:
        told["note"] = _write_changes(run, today, people, definitions, groupings)


def _stage_profiles(run: Step, today: DataFrame, people: DataFrame) -> None:
    with run.stage("profiles"):
        owners = people_as_of(run.read(silver.IDENTITY_LINKS), F.lit(run.as_of))
        permissions = people.select("person_id", *PERMISSIONS)
        events = run.read_days(silver.EVENTS, COLUMNS_READ, days_read(run.as_of))
        reactions = mail_reactions(events, owners, permissions, run.as_of, run.workspace.time_zone)
        measured = people.join(reactions, on="person_id", how="left")
        measures = measurable(MEASURES, measured.columns)
        sums = read_segment_sums(segment_sums(today, measured, measures), measures)
        profiles = run.lake.spark.createDataFrame(profiles_of(sums, run.as_of)).coalesce(1)
        run.writes(gold.SEGMENT_PROFILES).replace_range(gold.SEGMENT_PROFILES, profiles, run.as_of, run.as_of + DAY)


def _read_contactable(people: DataFrame) -> dict[str, int]:
    """People by reason not to write to them; those who may be written to are under `contactable`."""
    rows = people.groupBy(F.coalesce("not_contactable_reason", F.lit("contactable")).alias("reason")).count().collect()
    return {r["reason"]: r["count"] for r in rows}


def _write_changes(
    run: Step, today: DataFrame, people: DataFrame, definitions: Definitions, groupings: list[Grouping]
) -> str:
    previous = previous_day(run.lake, run.as_of)
    lake = run.writes(gold.SEGMENT_CHANGES)
    if previous is None:
        empty = lake.spark.createDataFrame([], lake.schema(gold.SEGMENT_CHANGES))
        lake.replace_range(gold.SEGMENT_CHANGES, empty, run.as_of, run.as_of + DAY)
        return "first stored day"
    yesterday = run.read_day(gold.SEGMENTS, previous)
    values = {g.scheme: RFM_VALUES if g.scheme == "rfm" else (g.column, *RFM_VALUES[3:]) for g in groupings}
    changes = derive_changes(today, yesterday, people, definitions, values, run.as_of, previous)
    # Few rows of a large join, which keeps its tasks.
    in_order = changes.repartition(1).sortWithinPartitions("person_id", "scheme", "segment_id")
    lake.replace_range(gold.SEGMENT_CHANGES, in_order, run.as_of, run.as_of + DAY)
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
)  # fmt: skip
