"""Daily tiles and their corrections, both made from events and links, so that a rerun gives the same rows.

The tile of a local day holds the events known by the next morning, under the persons known by then. What is
learnt later about a closed day is a correction: late events, and the events of an identifier that moved from one
person to another (taken from the old one, given to the new one).
"""

from collections.abc import Callable
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.features.feature import Catalogue, Measure

DAY = timedelta(days=1)


def with_measures(events: DataFrame, catalogue: Catalogue, time_zone: str, currency: str) -> DataFrame:
    """One row per event that counts anywhere.

    Args:
        events: silver.events; the subject is the identifier, else the anonymous visitor.

    Returns:
        subject_id, activity_date (local day), known_as_of and one integer column per measure.
    """
    counted = sorted({t for m in catalogue.measures for t in m.event_types})
    local = F.from_utc_timestamp("occurred_at", time_zone)
    subject = _subject()
    base = events.where(F.col("event_type").isin(counted) & subject.isNotNull()).withColumns(
        {"subject_id": subject, "activity_date": F.to_date(local), "local_hour": F.hour(local)}
    )
    return base.select(
        "subject_id",
        "activity_date",
        "known_as_of",
        *[_value(m, currency).alias(m.name) for m in catalogue.measures],
    )


def _subject() -> Column:
    return F.coalesce("identifier_id", "anonymous_id")


def _value(measure: Measure, currency: str) -> Column:
    counts = F.col("event_type").isin(*measure.event_types)
    if measure.where:
        counts = counts & F.coalesce(F.expr(measure.where.replace("{currency}", currency)), F.lit(False))
    return F.when(counts, F.expr(measure.value).cast("bigint")).otherwise(F.lit(0).cast("bigint"))


def build_activity(
    events: DataFrame,
    spans: DataFrame,
    catalogue: Catalogue,
    after: date | None,
    first: date,
    end: date,
    measure: Callable[[DataFrame], DataFrame],
    is_small: bool,
) -> DataFrame:
    """Tiles of the local days [first, end), and corrections with applied_as_of in (after, end].

    Args:
        events: silver.events.
        spans: identity.person_spans.
        after: as-of day up to which corrections were made before; None is from the beginning.
        measure: with_measures of the catalogue.
        is_small: links are few enough to go to every task whole, which spares the events a shuffle.

    Returns:
        One row per person, day, as-of day and reason with a measure that is not zero: person_id, activity_date,
        applied_as_of, reason, measures (negative where taken away). Reason null is the tile of the day, with
        applied_as_of the morning after; late, moved_in and moved_out are corrections.
    """
    closes = F.date_add("activity_date", 1)
    is_late = F.col("known_as_of") > closes
    of_tiles = ~is_late & (F.col("activity_date") >= F.lit(first)) & (F.col("activity_date") < F.lit(end))
    applied = F.col("applied_as_of") <= F.lit(end)
    if after is not None:
        applied = applied & (F.col("applied_as_of") > F.lit(after))

    def dated(rows: DataFrame) -> DataFrame:
        # What is known in time belongs to the tile; what is known later is applied on the day it became known.
        what = {"applied_as_of": F.greatest("known_as_of", closes), "reason": F.when(is_late, F.lit("late"))}
        return measure(rows).withColumns(what)

    # A local day lies within the UTC days around it, so that only these partitions are read.
    near = (F.col("event_date") >= F.lit(first - DAY)) & (F.col("event_date") <= F.lit(end + DAY))
    if after is None:
        counted = dated(events).where(of_tiles | (is_late & applied))
    else:
        learnt = events.where((F.col("known_as_of") > F.lit(after)) & (F.col("known_as_of") <= F.lit(end)))
        counted = dated(events.where(near)).where(of_tiles).unionByName(dated(learnt).where(is_late & applied))
    owned = _with_person(counted, F.broadcast(spans) if is_small else spans, F.col("applied_as_of"))
    moves = spans.alias("new").join(
        spans.select(
            F.col("identifier_id"), F.col("person_id").alias("old_person_id"), F.col("to_as_of").alias("from_as_of")
        ),
        on=["identifier_id", "from_as_of"],
        how="left",
    ).select(
        F.col("identifier_id").alias("subject_id"),
        F.col("from_as_of").alias("applied_as_of"),
        F.col("person_id").alias("moved_in"),
        # Before its first link an identifier was its own person.
        F.coalesce("old_person_id", "identifier_id").alias("moved_out"),
    ).where("moved_in <> moved_out").where(applied)  # fmt: skip
    if is_small:
        moves = F.broadcast(moves)
    # Few subjects move: their events are looked for before anything is computed of them.
    theirs = events.join(
        moves.select(F.col("subject_id").alias("moving")), on=_subject() == F.col("moving"), how="left_semi"
    )
    known_before = (F.col("known_as_of") < F.col("applied_as_of")) & (closes < F.col("applied_as_of"))
    moved = measure(theirs).join(moves, on="subject_id", how="inner").where(known_before)
    names = [m.name for m in catalogue.measures]
    both = F.explode(
        F.array(
            F.struct(F.col("moved_in").alias("person_id"), F.lit("moved_in").alias("reason"), F.lit(1).alias("sign")),
            F.struct(
                F.col("moved_out").alias("person_id"), F.lit("moved_out").alias("reason"), F.lit(-1).alias("sign")
            ),
        )
    )
    each = moved.select("activity_date", "applied_as_of", *names, both.alias("_side")).select(
        "_side.person_id", "activity_date", "applied_as_of", "_side.reason",
        *[(F.col(n) * F.col("_side.sign")).alias(n) for n in names],
    )  # fmt: skip
    keys = ["person_id", "activity_date", "applied_as_of", "reason"]
    return _sum(owned.select(*keys, *names).unionByName(each), keys, catalogue)


def _with_person(measured: DataFrame, spans: DataFrame, known: Column) -> DataFrame:
    """The person of each row by the links known on a day; an unlinked visitor is its own person."""
    rows = measured.withColumn("known_on", known)
    of_subject = (
        (F.col("subject_id") == F.col("identifier_id"))
        & (F.col("from_as_of") <= F.col("known_on"))
        & (F.col("to_as_of").isNull() | (F.col("known_on") < F.col("to_as_of")))
    )
    joined = rows.join(spans, on=of_subject, how="left")
    return joined.withColumn("person_id", F.coalesce("person_id", "subject_id")).drop(
        "known_on", "identifier_id", "from_as_of", "to_as_of"
    )


def _sum(rows: DataFrame, keys: list[str], catalogue: Catalogue) -> DataFrame:
    names = [m.name for m in catalogue.measures]
    summed = rows.groupBy(*keys).agg(*[F.sum(n).alias(n) for n in names])
    return summed.where(" or ".join(f"{n} <> 0" for n in names))
