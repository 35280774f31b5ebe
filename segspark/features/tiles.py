"""Daily tiles and their corrections, both made from events and links, so that a rerun gives the same rows.

The tile of a local day holds the events known by the next morning, under the persons known by then. What is
learnt later about a closed day is a correction: late events, and the events of an identifier that moved from one
person to another (taken from the old one, given to the new one).
"""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.features.feature import Catalogue, Measure


def with_measures(events: DataFrame, catalogue: Catalogue, time_zone: str, currency: str) -> DataFrame:
    """One row per event that counts anywhere.

    Args:
        events: silver.events; the subject is the identifier, else the anonymous visitor.

    Returns:
        subject_id, activity_date (local day), known_as_of and one integer column per measure.
    """
    counted = sorted({t for m in catalogue.measures for t in m.event_types})
    local = F.from_utc_timestamp("occurred_at", time_zone)
    subject = F.coalesce("identifier_id", "anonymous_id")
    base = events.where(F.col("event_type").isin(counted) & subject.isNotNull()).withColumns(
        {"subject_id": subject, "activity_date": F.to_date(local), "local_hour": F.hour(local)}
    )
    return base.select(
        "subject_id",
        "activity_date",
        "known_as_of",
        *[_value(m, currency).alias(m.name) for m in catalogue.measures],
    )


def _value(measure: Measure, currency: str) -> Column:
    counts = F.col("event_type").isin(*measure.event_types)
    if measure.where:
        counts = counts & F.coalesce(F.expr(measure.where.replace("{currency}", currency)), F.lit(False))
    return F.when(counts, F.expr(measure.value).cast("bigint")).otherwise(F.lit(0).cast("bigint"))


def build_tiles(measured: DataFrame, spans: DataFrame, catalogue: Catalogue, first: date, end: date) -> DataFrame:
    """Tiles of the local days [first, end).

    Args:
        measured: with_measures.
        spans: identity.person_spans.

    Returns:
        One row per person and day on which something counted: person_id, activity_date, measures.
    """
    in_time = (
        (F.col("activity_date") >= F.lit(first))
        & (F.col("activity_date") < F.lit(end))
        & (F.col("known_as_of") <= F.date_add("activity_date", 1))
    )
    owned = _with_person(measured.where(in_time), spans, F.date_add("activity_date", 1))
    return _sum(owned, ["person_id", "activity_date"], catalogue)


def build_corrections(
    measured: DataFrame, spans: DataFrame, catalogue: Catalogue, after: date | None, until: date
) -> DataFrame:
    """Corrections with applied_as_of in (after, until]; ``after`` None is from the beginning.

    Returns:
        One row per person, closed day, as-of day and reason with a measure that is not zero: person_id,
        activity_date, applied_as_of, reason (late, moved_in, moved_out), measures (negative where taken away).
    """
    applied = F.col("applied_as_of") <= F.lit(until)
    if after is not None:
        applied = applied & (F.col("applied_as_of") > F.lit(after))
    late = measured.where(F.col("known_as_of") > F.date_add("activity_date", 1)).withColumn(
        "applied_as_of", F.col("known_as_of")
    )
    parts = [_with_person(late.where(applied), spans, F.col("applied_as_of")).withColumn("reason", F.lit("late"))]
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
    known_before = (F.col("known_as_of") < F.col("applied_as_of")) & (
        F.date_add("activity_date", 1) < F.col("applied_as_of")
    )
    moved = measured.join(moves, on="subject_id", how="inner").where(known_before)
    names = [m.name for m in catalogue.measures]
    keep = ["activity_date", "applied_as_of"]
    for reason, sign in (("moved_in", 1), ("moved_out", -1)):
        parts.append(
            moved.select(
                F.col(reason).alias("person_id"),
                *keep,
                *[(F.col(n) * F.lit(sign)).alias(n) for n in names],
                F.lit(reason).alias("reason"),
            )
        )
    columns = ["person_id", *keep, *names, "reason"]
    union = parts[0].select(*columns)
    for part in parts[1:]:
        union = union.unionByName(part.select(*columns))
    return _sum(union, ["person_id", "activity_date", "applied_as_of", "reason"], catalogue)


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
