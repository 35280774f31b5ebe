"""Silver to tiles, corrections and the features of a day."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.load import load_model
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.catalogue import build_catalogue
from segspark.features.feature import Catalogue
from segspark.features.kernel import Calendar, Outcome, day_number, sales_days
from segspark.features.own import Own, OwnFeatures, faults_of, from_python, from_yaml, unknown_names
from segspark.features.profile import COLUMNS as PROFILE_COLUMNS
from segspark.features.profile import people_profiles
from segspark.features.tiles import build_activity
from segspark.features.windows import window_features, with_derived
from segspark.flows.flow import Flow, Run, finished_runs, identity, staging_folder
from segspark.flows.range_task import PEOPLE, RangeTask, activity_schema, feature_schema
from segspark.flows.spark_lane import carried_features, choose_lane, n_ranges
from segspark.identity.links import people_as_of, people_on_days, person_spans
from segspark.privacy.consent import derive_usable_on
from segspark.sources.vocabulary import PURPOSES
from segspark.tables import gold, silver
from segspark.tables.ranges import DayFile
from segspark.tables.staging import NAMED_DDL, Kind, Staged, StagedFile, StagingWriter, read_named

DAY = timedelta(days=1)
BEGINNING = date(1990, 1, 1)
# So many links go to every task whole, which spares the events a shuffle.
BROADCAST_LINKS = 1_000_000


def load_catalogue(workspace: Workspace) -> Catalogue:
    """The features of a workspace: everybody's and its own.

    Raises:
        ConfigError: every fault of every feature file.
    """
    own, faults = [], []
    for path in workspace.features.files:
        try:
            own.append(_read_own(workspace.folder / path))
        except ConfigError as error:
            faults.append(str(error))
    faults += [fault for each in own for fault in faults_of(each)]
    catalogue = build_catalogue(
        workspace.features.windows,
        tuple(m for each in own for m in each.measures),
        tuple(f for each in own for f in each.features),
        tuple(d for each in own for d in each.derived),
    )
    faults += catalogue.check() + [fault for each in own for fault in unknown_names(each, catalogue)]
    if faults:
        raise ConfigError("\n".join(faults))
    return catalogue


def _read_own(path: Path) -> Own:
    return from_python(path) if path.suffix == ".py" else from_yaml(path, load_model(path, OwnFeatures))


def sales_calendar(workspace: Workspace) -> Calendar:
    return Calendar(sales_days([(p.start, p.end) for p in workspace.calendar.sales_periods]))


# Tiles ----------------------------------------------------------------------------------------------------------


def close_tiles(run: Run) -> None:
    """Close every local day before the as-of day, and note what was learnt since about days closed before."""
    catalogue = load_catalogue(run.workspace)
    since = _closed_before(run, catalogue)
    first = since or BEGINNING
    with run.stage("tiles") as told, staging_folder(run) as folder:
        events = run.read(silver.EVENTS)
        spans = person_spans(run.read(silver.IDENTITY_LINKS))
        is_small = run.lake.n_rows(silver.IDENTITY_LINKS) <= BROADCAST_LINKS
        workspace = run.workspace
        activity = build_activity(
            events, spans, catalogue, since, first, run.as_of, workspace.time_zone, workspace.currency, is_small
        )
        kinds = {
            "tiles": Kind(activity_schema(catalogue), "activity_date"),
            "corrections": Kind(activity_schema(catalogue), "applied_as_of"),
        }
        staged = _stage_activity(activity, kinds, folder)
        for kind, contract, span in (
            ("tiles", gold.ACTIVITY_DAILY, (first, run.as_of)),
            ("corrections", gold.ACTIVITY_CORRECTIONS, (first + DAY, run.as_of + DAY)),
        ):
            contract = contract.with_columns(catalogue.tile_columns())
            run.writes(contract).replace_staged(contract, staged.get(kind, []), ("person_id",), *span)
        told["rows"] = sum(f.rows for files in staged.values() for f in files)
        told["note"] = f"days from {since or 'the beginning'} to {run.as_of - DAY}"
        if since is not None:
            told["note"] += "; " + _late_note(staged.get("corrections", []))
    run.outcome["measures"] = catalogue.measure_hashes


def _stage_activity(activity: DataFrame, kinds: dict[str, Kind], folder: Path) -> dict[str, list[StagedFile]]:
    """One pass for both tables: rows without a reason are tiles, the others corrections."""
    schema, name = kinds["tiles"].schema, str(folder)

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        writer = StagingWriter(name, kinds)
        for batch in batches:
            is_tile = pc.is_null(batch.column("reason"))
            for kind, mask in (("tiles", is_tile), ("corrections", pc.invert(is_tile))):
                rows = batch.filter(mask)
                if rows.num_rows:
                    writer.add_batch(kind, pa.RecordBatch.from_arrays(rows.columns, schema=schema))
        yield from writer.close()

    return read_named(activity.select(*schema.names).mapInArrow(write, NAMED_DDL))


def _closed_before(run: Run, catalogue: Catalogue) -> date | None:
    """The last as-of day before this one whose tiles were closed with the same measures; None: from scratch."""
    done = [r for r in finished_runs(run.lake, "tiles", is_running=True) if r["as_of_date"] < run.as_of]
    if not done:
        return None
    last = max(done, key=lambda r: (r["as_of_date"], r["written_at"]))
    return last["as_of_date"] if json.loads(last["outputs"]).get("measures") == catalogue.measure_hashes else None


def _late_note(files: Sequence[StagedFile]) -> str:
    """What came late, from which days, and how many people it moved: the corrections are few."""
    if not files:
        return "nothing came late"
    parts = [pq.read_table(f.path, columns=["person_id", "activity_date"], partitioning=None) for f in files]
    rows = pa.concat_tables(parts)
    ends = pc.min_max(rows["activity_date"])
    people = pc.count_distinct(rows["person_id"]).as_py()
    return f"late: {people:,} people, days {ends['min'].as_py()} to {ends['max'].as_py()}"


# Features -------------------------------------------------------------------------------------------------------


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
    )


def features_of_days(
    run: Run, as_of_dates: Sequence[date], catalogue: Catalogue, outcome: Outcome, folder: Path
) -> DataFrame:
    """Stored features of some days and what came after, recomputed from tiles and corrections in one walk, for
    training sets."""
    staged = stage_people(run, as_of_dates, catalogue, folder, outcome)
    if choose_lane(run) == "spark":
        return spark_features(run, as_of_dates, catalogue, staged, outcome)
    task = range_task(run, as_of_dates, catalogue, staged, outcome)
    return staged.compute(folder, "features", task, task.n_rows).frame("features")


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
            lake.replace_computed(contract, task, task.n_rows, run.as_of, end, read_at)
        else:
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
                lake.replace_computed(contract, task.by_day, task.n_rows, min(days), end)
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
    }


def _state_before(run: Run, task: RangeTask, catalogue: Catalogue) -> tuple[DayFile, ...] | None:
    """Yesterday's rows, unless they were made of something else than what lies there now."""
    yesterday = run.as_of - DAY
    files = tuple(f for f in run.files(gold.FEATURES) if f.day == yesterday)
    done = [r for r in finished_runs(run.lake, "features", is_running=True) if r["as_of_date"] == yesterday]
    if not files or not done:
        return None
    basis = json.loads(done[-1]["outputs"]).get("basis")
    return files if basis == basis_of(task, yesterday, catalogue) else None


def people_of_day(run: Run, wanted: Collection[str] | None = None) -> DataFrame:
    """Stored and derived features and the profile of everybody on the as-of day.

    Args:
        wanted: columns that are looked at; None is all. Hundreds of expressions cost more to plan than to compute.
    """
    catalogue = load_catalogue(run.workspace)
    features = run.read(gold.FEATURES).where(F.col("as_of_date") == F.lit(run.as_of))
    if wanted is not None:
        catalogue = catalogue.narrowed(wanted)
        stored = [c.name for c in (*gold.FEATURES.columns, *catalogue.stored_columns())]
        features = features.select(*stored)
        if not {*PROFILE_COLUMNS, "age_years", "attributes"}.intersection(wanted):
            return with_derived(features, catalogue)
    owners = people_as_of(run.read(silver.IDENTITY_LINKS), F.lit(run.as_of))
    profiles = people_profiles(run.read(silver.PROFILES), owners, run.as_of)
    return with_derived(features, catalogue).join(profiles, on="person_id", how="left")


TILES = Flow(
    name="tiles",
    reads=("silver.events", "silver.identity_links"),
    reads_earlier=("ops.runs",),
    writes=("gold.activity_daily", "gold.activity_corrections"),
    function=close_tiles,
    is_skipped_when_unchanged=True,
)
FEATURES = Flow(
    name="features",
    reads=("gold.activity_daily", "gold.activity_corrections", "silver.identity_links", "silver.consents"),
    reads_earlier=("ops.runs",),
    writes=("gold.features",),
    function=write_features,
    is_skipped_when_unchanged=True,
)
