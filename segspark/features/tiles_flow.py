"""Silver to tiles, items and corrections: the activity of each local day, and what was learnt later about it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.engine.arrow import activity_schema
from segspark.features.engine.reads import ITEMS
from segspark.features.feature import Catalogue
from segspark.features.owners import SUBJECT, introduced_late, moves_of
from segspark.features.resources import CATALOGUE
from segspark.features.tiles import Events, build_activity, build_items, columns_read, days_around, owned_rows
from segspark.features.trial import try_out
from segspark.identity.links import person_spans
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.writes import ReplaceDays, StagedRows
from segspark.spark.checkpoints import checkpoint_as_planned
from segspark.store import Store
from segspark.store.parquet import read_parquet
from segspark.tables.among import Among
from segspark.tables.contracts import gold, silver
from segspark.tables.staging import NAMED_DDL, Kind, StagedFile, StagingWriter, read_named
from segspark.time import DAY, MICROSECOND, local_midnight

BEGINNING = date(1990, 1, 1)
# Up to this many links are broadcast, which saves a shuffle of the events.
BROADCAST_LINKS = 1_000_000
# Up to so many events are read whole if somebody moved: they are not worth the search for days.
MOST_EVENTS = 2_000_000
# Partitions for a read of all events; Spark splits the few events of a day by itself.
ROWS_PER_PARTITION = 200_000


def close_tiles(step: Step) -> None:
    """Close every local day before the as-of day, and add corrections for days closed before."""
    catalogue = step.context[CATALOGUE]
    try_out(step, catalogue)
    since = _closed_before(step, catalogue)
    first = since or BEGINNING
    with step.stage("tiles") as report:
        staged, named = _stage_days(step, catalogue, since, first) if has_news(step, since) else ({}, {})
        for kind, contract, span in (
            ("tiles", gold.ACTIVITY_DAILY, (first, step.as_of)),
            ("corrections", gold.ACTIVITY_CORRECTIONS, (first + DAY, step.as_of + DAY)),
        ):
            contract = contract.with_columns(catalogue.tile_columns())
            step.write(contract, StagedRows(staged.get(kind, []), ("person_id",)), ReplaceDays(*span))
        order_by = ("person_id", "kind", "item", "activity_date")
        learnt = named.get("learnt", [])
        of_day = StagedRows(named.get("of_day", []), order_by, apart=learnt)
        step.write(gold.ACTIVITY_ITEMS, of_day, ReplaceDays(first + DAY, step.as_of + DAY))
        report.rows = sum(f.rows for files in (*staged.values(), *named.values()) for f in files)
        report.note = f"days from {since or 'the beginning'} to {step.as_of - DAY}"
        if since is not None:
            report.note += "; " + _late_note(staged.get("corrections", []))
    step.outcome["measures"] = catalogue.measure_hashes


def has_news(step: Step, since: date | None) -> bool:
    """Whether some event or link may concern a day since then, or became known since, by the files' statistics alone.
    Without news there is nothing to compute; what an unfinished run wrote for these days is still removed."""
    if since is None:
        return True
    midnight = local_midnight(since, step.settings.time_zone) - MICROSECOND
    return (
        step.may_exceed(silver.EVENTS, "known_as_of", since)
        or step.may_exceed(silver.IDENTITY_LINKS, "known_as_of", since)
        or step.may_exceed(silver.EVENTS, "occurred_at", midnight, days_around(since, step.as_of))
    )


def _stage_days(
    step: Step, catalogue: Catalogue, since: date | None, first: date
) -> tuple[dict[str, list[StagedFile]], dict[str, list[StagedFile]]]:
    """Stage the tiles and corrections of the days since then, and their items."""
    events = events_of(step, catalogue, since)
    spans = person_spans(step.read(silver.IDENTITY_LINKS))
    is_small = step.facts(silver.IDENTITY_LINKS).rows <= BROADCAST_LINKS
    # Tiles and items use the same rows, which are read and joined to people once.
    zone, early = step.settings.time_zone, early_identifiers(step) if since is not None else None
    if since is not None and step.facts(silver.EVENTS).rows > MOST_EVENTS:
        events = replace(events, every=events_of_moved(step, events.every.columns, spans, since, early))
    owned = owned_rows(events, spans, catalogue, since, first, step.as_of, zone, is_small, early)
    if since is None and step.is_one_process:
        n_partitions = -(-step.facts(silver.EVENTS).rows // ROWS_PER_PARTITION)
        rows = checkpoint_as_planned(owned, max(step.n_writers, n_partitions))
    else:
        rows = step.checkpoint(owned)
    activity, items = build_activity(rows, catalogue, step.settings.currency), build_items(rows, catalogue)
    kinds = {
        "tiles": Kind(activity_schema(catalogue), "activity_date"),
        "corrections": Kind(activity_schema(catalogue), "applied_as_of"),
    }
    # In parallel: the small plan starts while the large one runs.
    staged, named = step.beside(
        lambda: _stage_activity(activity, kinds, step.staging), lambda: _stage_items(items, step.staging)
    )
    return staged, named


def early_identifiers(step: Step) -> DataFrame | None:
    """Those whose events may be older than their introduction: identifier_id; None if there are none."""
    if not step.facts(silver.UNINTRODUCED).rows:
        return None
    return step.read(silver.UNINTRODUCED).where("linked_id is null").select("identifier_id")


def events_of(step: Step, catalogue: Catalogue, since: date | None) -> Events:
    """In the first run all events; later those around the days to close, and those learnt since. All events are read
    file by file, in later runs only if somebody moved."""
    every = step.read_days(silver.EVENTS, columns_read(catalogue))
    if since is None:
        return Events.whole(every)
    return Events(
        every,
        step.read(silver.EVENTS, days_around(since, step.as_of)),
        step.read(silver.EVENTS, known_after=since),
    )


def events_of_moved(
    step: Step, columns: Sequence[str], spans: DataFrame, since: date, early: DataFrame | None
) -> DataFrame:
    """Some columns of the events of those who have moved, or were introduced late, since an as-of day. They may lie on
    any day, so all files are looked through, and that only if somebody moved; of the others nothing is decoded but
    whose their events are.

    Args:
        spans: identity.person_spans.
        early: identifier_id of those whose events may be older than their introduction; None if there are none.
    """
    is_new = (F.col("applied_as_of") > F.lit(since)) & (F.col("applied_as_of") <= F.lit(step.as_of))
    moved = moves_of(spans).where(is_new).select("subject_id")
    if early is not None:
        moved = moved.unionByName(
            introduced_late(spans, early, since, step.as_of).withColumnRenamed("identifier_id", "subject_id")
        )
    who = _read_moved(moved)
    if who is None:
        return step.read_days(silver.EVENTS, columns)
    if not len(who):
        return step.read(silver.EVENTS, frozenset()).select(*columns)
    return step.read_days(silver.EVENTS, columns, among=Among(SUBJECT, who))


def _read_moved(moved: DataFrame) -> pa.Array | None:
    """Those who moved; None if they are too many for the memory of each task."""
    found = moved.distinct().limit(BROADCAST_LINKS + 1).toArrow()["subject_id"].combine_chunks()
    return found if len(found) <= BROADCAST_LINKS else None


def _stage_activity(activity: DataFrame, kinds: dict[str, Kind], folder: Store) -> dict[str, list[StagedFile]]:
    """Stage both tables in one pass: rows without a reason are tiles, the others corrections."""
    schema = kinds["tiles"].schema

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        writer = StagingWriter(folder, kinds)
        for batch in batches:
            is_tile = pc.is_null(batch.column("reason"))
            for kind, mask in (("tiles", is_tile), ("corrections", pc.invert(is_tile))):
                rows = batch.filter(mask)
                if rows.num_rows:
                    writer.add_batch(kind, pa.RecordBatch.from_arrays(rows.columns, schema=schema))
        yield from writer.close()

    return read_named(activity.select(*schema.names).mapInArrow(write, NAMED_DDL))


def _stage_items(items: DataFrame, folder: Store) -> dict[str, list[StagedFile]]:
    """Stage the items of each day itself, and separately those learnt later."""
    kinds = {kind: Kind(ITEMS, "applied_as_of") for kind in ("of_day", "learnt")}

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        writer = StagingWriter(folder, kinds)
        for batch in batches:
            days, applied = (batch.column(c).cast(pa.int32()) for c in ("activity_date", "applied_as_of"))
            is_of_day = pc.equal(applied, pc.add(days, 1))
            for kind, mask in (("of_day", is_of_day), ("learnt", pc.invert(is_of_day))):
                rows = batch.filter(mask)
                if rows.num_rows:
                    writer.add_batch(kind, pa.RecordBatch.from_arrays(rows.columns, schema=ITEMS))
        yield from writer.close()

    return read_named(items.select(*ITEMS.names).mapInArrow(write, NAMED_DDL))


def _closed_before(step: Step, catalogue: Catalogue) -> date | None:
    """The last as-of day before this one whose tiles were closed with the same measures; None means from scratch."""
    done = [r for r in step.runs.finished("tiles", is_running=True) if r["as_of_date"] < step.as_of]
    # A provisional tile covers only part of a day: it is not closed and is made again.
    provisional = step.runs.provisional_days()
    done = [r for r in done if r["as_of_date"] not in provisional]
    if not done:
        return None
    last = max(done, key=lambda r: (r["as_of_date"], r["written_at"]))
    return last["as_of_date"] if json.loads(last["outputs"]).get("measures") == catalogue.measure_hashes else None


def _late_note(files: Sequence[StagedFile]) -> str:
    """A note on what was learnt late: for how many people and which days; the corrections are few."""
    if not files:
        return "nothing came late"
    parts = [read_parquet(f.path, columns=["person_id", "activity_date"]) for f in files]
    rows = pa.concat_tables(parts)
    ends = pc.min_max(rows["activity_date"])
    people = pc.count_distinct(rows["person_id"]).as_py()
    return f"late: {people:,} people, days {ends['min'].as_py()} to {ends['max'].as_py()}"


TILES = Flow(
    name="tiles",
    reads=("silver.events", "silver.identity_links", "silver.unintroduced"),
    reads_earlier=("ops.runs",),
    writes=("gold.activity_daily", "gold.activity_corrections", "gold.activity_items"),
    function=close_tiles,
    needs=(CATALOGUE,),
    is_skipped_when_unchanged=True,
)
