"""Window features in Spark: the kernel over ranges of people, and the derived projections."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.engine.days import Calendar
from segspark.features.engine.item_columns import with_all_items
from segspark.features.engine.kernel import Outcome, compute_features, with_outcome
from segspark.features.feature import Catalogue, Derived
from segspark.features.tiles import KEYS
from segspark.tables.contracts import gold
from segspark.tables.contracts.schema import ddl


def window_features(
    tiles: DataFrame,
    corrections: DataFrame,
    people: DataFrame,
    catalogue: Catalogue,
    as_of_dates: Sequence[date],
    calendar: Calendar,
    n_ranges: int,
    outcome: Outcome | None = None,
    items: DataFrame | None = None,
) -> DataFrame:
    """Windowed features as of one or many days, in one pass over the activity.

    Windows are half-open, ``[as_of - days, as_of)``: nothing that happens on ``as_of`` can leak into a label
    that starts that day.

    Args:
        tiles: gold.activity_daily.
        corrections: gold.activity_corrections.
        people: person_id, as_of_date, usable_from per purpose (columns named as the purposes); one row for each
            person known as of each day.
        n_ranges: ranges of person ids, one task each.
        outcome: of the days after, added as the last column.
        items: gold.activity_items, if the catalogue has item features.

    Returns:
        One row per person and day: the columns of gold.features.
    """
    last = max(as_of_dates)
    end, known = (last, last) if outcome is None else (last + timedelta(days=outcome.reach), outcome.known)
    of_tiles = tiles.where(F.col("activity_date") < F.lit(end))
    activity = activity_frame(of_tiles, corrections.where(F.col("applied_as_of") <= F.lit(known)), catalogue)
    if items is not None:
        # One group per range holds activity and items: rows without a kind are activity.
        known_items = items.where(F.col("applied_as_of") <= F.lit(last))
        activity = activity.unionByName(known_items.select(*KEYS, "kind", "item", "n"), allowMissingColumns=True)
    dates, output = list(as_of_dates), ddl((*gold.FEATURES.columns, *catalogue.stored_columns()))
    if outcome is not None:
        output += f", {outcome.name} bigint"

    def of_range(activity: pa.Table, people: pa.Table) -> pa.Table:
        if not catalogue.items:
            features = compute_features(activity, people, catalogue, dates, calendar)
        else:
            is_activity = pc.is_null(activity["kind"])
            things, activity = activity.filter(pc.invert(is_activity)), activity.filter(is_activity)
            features = compute_features(activity, people, catalogue, dates, calendar)
            features = with_all_items(features, things, people, catalogue, dates)
        return features if outcome is None else with_outcome(features, activity, outcome)

    return by_range(activity, people, n_ranges, of_range, output)


def activity_frame(tiles: DataFrame, corrections: DataFrame, catalogue: Catalogue) -> DataFrame:
    """Tiles, applied the morning after their day, and corrections: keys and measures."""
    names = [m.name for m in catalogue.measures]
    dated = tiles.withColumn("applied_as_of", F.date_add("activity_date", 1))
    return dated.select(*KEYS, *names).unionByName(corrections.select(*KEYS, *names))


def by_range(
    left: DataFrame, right: DataFrame, n_ranges: int, function: Callable[[pa.Table, pa.Table], pa.Table], output: str
) -> DataFrame:
    """Apply a function to two frames with person_id, one call per range of people."""
    ours, theirs = (_ranged(frame, n_ranges).groupBy("_range") for frame in (left, right))
    return ours.cogroup(theirs).applyInArrow(function, output)


def _ranged(frame: DataFrame, n_ranges: int) -> DataFrame:
    """Add the range; pseudonyms are uniform hexadecimal, so equal ranges of first digits hold equally many people."""
    first = F.conv(F.substring("person_id", 1, 4), 16, 10).cast("int")
    return frame.withColumn("_range", F.floor(first * n_ranges / 65536).cast("int"))


def with_derived(features: DataFrame, catalogue: Catalogue) -> DataFrame:
    """The stored columns and the derived ones, which are computed on read."""
    return with_projections(features, catalogue.derived)


def with_projections(frame: DataFrame, derived: Sequence[Derived]) -> DataFrame:
    return frame.select("*", *[F.expr(d.sql).cast(d.type).alias(d.name) for d in derived])
