"""The memberships of a day, in one wide pass over the people for any number of schemes and rules."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.tables.contracts.gold import SEGMENTS
from segspark.time import DAY


def assign_segments(people: DataFrame, entries: Sequence[Column], as_of: date) -> DataFrame:
    """The memberships of a day.

    Args:
        people: person_id, is_contactable, not_contactable_reason, and all values that the entries look at.
        entries: columns, each with one membership of a person or null (entry.py). Building those of a day takes some
            thousand JVM calls, but needs no rows of people.

    Returns:
        Rows of gold.segments, without the run's mark: one per person and entry that is not null.
    """
    # The array comes first and by itself, without a lambda over it: otherwise Spark interprets all conditions instead
    # of compiling them.
    of_person = ("person_id", "is_contactable", "not_contactable_reason")
    each = people.select(*of_person, F.array(*entries).alias("all")).select(*of_person, F.explode("all").alias("s"))
    exploded = each.where(F.col("s").isNotNull()).select(*of_person, "s.*")
    until = F.coalesce("valid_until", F.lit(as_of + DAY))
    columns = [c for c in SEGMENTS.column_names if c != "is_provisional"]
    return exploded.withColumns({"segment_date": F.lit(as_of), "valid_until": until}).select(*columns)
