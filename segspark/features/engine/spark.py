"""The Spark engine: the same kernel over ranges of people, reading tables of any kind by Spark."""

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.engine.arrow import feature_schema
from segspark.features.engine.days import Calendar
from segspark.features.engine.incremental import Advanced, advance_features, changing_days
from segspark.features.engine.item_columns import with_all_items
from segspark.features.engine.reads import ITEMS, PEOPLE, permitted
from segspark.features.engine.restore import Lost, of_window, restored
from segspark.features.engine.windows import activity_frame, by_range, window_features
from segspark.features.feature import Catalogue
from segspark.pipeline.step import Step
from segspark.pipeline.view import View
from segspark.tables.contracts import gold
from segspark.tables.contracts.schema import ddl
from segspark.tables.staging import NAMED_DDL, NAMED_SCHEMA, Kind, Staged, StagingWriter, read_named
from segspark.time import DAY, EPOCH_DAY

CARRIED, ASIDE, LOST = "carried", "aside", "lost"
LOST_WINDOWS = pa.field("lost_windows", pa.list_(pa.int32()))


def n_ranges(view: View) -> int:
    return 2 * view.n_cores


def carried_features(step: Step, catalogue: Catalogue, calendar: Calendar, staged: Staged) -> DataFrame:
    """The features of the as-of day from those of the day before, as ``kernel.compute_features`` gives them.

    Only the days of tiles and corrections are read whose contribution to some feature changes. The tasks set aside the
    few people who cannot be advanced from the day before; these are computed from all days. Items have no index in this
    engine: all of them are read.

    Args:
        staged: listed people of the day (``people``).
    """
    frame = _carried_windows(step, catalogue.without_items, calendar, staged)
    return _with_items(step, frame, catalogue) if catalogue.items else frame


def _carried_windows(step: Step, catalogue: Catalogue, calendar: Calendar, staged: Staged) -> DataFrame:
    corrections = step.read(gold.ACTIVITY_CORRECTIONS).where(F.col("applied_as_of") <= F.lit(step.as_of))
    days = changing_days(_read_learnt(step, corrections), catalogue, step.as_of)
    near = frozenset(EPOCH_DAY + timedelta(days=n) for n in days)
    corrected = corrections.where(F.col("activity_date").isin(sorted(near)))
    activity = activity_frame(step.read(gold.ACTIVITY_DAILY, near), corrected, catalogue)
    state = stored_features(step, catalogue, step.as_of - DAY)
    people = staged.frame("people")
    # Both in one frame, because Spark can cogroup only two frames.
    both_kinds = activity.unionByName(people, allowMissingColumns=True)

    as_of, folder = step.as_of, step.staging
    features = feature_schema(catalogue)
    kinds = {CARRIED: Kind(features), ASIDE: Kind(PEOPLE), LOST: Kind(features.append(LOST_WINDOWS))}
    activity_names = activity.columns

    def advance(state: pa.Table, rows: pa.Table) -> pa.Table:
        is_person = rows["as_of_date"].is_valid()
        listed = rows.filter(is_person).select(PEOPLE.names).cast(PEOPLE)
        happened = rows.filter(pc.invert(is_person)).select(activity_names)
        done = advance_features(state, happened, listed, catalogue, as_of, calendar)
        losses = with_lost_windows(done)
        others = [rest["person_id"] for rest in (done.rest, losses)]
        carried = done.rows.filter(pc.invert(pc.is_in(done.rows["person_id"], pa.chunked_array(others, pa.string()))))
        writer = StagingWriter(folder, kinds)
        for kind, table in ((CARRIED, carried), (ASIDE, done.rest), (LOST, losses)):
            for batch in table.cast(kinds[kind].schema).to_batches():
                writer.add_batch(kind, batch)
        return pa.Table.from_batches(list(writer.close()), schema=NAMED_SCHEMA)

    files = read_named(by_range(state, both_kinds, n_ranges(step), advance, NAMED_DDL))
    made = step.staged(kinds, files)
    frame = made.frame(CARRIED)
    tiles = step.read(gold.ACTIVITY_DAILY)
    if made.rows(LOST):
        frame = frame.unionByName(_restored(step, catalogue, calendar, made.frame(LOST), tiles, corrections))
    if made.rows(ASIDE):
        aside = made.frame(ASIDE)
        theirs, learnt = _of_few(tiles, aside), _of_few(corrections, aside)
        rest = window_features(theirs, learnt, aside, catalogue, [as_of], calendar, n_ranges(step))
        frame = frame.unionByName(rest)
    return frame


def with_lost_windows(done: Advanced) -> pa.Table:
    """The rows of people who lost values, each with its lost windows in an extra column."""
    windows: dict[str, list[int]] = {}
    for lost in done.lost:
        for person in lost.people["person_id"].to_pylist():
            windows.setdefault(person, []).append(lost.window)
    rows = done.rows.filter(pc.is_in(done.rows["person_id"], pa.array(sorted(windows), pa.string())))
    lists = [windows[person] for person in rows["person_id"].to_pylist()]
    return rows.append_column(LOST_WINDOWS, pa.array(lists, LOST_WINDOWS.type))


def _read_windows(losses: DataFrame) -> list[int]:
    """The windows that somebody lost, the shortest first: at most as many rows as the catalogue has windows."""
    lost = F.explode(LOST_WINDOWS.name).alias("days")
    return sorted(row["days"] for row in losses.select(lost).distinct().collect())


def _restored(
    step: Step, catalogue: Catalogue, calendar: Calendar, losses: DataFrame, tiles: DataFrame, corrections: DataFrame
) -> DataFrame:
    """The rows of people who lost values, restored from the days of the longest window that any of them lost."""
    as_of, schema = step.as_of, feature_schema(catalogue)
    windows = _read_windows(losses)
    activity = activity_frame(_of_few(tiles, losses), _of_few(corrections, losses), catalogue)
    if windows[0]:
        activity = activity.where(F.col("activity_date") >= F.lit(as_of - windows[-1] * DAY))

    def restore(rows: pa.Table, activity: pa.Table) -> pa.Table:
        of_lost, rows = rows[LOST_WINDOWS.name].to_pylist(), rows.select(schema.names).cast(schema)
        each = []
        for window in windows:
            people = rows.filter(pa.array([window in theirs for theirs in of_lost]))
            if people.num_rows:
                each.append(Lost(window, permitted(people).sort_by("person_id")))
        return restored(rows.sort_by("person_id"), each, lambda lost, _: of_window(activity, lost), catalogue, calendar)

    return by_range(
        losses, activity, n_ranges(step), restore, ddl((*gold.FEATURES.columns, *catalogue.stored_columns()))
    )


def _of_few(frame: DataFrame, people: DataFrame) -> DataFrame:
    return frame.join(F.broadcast(people.select("person_id")), on="person_id", how="left_semi")


def _with_items(step: Step, features: DataFrame, catalogue: Catalogue) -> DataFrame:
    as_of, items = step.as_of, step.read(gold.ACTIVITY_ITEMS)
    known = items.where(F.col("applied_as_of") <= F.lit(as_of)).select(*ITEMS.names)

    def add(features: pa.Table, items: pa.Table) -> pa.Table:
        features = features.select(names).sort_by("person_id")
        return with_all_items(features, items, permitted(features), catalogue, [as_of])

    names, output = features.columns, ddl((*gold.FEATURES.columns, *catalogue.stored_columns()))
    return by_range(features, known, n_ranges(step), add, output)


def stored_features(step: Step, catalogue: Catalogue, day: date) -> DataFrame:
    return step.read_day(gold.FEATURES, day).select(*feature_schema(catalogue).names)


def past_activity(step: Step, catalogue: Catalogue) -> DataFrame:
    """All tiles and corrections known as of the day."""
    tiles = step.read(gold.ACTIVITY_DAILY).where(F.col("activity_date") < F.lit(step.as_of))
    corrections = step.read(gold.ACTIVITY_CORRECTIONS).where(F.col("applied_as_of") <= F.lit(step.as_of))
    return activity_frame(tiles, corrections, catalogue)


def _read_learnt(step: Step, corrections: DataFrame) -> pa.Table:
    """Days corrected as of the as-of day; at most as many as the horizon of late events and moves allows."""
    if step.as_of not in step.facts(gold.ACTIVITY_CORRECTIONS).days:
        return pa.table({"activity_date": pa.array([], pa.date32())})
    learnt = corrections.where(F.col("applied_as_of") == F.lit(step.as_of))
    return learnt.select("activity_date").distinct().toArrow()
