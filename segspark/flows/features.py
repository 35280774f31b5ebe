"""Silver to tiles, corrections and the features of a day."""

import json
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from segspark.features.tiles import build_activity, build_items, columns_read
from segspark.features.windows import window_features, with_derived, with_projections
from segspark.flows.flow import Flow, Run, finished_runs, identity, provisional_days, staging_folder
from segspark.flows.item_task import ItemTask
from segspark.flows.range_reads import ITEMS, PEOPLE
from segspark.flows.range_task import RangeTask, activity_schema, feature_schema
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
        tuple(i for each in own for i in each.items),
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
        # From the beginning all days are read, file by file; later only some, which Spark finds.
        events = run.read(silver.EVENTS) if since else run.read_whole(silver.EVENTS, columns_read(catalogue))
        spans = person_spans(run.read(silver.IDENTITY_LINKS))
        is_small = run.lake.n_rows(silver.IDENTITY_LINKS) <= BROADCAST_LINKS
        workspace = run.workspace
        activity = build_activity(
            events, spans, catalogue, since, first, run.as_of, workspace.time_zone, workspace.currency, is_small
        )
        items = build_items(events, spans, catalogue, since, first, run.as_of, workspace.time_zone, is_small)
        kinds = {
            "tiles": Kind(activity_schema(catalogue), "activity_date"),
            "corrections": Kind(activity_schema(catalogue), "applied_as_of"),
        }
        # Both read the events: side by side, the small plan's start hides behind the large one.
        with ThreadPoolExecutor(max_workers=2) as pool:
            of_items = pool.submit(_stage_items, items, folder)
            staged = _stage_activity(activity, kinds, folder)
            named = of_items.result()
        for kind, contract, span in (
            ("tiles", gold.ACTIVITY_DAILY, (first, run.as_of)),
            ("corrections", gold.ACTIVITY_CORRECTIONS, (first + DAY, run.as_of + DAY)),
        ):
            contract = contract.with_columns(catalogue.tile_columns())
            run.writes(contract).replace_staged(contract, staged.get(kind, []), ("person_id",), *span)
        order_by = ("person_id", "kind", "item", "activity_date")
        learnt = named.get("learnt", [])
        run.writes(gold.ACTIVITY_ITEMS).replace_staged(
            gold.ACTIVITY_ITEMS, named.get("of_day", []), order_by, first + DAY, run.as_of + DAY, apart=learnt
        )
        told["rows"] = sum(f.rows for files in (*staged.values(), *named.values()) for f in files)
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


def _stage_items(items: DataFrame, folder: Path) -> dict[str, list[StagedFile]]:
    """The items of each day itself, and apart from them what was learnt later."""
    kinds, name = {kind: Kind(ITEMS, "applied_as_of") for kind in ("of_day", "learnt")}, str(folder)

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        writer = StagingWriter(name, kinds)
        for batch in batches:
            days, applied = (batch.column(c).cast(pa.int32()) for c in ("activity_date", "applied_as_of"))
            is_of_day = pc.equal(applied, pc.add(days, 1))
            for kind, mask in (("of_day", is_of_day), ("learnt", pc.invert(is_of_day))):
                rows = batch.filter(mask)
                if rows.num_rows:
                    writer.add_batch(kind, pa.RecordBatch.from_arrays(rows.columns, schema=ITEMS))
        yield from writer.close()

    return read_named(items.select(*ITEMS.names).mapInArrow(write, NAMED_DDL))


def _closed_before(run: Run, catalogue: Catalogue) -> date | None:
    """The last as-of day before this one whose tiles were closed with the same measures; None: from scratch."""
    done = [r for r in finished_runs(run.lake, "tiles", is_running=True) if r["as_of_date"] < run.as_of]
    # The tile of a part of a day is none of a closed day: it is made again.
    provisional = provisional_days(run.lake)
    done = [r for r in done if r["as_of_date"] not in provisional]
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
            if catalogue.items:
                task = replace(task, index=_write_index(run, task))
            lake.replace_computed(contract, task, task.n_rows, run.as_of, end, read_at)
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
    lake.replace_computed(gold.ITEM_LAST_DAYS, work, work.n_rows, run.as_of, run.as_of + DAY)
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
    features = run.read(gold.FEATURES).where(F.col("as_of_date") == F.lit(run.as_of))
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


TILES = Flow(
    name="tiles",
    reads=("silver.events", "silver.identity_links"),
    reads_earlier=("ops.runs",),
    writes=("gold.activity_daily", "gold.activity_corrections", "gold.activity_items"),
    function=close_tiles,
    is_skipped_when_unchanged=True,
)
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
