"""Features and scores to segments, their changes and their profiles."""

import json
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.activation.suppression import derive_addresses, derive_contactability
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.flows.catalogue import load_catalogue
from segspark.flows.features import people_of_day
from segspark.flows.flow import Flow, Run
from segspark.flows.groups_in_use import (
    GroupsInUse,
    coarser_segments,
    groupings_of,
    groups_in_use,
    read_far,
    with_groups,
)
from segspark.flows.objections import objections_of
from segspark.flows.scores import with_scores
from segspark.identity.links import people_as_of
from segspark.models.clustering.behaviour import with_behaviour
from segspark.models.tracking import Loaded, read_inputs
from segspark.scoring.rfm import NAMES as RFM_NAMES
from segspark.segments.calendar import parse_weather
from segspark.segments.changes import derive_changes
from segspark.segments.check import faults_in
from segspark.segments.definitions import Definitions
from segspark.segments.faults import raise_faults
from segspark.segments.load import read_definitions
from segspark.segments.measures import MEASURES, columns_of, measurable
from segspark.segments.membership import (
    Grouping,
    assign_segments,
    entries_of,
    level_segments,
    read_path_sizes,
    roll_up,
    rule_segments,
)
from segspark.segments.places import Places
from segspark.segments.profiles import profiles_of
from segspark.segments.reactions import COLUMNS_READ, days_read, mail_reactions
from segspark.segments.registry import Segment, mint
from segspark.segments.rules.tree import Followed, names, version_of
from segspark.segments.rules.tree import sequences as sequences_of
from segspark.segments.segment_sums import read_segment_sums, segment_sums
from segspark.segments.sequences import measures_read, with_sequences
from segspark.segments.validity import NEXT_BIRTHDAY, Ahead
from segspark.segments.values import acts_of, values_of
from segspark.tables import gold, privacy, silver
from segspark.tables.delta import Lake

DAY = timedelta(days=1)
SCORE_COLUMNS = (
    "recency", "frequency", "monetary", "rfm_cell", "engagement", "engagement_tier", "churn", "churn_band", "cluster",
)  # fmt: skip
PERMISSIONS = ("email_marketing_from", "open_tracking_from")
OTHER_COLUMNS = ("is_contactable", "not_contactable_reason", "age_years")
# What the models of groups say besides the cluster.
OF_GROUPS = ("is_far", "rare")
RFM_VALUES = ("recency", "frequency", "monetary", "days_since_order", "n_order_365d", "net_order_cents_365d")


def definitions_of(run: Run) -> Definitions:
    """The workspace's levels and rules, of the schemes it makes, their names checked.

    Raises:
        DefinitionError: every fault of every definition.
    """
    wanted = run.workspace.segments
    found, faults = read_definitions(wanted, run.workspace.folder)
    definitions = Definitions(
        found.levels if "levels" in wanted.schemes else None, found.rules if "rules" in wanted.schemes else ()
    )
    catalogue = load_catalogue(run.workspace)
    raise_faults([*faults, *faults_in(definitions, values_of(catalogue), acts_of(catalogue))])
    return definitions


def places_of(workspace: Workspace) -> Places:
    """The calendar, with the weather where a file of it is named.

    Raises:
        ConfigError: the file is missing or has wrong rows.
    """
    config = workspace.calendar
    if config.weather is None:
        return Places(config)
    path = workspace.folder / config.weather
    if not path.exists():
        raise ConfigError(f"{path}: there is no such file. Correct calendar.weather in segspark.yaml.")
    return Places(config, parse_weather(path.read_text(encoding="utf-8-sig"), str(path)))


def ahead_of(run: Run) -> Ahead:
    """How the values of the day move on, for `valid_until`."""
    return Ahead(values_of(load_catalogue(run.workspace)), places_of(run.workspace), run.as_of)


def people_for_segments(
    run: Run,
    behaviour: Loaded | GroupsInUse | None,
    wanted: Collection[str] | None = None,
    sequences: Sequence[Followed] = (),
) -> DataFrame:
    """One row per person with everything that definitions may look at, or only what is wanted, and some sequences.

    Args:
        behaviour: gives ``cluster``; with all that its training left also ``is_far`` and ``rare``.
    """
    places = places_of(run.workspace)
    model = behaviour.model if isinstance(behaviour, GroupsInUse) else behaviour
    if wanted is not None:
        wanted = {*wanted, *(("country", "region") if places.named else ())}
        if model is not None:
            wanted = {*wanted, *read_inputs(run.workspace.mlflow, model), "last_active_date"}
    people = with_scores(run, people_of_day(run, wanted))
    if sequences:
        catalogue = load_catalogue(run.workspace)
        first = run.as_of - max(s.within for s in sequences) * DAY
        contract = gold.ACTIVITY_DAILY.with_columns(catalogue.tile_columns())
        columns = ("person_id", "activity_date", *measures_read(sequences, catalogue))
        tiles = run.read_days(contract, columns, (first, run.as_of))
        corrections = run.read(gold.ACTIVITY_CORRECTIONS, (first, run.as_of + DAY))
        people = with_sequences(people, tiles, corrections, sequences, catalogue, run.as_of)
    if model is None:
        people = people.withColumn("cluster", F.lit(None).cast("int"))
    elif isinstance(behaviour, GroupsInUse):
        people = with_groups(people, behaviour)
    else:
        people = with_behaviour(model.model, people)
    addresses = addresses_of(run, people_as_of(run.read(silver.IDENTITY_LINKS), F.lit(run.as_of)))
    # The permission that the features of the day were computed under, from there: people are not computed twice.
    # The vault gives kinds, no identifiers.
    features = run.read_day(gold.FEATURES, run.as_of)
    allowed = features.select("person_id", F.col("email_marketing_from").alias("email_marketing"))
    contact = derive_contactability(allowed, addresses, run.as_of)
    return people.join(contact, on="person_id", how="left").withColumns(
        {**places.columns(run.as_of), "is_contactable": F.coalesce("is_contactable", F.lit(False))}
    )


def sequences_in(definitions: Definitions) -> list[Followed]:
    return sequences_of(node for _, node in definitions.nodes())


def needed_columns(definitions: Definitions) -> set[str]:
    """Of a person's hundreds of values those that the definitions, the groups, the profiles or the changes look at."""
    looked_at = {n.partition(".")[0] for _, node in definitions.nodes() for n in names(node)}
    if "age_years" in looked_at:
        looked_at.add(NEXT_BIRTHDAY)
    of_profiles = {*columns_of(MEASURES), *PERMISSIONS}
    return {"person_id", *looked_at, *of_profiles, *RFM_VALUES, *SCORE_COLUMNS, *OTHER_COLUMNS, *OF_GROUPS}


def addresses_of(run: Run, owners: DataFrame) -> DataFrame:
    emails = run.read(privacy.IDENTITIES).where("kind = 'email'").select("identifier_id").distinct()
    addresses = owners.join(emails, on="identifier_id", how="inner").select("identifier_id", "person_id")
    return derive_addresses(objections_of(run), addresses, run.as_of)


def previous_day(lake: Lake, as_of: date) -> date | None:
    """The newest stored day before another, provisional ones left out."""
    earlier = (d for d in reversed(lake.days(gold.SEGMENTS)) if d < as_of)
    return next((d for d in earlier if not is_provisional_day(lake, d)), None)


def is_provisional_day(lake: Lake, day: date) -> bool:
    """Whether the segments of a stored day were made by an hourly run and not replaced yet."""
    if "is_provisional" not in lake.columns(gold.SEGMENTS):
        return False
    marks = lake.read_small(gold.SEGMENTS, filters=[("segment_date", "=", day)], columns=["is_provisional"])
    return bool(pc.any(marks["is_provisional"]).as_py())


def write_segments(run: Run, is_provisional: bool = False) -> None:
    """The memberships of the as-of day, what changed since the previous stored day, and the profiles.

    Args:
        is_provisional: only a part of the last day is there.
    """
    workspace, schemes = run.workspace, run.workspace.segments.schemes
    definitions = definitions_of(run)
    groups = groups_in_use(run)
    needed = needed_columns(definitions)
    ahead = ahead_of(run)
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
    _register(run, segments, definitions, groupings)


def _stage_changes(
    run: Run, today: DataFrame, people: DataFrame, definitions: Definitions, groupings: list[Grouping]
) -> None:
    with run.stage("changes") as told:
        told["note"] = _write_changes(run, today, people, definitions, groupings)


def _stage_profiles(run: Run, today: DataFrame, people: DataFrame) -> None:
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
    run: Run, today: DataFrame, people: DataFrame, definitions: Definitions, groupings: list[Grouping]
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


def rfm_grouping(run: Run) -> Grouping:
    segments = {key: Segment("rfm", mint("rfm", key), key, {"fr": fr, "en": en}) for key, (fr, en) in RFM_NAMES.items()}
    version = version_of({"rfm": run.workspace.scoring.rfm.model_dump(mode="json"), "cells": sorted(RFM_NAMES)})
    return Grouping("rfm", "rfm_cell", segments, version, score="engagement")


def _register(run: Run, segments: list[Segment], definitions: Definitions, groupings: list[Grouping]) -> None:
    """Names and contents of what was met for the first time; of earlier rows only the names of groups follow."""
    lake = run.writes(gold.SEGMENT_REGISTRY)
    registered = lake.read_small(gold.SEGMENT_REGISTRY).to_pylist()
    _rename(lake, registered, [s for g in groupings for s in g.segments.values()])
    known = {r["segment_id"] for r in registered}
    rows = [_registry_row(s, run.as_of) for s in segments if s.segment_id not in known]
    if rows:
        once = "registry-" + version_of([sorted(r["segment_id"] for r in rows), len(known)])
        lake.append_small(gold.SEGMENT_REGISTRY, pa.Table.from_pylist(rows), once)
    contents: dict[str, tuple[str, str, Any]] = {r.version: ("rules", r.key, r.content) for r in definitions.rules}
    if definitions.levels is not None:
        contents[definitions.levels.version] = ("levels", "levels", definitions.levels.content)
    for g in groupings:
        contents[g.version] = (g.scheme, g.scheme, {k: s.segment_id for k, s in g.segments.items()})
    lake = run.writes(gold.DEFINITIONS)
    have = set(lake.read_small(gold.DEFINITIONS)["definition_version"].to_pylist())
    new = [
        {
            "definition_version": v,
            "scheme": s,
            "name": n,
            "content": json.dumps(c, ensure_ascii=False, sort_keys=True),
            "first_date": run.as_of,
        }
        for v, (s, n, c) in contents.items()
        if v not in have
    ]
    if new:
        lake.append_small(
            gold.DEFINITIONS,
            pa.Table.from_pylist(new),
            "definitions-" + version_of(sorted(r["definition_version"] for r in new)),
        )


def _rename(lake: Lake, registered: list[dict[str, Any]], segments: list[Segment]) -> None:
    """A name that was edited is the group's name from now on."""
    names = {s.segment_id: {"name_fr": s.name["fr"], "name_en": s.name["en"]} for s in segments}
    renamed = [{**r, **names.get(r["segment_id"], {})} for r in registered]
    if renamed != registered:
        schema = lake.read_small(gold.SEGMENT_REGISTRY).schema
        lake.overwrite_small(gold.SEGMENT_REGISTRY, pa.Table.from_pylist(renamed, schema))


def _registry_row(segment: Segment, first: date) -> dict[str, Any]:
    return {
        "scheme": segment.scheme,
        "segment_id": segment.segment_id,
        "segment_key": segment.key,
        "name_fr": segment.name["fr"],
        "name_en": segment.name["en"],
        "description_fr": segment.description.get("fr"),
        "description_en": segment.description.get("en"),
        "first_date": first,
        "centre": list(segment.centre) if segment.centre else None,
        "model_version": segment.model_version,
    }


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
