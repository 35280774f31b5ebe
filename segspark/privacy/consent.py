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
    """``derive_usable_on`` for one day: owners without, and the result without, as_of_date."""
    dated = owners.withColumn("as_of_date", F.lit(as_of))
    return derive_usable_on(consents, dated, [as_of], assumed, time_zone).drop("as_of_date")


def derive_usable_on(
    consents: DataFrame, owners: DataFrame, days: Sequence[date], assumed: Sequence[str], time_zone: str
) -> DataFrame:
    """Since when each purpose may see a person's events, as known on each of some days, in one pass.

    Per identifier: the start of the present unbroken permission; expiry is a withdrawal, a renewal before it is
    none. Per person: the latest of the identifiers that say something, and null where one of them has withdrawn.
    Where nothing is recorded the workspace's ``assumed`` purposes hold since ever and the others do not.

    Args:
        consents: silver.consents; rows of one topic do not decide about a purpose as a whole.
        owners: identifier_id, person_id, as_of_date.
        days: the as-of days; rows known later are not looked at.

    Returns:
        One row per person and day of ``owners``: person_id, as_of_date and a date column per purpose.
    """
    each_day = F.explode(F.array(*[F.lit(d) for d in days])).alias("as_of_date")
    known = consents.where(F.col("topic").isNull()).select(
        "identifier_id", "purpose", "value", "effective_at", "recorded_at", "expires_at", "known_as_of", each_day
    ).where("known_as_of <= as_of_date")  # fmt: skip
    keys = ["identifier_id", "purpose", "as_of_date"]
    in_order = Window.partitionBy(*keys).orderBy("effective_at", "recorded_at", "value")
    end_of_previous = F.lag("expires_at").over(in_order)
    breaks = (
        F.lag("value").over(in_order).isNull()
        | (F.lag("value").over(in_order) != "granted")
        | (end_of_previous.isNotNull() & (end_of_previous < F.col("effective_at")))
    )
    spans = known.withColumn("n_breaks", F.sum(breaks.cast("int")).over(in_order))
    start = F.greatest(_local_day(F.col("effective_at"), time_zone) + F.expr("interval 1 day"), F.col("known_as_of"))
    present = spans.groupBy(*keys).agg(
        F.max_by(F.struct("value", "expires_at", "n_breaks"), F.struct("effective_at", "recorded_at", "value")).alias(
            "last"
        ),
        F.collect_list(F.struct("n_breaks", start.cast("date").alias("start"))).alias("starts"),
    )
    midnight = F.to_utc_timestamp(F.col("as_of_date").cast("timestamp"), time_zone)
    is_granted = (F.col("last.value") == "granted") & (
        F.col("last.expires_at").isNull() | (F.col("last.expires_at") > midnight)
    )
    of_span = F.filter("starts", lambda s: s["n_breaks"] == F.col("last.n_breaks"))
    began = F.array_min(F.transform(of_span, lambda s: s["start"]))
    identifiers = present.select(*keys, is_granted.alias("is_granted"), began.alias("start"))
    of_person = owners.select("identifier_id", "person_id", "as_of_date")
    # Owners without a word keep their row: one shuffle by person serves both.
    said = of_person.join(identifiers, on=["identifier_id", "as_of_date"], how="left")

    def of(purpose: str) -> Column:
        mine = F.col("purpose") == purpose
        return F.when(
            F.count_if(mine) > 0,
            F.struct(F.when(F.bool_and(F.when(mine, F.col("is_granted"))), F.max(F.when(mine, F.col("start")))).alias("start")),
        )  # fmt: skip

    people = said.groupBy("person_id", "as_of_date").agg(*[of(p).alias(p) for p in PURPOSES])
    return people.select("person_id", "as_of_date", *[_or_assumed(p, assumed).alias(p) for p in PURPOSES])


def _or_assumed(purpose: str, assumed: Sequence[str]) -> Column:
    default = F.lit(SINCE_EVER) if purpose in assumed else F.lit(None).cast("date")
    # The struct is null where nothing is recorded; its field is null where permission was withdrawn.
    return F.when(F.col(purpose).isNull(), default).otherwise(F.col(purpose)["start"])


def _local_day(at: Column, time_zone: str) -> Column:
    return F.to_date(F.from_utc_timestamp(at, time_zone))
