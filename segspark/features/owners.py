"""Whose an event is: its subject, the person of that on a day, and from which day on it is known."""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# Who an event of silver.events is about: the identifier, else the anonymous visitor.
SUBJECT = ("identifier_id", "anonymous_id")


def subject() -> Column:
    """Who an event is about."""
    return F.coalesce(*SUBJECT)


def introduced_late(spans: DataFrame, early: DataFrame, after: date, end: date) -> DataFrame:
    """Those whose events are older than their introduction in (after, end]: identifier_id."""
    is_new = (F.col("introduced_as_of") > F.lit(after)) & (F.col("introduced_as_of") <= F.lit(end))
    return spans.where(is_new).join(early, on="identifier_id", how="left_semi").select("identifier_id")


def moves_of(spans: DataFrame) -> DataFrame:
    """Identifiers that moved to another person: subject_id, applied_as_of, moved_in, moved_out, introduced_as_of."""
    before = spans.select(
        "identifier_id", F.col("person_id").alias("old_person_id"), F.col("to_as_of").alias("from_as_of")
    )
    both = spans.join(before, on=["identifier_id", "from_as_of"], how="left")
    return both.select(
        F.col("identifier_id").alias("subject_id"),
        F.col("from_as_of").alias("applied_as_of"),
        F.col("person_id").alias("moved_in"),
        # Before its first link a visitor is its own person, and whoever is not introduced is nobody.
        F.coalesce("old_person_id", F.when(F.col("is_anonymous"), F.col("identifier_id"))).alias("moved_out"),
        "introduced_as_of",
    ).where("moved_in <> moved_out")


def with_person(events: DataFrame, spans: DataFrame, day: Column) -> DataFrame:
    """Add each event's person by the links known on a day, and its introduced_as_of; an unlinked visitor is its own
    person, and an event of somebody who is not introduced is left out."""
    of_subject = (
        (F.col("subject_id") == F.col("span_of"))
        & (F.col("from_as_of") <= day)
        & (F.col("to_as_of").isNull() | (day < F.col("to_as_of")))
    )
    joined = events.join(spans.withColumnRenamed("identifier_id", "span_of"), on=of_subject, how="left")
    visitor = F.when(F.col("identifier_id").isNull(), F.col("subject_id"))
    return joined.withColumn("person_id", F.coalesce("person_id", visitor)).where("person_id is not null")
