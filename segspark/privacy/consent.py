"""Consent compiled to one date per person and purpose: the first whole local day of the present permission.

Whatever may see a purpose's events counts only those since that date; null is no permission.
"""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from segspark.sources.vocabulary import PURPOSES

SINCE_EVER = date(1970, 1, 1)


def derive_usable_from(
    consents: DataFrame, owners: DataFrame, as_of: date, assumed: Sequence[str], time_zone: str
) -> DataFrame:
    """Since when each purpose may see a person's events, as known on a day.

    Per identifier: the start of the present unbroken permission; expiry is a withdrawal, a renewal before it is
    none. Per person: the latest of the identifiers that say something, and null where one of them has withdrawn.
    Where nothing is recorded the workspace's ``assumed`` purposes hold since ever and the others do not.

    Args:
        consents: silver.consents; rows of one topic do not decide about a purpose as a whole.
        owners: identifier_id, person_id as of the day.
        as_of: rows known later are not looked at.

    Returns:
        One row per person of ``owners``: person_id and a date column per purpose.
    """
    known = consents.where((F.col("known_as_of") <= F.lit(as_of)) & F.col("topic").isNull())
    in_order = Window.partitionBy("identifier_id", "purpose").orderBy("effective_at", "recorded_at", "value")
    end_of_previous = F.lag("expires_at").over(in_order)
    breaks = (
        F.lag("value").over(in_order).isNull()
        | (F.lag("value").over(in_order) != "granted")
        | (end_of_previous.isNotNull() & (end_of_previous < F.col("effective_at")))
    )
    spans = known.withColumn("n_breaks", F.sum(breaks.cast("int")).over(in_order))
    start = F.greatest(_local_day(F.col("effective_at"), time_zone) + F.expr("interval 1 day"), F.col("known_as_of"))
    present = spans.groupBy("identifier_id", "purpose").agg(
        F.max_by(F.struct("value", "expires_at", "n_breaks"), F.struct("effective_at", "recorded_at", "value")).alias(
            "last"
        ),
        F.collect_list(F.struct("n_breaks", start.cast("date").alias("start"))).alias("starts"),
    )
    midnight = F.to_utc_timestamp(F.lit(as_of).cast("timestamp"), time_zone)
    is_granted = (F.col("last.value") == "granted") & (
        F.col("last.expires_at").isNull() | (F.col("last.expires_at") > midnight)
    )
    of_span = F.filter("starts", lambda s: s["n_breaks"] == F.col("last.n_breaks"))
    began = F.array_min(F.transform(of_span, lambda s: s["start"]))
    identifiers = present.select("identifier_id", "purpose", is_granted.alias("is_granted"), began.alias("start"))
    people = (
        identifiers.join(owners.select("identifier_id", "person_id"), on="identifier_id", how="inner")
        .groupBy("person_id", "purpose")
        .agg(F.when(F.bool_and("is_granted"), F.max("start")).alias("start"))
    )
    recorded = people.groupBy("person_id").agg(
        *[F.max(F.when(F.col("purpose") == p, F.struct("start"))).alias(p) for p in PURPOSES]
    )
    everybody = owners.select("person_id").distinct()
    return everybody.join(recorded, on="person_id", how="left").select(
        "person_id", *[_or_assumed(p, assumed).alias(p) for p in PURPOSES]
    )


def _or_assumed(purpose: str, assumed: Sequence[str]) -> Column:
    default = F.lit(SINCE_EVER) if purpose in assumed else F.lit(None).cast("date")
    # The struct is null where nothing is recorded; its field is null where permission was withdrawn.
    return F.when(F.col(purpose).isNull(), default).otherwise(F.col(purpose)["start"])


def _local_day(at: Column, time_zone: str) -> Column:
    return F.to_date(F.from_utc_timestamp(at, time_zone))
