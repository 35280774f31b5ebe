"""The Spark lane of a daily run: the same kernel over ranges of people, by Spark's own reader, on tables of any kind."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.errors import ConfigError
from segspark.features.engine.arrow import feature_schema
from segspark.features.engine.incremental import advance_features, changing_days
from segspark.features.engine.items import with_all_items
from segspark.features.engine.kernel import EPOCH, Calendar
from segspark.features.engine.reads import ITEMS, PEOPLE, permitted
from segspark.features.engine.windows import activity_frame, by_range, window_features
from segspark.features.feature import Catalogue
from segspark.pipeline.step import Step
from segspark.tables.contracts import gold
from segspark.tables.contracts.schema import ddl
from segspark.tables.staging import NAMED_DDL, NAMED_SCHEMA, Kind, Staged, StagingWriter, read_named
from segspark.time import DAY

READ_BY_RANGE = (
    gold.ACTIVITY_DAILY,
    gold.ACTIVITY_CORRECTIONS,
    gold.ACTIVITY_ITEMS,
    gold.ITEM_LAST_DAYS,
    gold.FEATURES,
)
CARRIED, ASIDE = "carried", "aside"


def choose_engine(run: Step) -> str:
    """``direct`` or ``spark``, by the configuration or the tables' properties; the run's record says which and why.

    Raises:
        ConfigError: the direct lane is asked for where it would misread a table.
    """
    odd = {c.name: why for c in READ_BY_RANGE if (why := run.lake.why_not_plain(c))}
    found = "; ".join(f"{name} has {why}" for name, why in odd.items())
    asked = run.workspace.features.lane
    if asked == "direct" and odd:
        raise ConfigError(f"features.lane is direct, but {found}: its files alone are not its rows. Use auto or spark.")
    lane = ("spark" if odd else "direct") if asked == "auto" else asked
    run.outcome.update(lane=lane, lane_because=found or ("plain files" if asked == "auto" else "features.lane"))
    return lane


def n_ranges(run: Step) -> int:
    return 2 * run.lake.spark.sparkContext.defaultParallelism


def carried_features(run: Step, catalogue: Catalogue, calendar: Calendar, staged: Staged, folder: Path) -> DataFrame:
    """The features of the as-of day from those of the day before, as ``kernel.compute_features`` gives them.

    Of tiles and corrections only the days are read whose part in some feature changes. Whom the day before cannot
    carry on, few, the tasks put aside; they are computed from all days. Items have no index in this lane: all of them
    are read.

    Args:
        staged: who is listed on the day (``people``).
    """
    frame = _carried_windows(run, catalogue.without_items, calendar, staged, folder)
    return _with_items(run, frame, catalogue) if catalogue.items else frame


def _carried_windows(run: Step, catalogue: Catalogue, calendar: Calendar, staged: Staged, folder: Path) -> DataFrame:
    corrections = run.read(gold.ACTIVITY_CORRECTIONS).where(F.col("applied_as_of") <= F.lit(run.as_of))
    days = changing_days(_read_learnt(run, corrections), catalogue, run.as_of)
    near = frozenset(EPOCH + timedelta(days=n) for n in days)
    corrected = corrections.where(F.col("activity_date").isin(sorted(near)))
    activity = activity_frame(run.read(gold.ACTIVITY_DAILY, near), corrected, catalogue)
    state = stored_features(run, catalogue, run.as_of - DAY)
    people = staged.frame("people")
    # One frame of both, because only two frames can meet in a task.
    told = activity.unionByName(people, allowMissingColumns=True)

    as_of, name = run.as_of, str(folder)
    kinds = {CARRIED: Kind(feature_schema(catalogue)), ASIDE: Kind(PEOPLE)}
    activity_names = activity.columns

    def advance(state: pa.Table, told: pa.Table) -> pa.Table:
        is_person = told["as_of_date"].is_valid()
        listed = told.filter(is_person).select(PEOPLE.names).cast(PEOPLE)
        happened = told.filter(pc.invert(is_person)).select(activity_names)
        rows, rest = advance_features(state, happened, listed, catalogue, as_of, calendar)
        if rest.num_rows:
            rows = rows.filter(pc.invert(pc.is_in(rows["person_id"], value_set=rest["person_id"])))
        writer = StagingWriter(name, kinds)
        for kind, table in ((CARRIED, rows), (ASIDE, rest)):
            for batch in table.cast(kinds[kind].schema).to_batches():
                writer.add_batch(kind, batch)
        return pa.Table.from_batches(list(writer.close()), schema=NAMED_SCHEMA)

    files = read_named(by_range(state, told, n_ranges(run), advance, NAMED_DDL))
    both = Staged(run.lake.spark, kinds, files)
    frame = both.frame(CARRIED)
    if not both.rows(ASIDE):
        return frame
    aside = both.frame(ASIDE)
    few = F.broadcast(aside.select("person_id"))
    tiles = run.read(gold.ACTIVITY_DAILY)
    tiles, corrections = (f.join(few, on="person_id", how="left_semi") for f in (tiles, corrections))
    rest = window_features(tiles, corrections, aside, catalogue, [as_of], calendar, n_ranges(run))
    return frame.unionByName(rest)


def _with_items(run: Step, features: DataFrame, catalogue: Catalogue) -> DataFrame:
    as_of, items = run.as_of, run.read(gold.ACTIVITY_ITEMS)
    known = items.where(F.col("applied_as_of") <= F.lit(as_of)).select(*ITEMS.names)

    def add(features: pa.Table, items: pa.Table) -> pa.Table:
        features = features.select(names).sort_by("person_id")
        return with_all_items(features, items, permitted(features), catalogue, [as_of])

    names, output = features.columns, ddl((*gold.FEATURES.columns, *catalogue.stored_columns()))
    return by_range(features, known, n_ranges(run), add, output)


def stored_features(run: Step, catalogue: Catalogue, day: date) -> DataFrame:
    return run.read_day(gold.FEATURES, day).select(*feature_schema(catalogue).names)


def past_activity(run: Step, catalogue: Catalogue) -> DataFrame:
    """All tiles and corrections that the as-of day knows."""
    tiles = run.read(gold.ACTIVITY_DAILY).where(F.col("activity_date") < F.lit(run.as_of))
    corrections = run.read(gold.ACTIVITY_CORRECTIONS).where(F.col("applied_as_of") <= F.lit(run.as_of))
    return activity_frame(tiles, corrections, catalogue)


def _read_learnt(run: Step, corrections: DataFrame) -> pa.Table:
    """Days of which something was learnt for the as-of day; no more than the horizon of late events and moves has."""
    if run.as_of not in run.lake.days(gold.ACTIVITY_CORRECTIONS):
        return pa.table({"activity_date": pa.array([], pa.date32())})
    learnt = corrections.where(F.col("applied_as_of") == F.lit(run.as_of))
    return learnt.select("activity_date").distinct().toArrow()
