"""The work of the Spark engine: the same kernel, for tables that are not plain files or by configuration."""

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.engine.arrow import feature_schema
from segspark.features.engine.differences import DIFFERENCE_DDL, unequal
from segspark.features.engine.kernel import compute_features
from segspark.features.engine.reads import permitted
from segspark.features.engine.spark import carried_features, n_ranges, past_activity, stored_features
from segspark.features.engine.windows import by_range, window_features
from segspark.features.engine.work import Work
from segspark.pipeline.step import Step
from segspark.pipeline.view import View
from segspark.pipeline.writes import Frame, ReplaceDays
from segspark.tables.contracts import gold
from segspark.tables.ranges import DayFile


def advance(work: Work[Step], state: tuple[DayFile, ...] | None) -> None:
    step = work.view
    # This engine reads all items and writes no index.
    step.ensure(gold.ITEM_LAST_DAYS)
    rows = frame(work) if state is None else carried_features(step, work.catalogue, work.calendar, work.staged)
    step.write(work.contract, Frame(rows, by_spark=True), ReplaceDays(*work.span))


def write_days(work: Work[Step]) -> None:
    work.view.write(work.contract, Frame(frame(work), by_spark=True), ReplaceDays(*work.span))


def frame(work: Work[View]) -> DataFrame:
    view, days = work.view, work.days
    corrections = view.read(gold.ACTIVITY_CORRECTIONS)
    if work.known is not None:
        first, applied = F.lit(min(days)), F.col("applied_as_of")
        is_seen = (applied > first) & (applied <= F.lit(work.known))
        corrections = corrections.withColumn("applied_as_of", F.when(is_seen, first).otherwise(applied))
    return window_features(
        view.read(gold.ACTIVITY_DAILY),
        corrections,
        work.staged.frame("people"),
        work.catalogue,
        days,
        work.calendar,
        n_ranges(view),
        work.outcome,
        view.read(gold.ACTIVITY_ITEMS) if work.catalogue.items else None,
    )


def differences(work: Work[Step], part: tuple[str, str] | None) -> list[dict[str, str]]:
    """Each range names at most MOST_NAMED. Items are left out: this engine does not compute them incrementally."""
    step, catalogue, calendar, days = work.view, work.catalogue.without_items, work.calendar, work.days
    stored, activity = stored_features(step, catalogue, step.as_of), past_activity(step, catalogue)
    if part:
        is_inside = (F.col("person_id") >= part[0]) & (F.col("person_id") < part[1])
        stored, activity = stored.where(is_inside), activity.where(is_inside)
    schema = feature_schema(catalogue)

    def compare(stored: pa.Table, activity: pa.Table) -> pa.Table:
        stored = stored.select(schema.names).cast(schema).sort_by("person_id")
        return unequal(stored, compute_features(activity, permitted(stored), catalogue, days, calendar))

    return _read_differences(by_range(stored, activity, n_ranges(step), compare, DIFFERENCE_DDL))


def _read_differences(found: DataFrame) -> list[dict[str, str]]:
    """At most MOST_NAMED rows of each range."""
    return [row.asDict() for row in found.collect()]


def restate(work: Work[Step]) -> int | None:
    contract = gold.FEATURES_RESTATED.with_columns(work.catalogue.stored_columns())
    return work.view.write(contract, Frame(frame(work), by_spark=True), ReplaceDays(*work.span))
