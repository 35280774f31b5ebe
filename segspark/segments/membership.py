"""The memberships of a day, in one wide pass over the people for any number of schemes and rules."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.segments.entry import entry
from segspark.segments.grouping import Grouping
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


def grouping_entry(grouping: Grouping, language: str) -> Column:
    """The membership given by the column of a grouping; null for people of no group."""
    key = F.col(grouping.column).cast("string")
    pairs = [(k, s) for k, s in sorted(grouping.segments.items())]
    ids = F.create_map(*[F.lit(x) for k, s in pairs for x in (k, s.segment_id)])
    labels = F.create_map(*[F.lit(x) for k, s in pairs for x in (k, s.name[language])])
    nested = sorted((grouping.paths or {}).items())
    paths = F.create_map(*[F.lit(x) for k, p in nested for x in (k, "/".join(p))]) if nested else None
    depths = F.create_map(*[F.lit(x) for k, p in nested for x in (k, len(p))]) if nested else None
    membership = entry(
        F,
        scheme=grouping.scheme,
        segment_id=F.try_element_at(ids, key),
        name=F.try_element_at(labels, key),
        level=F.lit(1) if depths is None else F.try_element_at(depths, key),
        path=key if paths is None else F.try_element_at(paths, key),
        branch=key,
        version=grouping.version,
        score=F.col(grouping.score) if grouping.score else None,
        model_version=grouping.model_version,
    )
    return F.when(F.try_element_at(ids, key).isNotNull(), membership)
