"""Tiles to the features of a day, or of many days in one walk."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.feature import Catalogue
from segspark.features.kernel import Outcome, day_number
from segspark.features.profile import COLUMNS as PROFILE_COLUMNS
from segspark.features.profile import people_profiles
from segspark.features.windows import window_features, with_derived, with_projections
from segspark.flows.catalogue import load_catalogue, sales_calendar
from segspark.flows.flow import Flow, Run, finished_runs, identity, provisional_days, staging_folder
from segspark.flows.item_task import ItemTask
from segspark.flows.range_reads import PEOPLE
from segspark.flows.range_task import RangeTask, feature_schema
from segspark.flows.spark_lane import carried_features, choose_lane, n_ranges
from segspark.identity.links import people_as_of, people_on_days
from segspark.privacy.consent import derive_usable_on
from segspark.sources.vocabulary import PURPOSES
from segspark.tables import gold, silver
from segspark.tables.ranges import DayFile
from segspark.tables.staging import Kind, Staged

DAY = timedelta(days=1)


def known_people(run: Run, as_of_dates: Sequence[date]) -> DataFrame:
    """Everybody known on each day and since when each purpose may see them: person_id, as_of_date, purposes."""
    owners = people_on_days(run.read(silver.IDENTITY_LINKS), as_of_dates).where(~F.col("is_anonymous"))
    workspace = run.workspace
    usable = derive_usable_on(
        run.read(silver.CONSENTS), owners, as_of_dates, workspace.consent.assumed, workspace.time_zone
    )
    return usable.select("person_id", "as_of_date", *PURPOSES)


def range_task(
    run: Run,
    as_of_dates: Sequence[date],
    catalogue: Catalogue,
    staged: Staged | None,
    outcome: Outcome | None = None,
    known: date | None = None,
) -> RangeTask:
    """The task over the files that it may need.

    Args:
        staged: who is listed; None leaves that to the caller.
        known: corrections up to this day are seen; the last of the as-of days by default.
    """
    last = max(as_of_dates)
    end = last if outcome is None else last + timedelta(days=outcome.days)
    known = known or (last if outcome is None else outcome.known)
    return RangeTask(
        catalogue,
        tuple(as_of_dates),
        sales_calendar(run.workspace),
        tuple(f for f in run.files(gold.ACTIVITY_DAILY) if f.day < end),
        tuple(f for f in run.files(gold.ACTIVITY_CORRECTIONS) if f.day <= known),
        tuple(f.path for f in staged.files.get("people", ())) if staged else (),
        outcome,
        # Labels look at measures only: items are of the days before.
        items=tuple(f for f in run.files(gold.ACTIVITY_ITEMS) if f.day <= (known if outcome is None else last)),
    )


def stage_people(
    run: Run, as_of_dates: Sequence[date], catalogue: Catalogue, folder: Path, outcome: Outcome | None = None
) -> Staged:
    features = feature_schema(catalogue)
    if outcome is not None:
        features = features.append(pa.field(outcome.name, pa.int64()))
    kinds = {"people": Kind(PEOPLE), "features": Kind(features, "as_of_date")}
    people = known_people(run, as_of_dates)
    if len(as_of_dates) > 1:
        # Every task then finds its people without reading all of them.
        people = people.sortWithinPartitions("person_id")
    return Staged(run.lake.spark, kinds, {}).stage(folder, "people", people)


def spark_features(
    run: Run,
    as_of_dates: Sequence[date],
    catalogue: Catalogue,
    staged: Staged,
    outcome: Outcome | None = None,
    known: date | None = None,
) -> DataFrame:
    """The Spark lane: the same kernel and rows, on tables that are no plain files or by configuration.

    Args:
        known: corrections up to this day are seen as if they had been known on the first of the as-of days.
    """
    corrections = run.read(gold.ACTIVITY_CORRECTIONS)
    if known is not None:
        first, applied = F.lit(min(as_of_dates)), F.col("applied_as_of")
        is_seen = (applied > first) & (applied <= F.lit(known))
        corrections = corrections.withColumn("applied_as_of", F.when(is_seen, first).otherwise(applied))
    return window_features(
        run.read(gold.ACTIVITY_DAILY),
        corrections,
        staged.frame("people"),
        catalogue,
        as_of_dates,
        sales_calendar(run.workspace),
        n_ranges(run),
        outcome,
        run.read(gold.ACTIVITY_ITEMS) if catalogue.items else None,
    )


def features_of_days(
    run: Run, as_of_dates: Sequence[date], catalogue: Catalogue, outcome: Outcome | None, folder: Path
) -> DataFrame:
    """Stored features of some days, and for training sets what came after, recomputed from tiles and corrections in
    one walk."""
    staged = stage_people(run, as_of_dates, catalogue, folder, outcome)
    if choose_lane(run) == "spark":
        return spark_features(run, as_of_dates, catalogue, staged, outcome)
    task = range_task(run, as_of_dates, catalogue, staged, outcome)
    return staged.compute(folder, "features", task, task.n_bytes).frame("features")


def write_features(run: Run, carry_on: bool = True) -> None:
    """The features of the as-of day, one row per known person: from yesterday's, where they are there and fit.

    Args:
        carry_on: without it from all days, whatever lies there.
    """
    catalogue = load_catalogue(run.workspace)
    contract = gold.FEATURES.with_columns(catalogue.stored_columns())
    lane, lake, end = choose_lane(run), run.writes(gold.FEATURES), run.as_of + DAY
    lake.create(contract)
    # What is written follows from this version, and is not written over a later one.
    read_at = lake.version(contract)
    with run.stage("features") as told, staging_folder(run) as folder:
        staged = stage_people(run, [run.as_of], catalogue, folder)
        task = range_task(run, [run.as_of], catalogue, staged)
        state = _state_before(run, task, catalogue) if carry_on else None
        if lane == "direct":
            task = replace(task, state=state)
            if catalogue.items:
                task = replace(task, index=_write_index(run, task))
            lake.replace_computed(contract, task, task.n_bytes, run.as_of, end, read_at)
        else:
            # This lane looks at all items and leaves no index.
            lake.create(gold.ITEM_LAST_DAYS)
            frame = (
                spark_features(run, [run.as_of], catalogue, staged)
                if state is None
                else carried_features(run, catalogue, sales_calendar(run.workspace), staged, folder)
            )
            lake.replace_by_spark(contract, frame, run.as_of, end)
        made_from = "all days" if state is None else "the day before"
        run.outcome["basis"] = basis_of(task, run.as_of, catalogue)
        told["rows"] = run.outcome["people"] = staged.rows("people")
        told["note"] = f"{len(catalogue.stored_columns())} stored, {len(catalogue.derived)} derived; from {made_from}"
    run.outcome.update({"catalogue": catalogue.hash, "made_from": made_from})


def _write_index(run: Run, task: RangeTask) -> tuple[DayFile, ...]:
    """The last-seen index of the as-of day, and its files: carried on where the features are and yesterday's is kept."""
    yesterday = tuple(f for f in run.files(gold.ITEM_LAST_DAYS) if f.day == run.as_of - DAY)
    work = ItemTask(task.catalogue, run.as_of, task.items, task.people)
    if task.state is not None and yesterday:
        work = replace(work, state=yesterday, before=task.state)
    lake = run.writes(gold.ITEM_LAST_DAYS)
    lake.replace_computed(gold.ITEM_LAST_DAYS, work, work.n_bytes, run.as_of, run.as_of + DAY)
    lake.drop_days(gold.ITEM_LAST_DAYS, run.as_of - timedelta(days=gold.ITEM_LAST_DAYS.retention_days or 0) + DAY)
    return tuple(f for f in run.files(gold.ITEM_LAST_DAYS) if f.day == run.as_of)


def features_of(days: Sequence[date]) -> Flow:
    """The flow that writes the features of some days in one walk over the tiles and one commit.

    A day that lies between them and is none of them is emptied: give days without gaps.
    """

    def write(run: Run) -> None:
        catalogue = load_catalogue(run.workspace)
        contract = gold.FEATURES.with_columns(catalogue.stored_columns())
        lane = choose_lane(run)
        with run.stage("features") as told, staging_folder(run) as folder:
            staged = stage_people(run, days, catalogue, folder)
            lake, end = run.writes(gold.FEATURES), max(days) + DAY
            if lane == "direct":
                task = range_task(run, days, catalogue, staged)
                lake.replace_computed(contract, task.by_day, task.n_bytes, min(days), end)
            else:
                lake.replace_by_spark(contract, spark_features(run, days, catalogue, staged), min(days), end)
            told["rows"] = staged.rows("people")
            told["note"] = f"{len(days)} days in one walk"

    return replace(FEATURES, name="features_backfill", function=write, is_skipped_when_unchanged=False)


def basis_of(task: RangeTask, as_of: date, catalogue: Catalogue) -> dict[str, Any]:
    """What the features of a day stand on; equal again a day later, they can be carried on."""
    sales = sorted(d for d in task.calendar.sales_days if d < day_number(as_of))
    return {
        "catalogue": catalogue.hash,
        "sales_days": identity(sales),
        "tile_rows": sum(f.rows for f in task.tiles if f.day < as_of),
        "correction_rows": sum(f.rows for f in task.corrections if f.day <= as_of),
        "item_rows": sum(f.rows for f in task.items if f.day <= as_of),
    }


def _state_before(run: Run, task: RangeTask, catalogue: Catalogue) -> tuple[DayFile, ...] | None:
    """Yesterday's rows, unless they were made of something else than what lies there now."""
    yesterday = run.as_of - DAY
    files = tuple(f for f in run.files(gold.FEATURES) if f.day == yesterday)
    done = [r for r in finished_runs(run.lake, "features", is_running=True) if r["as_of_date"] == yesterday]
    if not files or not done or yesterday in provisional_days(run.lake):
        return None
    basis = json.loads(done[-1]["outputs"]).get("basis")
    return files if basis == basis_of(task, yesterday, catalogue) else None


def people_of_day(run: Run, wanted: Collection[str] | None = None) -> DataFrame:
    """Stored and derived features and the profile of everybody on the as-of day.

    Args:
        wanted: columns that are looked at; None is all. Hundreds of expressions cost more to plan than to compute.
    """
    catalogue = load_catalogue(run.workspace)
    features = run.read_day(gold.FEATURES, run.as_of)
    if wanted is not None:
        catalogue = catalogue.narrowed(wanted)
        stored = [c.name for c in (*gold.FEATURES.columns, *catalogue.stored_columns())]
        features = features.select(*stored)
        of_profile = {*PROFILE_COLUMNS, "age_years", "days_to_birthday", "attributes"}
        if not catalogue.of_profile and not of_profile.intersection(wanted):
            return with_derived(features, catalogue)
    owners = people_as_of(run.read(silver.IDENTITY_LINKS), F.lit(run.as_of))
    profiles = people_profiles(run.read(silver.PROFILES), owners, run.as_of)
    people = with_derived(features, catalogue).join(profiles, on="person_id", how="left")
    return with_projections(people, catalogue.of_profile)


FEATURES = Flow(
    name="features",
    reads=(
        "gold.activity_daily",
        "gold.activity_corrections",
        "gold.activity_items",
        "silver.identity_links",
        "silver.consents",
    ),
    reads_earlier=("ops.runs",),
    writes=("gold.item_last_days", "gold.features"),
    function=write_features,
    is_skipped_when_unchanged=True,
)
