"""Sequences from daily tiles: who did one act and then did, or did not do, another within some local days."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.features.acts import acts_of
from segspark.features.feature import Catalogue
from segspark.segments.rules.tree import Followed
from segspark.segments.values import measures_read


def with_sequences(
    people: DataFrame,
    tiles: DataFrame,
    corrections: DataFrame,
    sequences: Sequence[Followed],
    catalogue: Catalogue,
    as_of: date,
) -> DataFrame:
    """People with the two dates of each sequence (rules/tree.py, Followed).

    Days count as for features: local days before the as-of day, with the corrections known by then, from the date from
    which the measure's purpose may use the person's events. A day of ``first`` is followed by ``then`` if a day of
    ``then`` lies in ``[day, day + days)``.

    Args:
        people: person_id, and profiling_from and so on as in gold.features.
        tiles: gold.activity_daily.
        corrections: gold.activity_corrections.

    Returns:
        The people; per sequence ``name`` and ``then_name``, dates, null if there is none.
    """
    if not sequences:
        return people
    acts = acts_of(catalogue)
    used = measures_read(sequences, catalogue)
    since = F.lit(as_of - timedelta(days=max(s.within for s in sequences)))
    seen = (F.col("activity_date") >= since) & (F.col("activity_date") < F.lit(as_of))
    known = corrections.where(seen & (F.col("applied_as_of") <= F.lit(as_of)))
    keys = ["person_id", "activity_date"]
    rows = tiles.where(seen).select(*keys, *used).unionByName(known.select(*keys, *used))
    may_see = {m: F.col(f"{catalogue.by_measure[m].purpose}_from") for m in used}
    purposes = sorted({catalogue.by_measure[m].purpose for m in used})
    theirs = rows.join(people.select("person_id", *[f"{p}_from" for p in purposes]), on="person_id", how="inner")
    by_day = theirs.groupBy(*keys).agg(
        *[F.sum(F.when(F.col("activity_date") >= may_see[m], F.col(m))).alias(m) for m in used]
    )
    days = by_day.groupBy("person_id").agg(
        *[F.collect_list(F.when(F.col(m) > 0, F.col("activity_date"))).alias(m) for m in used]
    )
    first_days = days.select("*", *[_newest(s, acts, as_of).alias(s.name) for s in sequences])
    dates = first_days.select(
        "person_id", *[c for s in sequences for c in (F.col(s.name), _next(s, acts).alias(s.then_name))]
    )
    return people.join(dates, on="person_id", how="left")


def _newest(sequence: Followed, acts: Mapping[str, str], as_of: date) -> Column:
    """The newest day of ``first`` for which the sequence is true."""
    then = F.col(acts[sequence.then])
    from_ = F.lit(as_of - timedelta(days=sequence.within))
    over = F.lit(as_of - timedelta(days=sequence.days))

    def is_it(day: Column) -> Column:
        is_followed = F.exists(then, lambda other: (other >= day) & (other < F.date_add(day, sequence.days)))
        return (day >= from_) & (is_followed if sequence.is_followed else ~is_followed & (day <= over))

    return F.array_max(F.filter(F.col(acts[sequence.first]), is_it))


def _next(sequence: Followed, acts: Mapping[str, str]) -> Column:
    """The next day of ``then`` on or after that day."""
    return F.array_min(F.filter(F.col(acts[sequence.then]), lambda day: day >= F.col(sequence.name)))
