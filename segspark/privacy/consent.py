"""Consent compiled to one date per person and purpose: the first whole local day of the present permission.

A purpose may use only the events from that date on; null is no permission.
"""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.purposes import PURPOSES, Purpose
from segspark.time import EPOCH_DAY

# How a permission without a beginning is stored.
SINCE_EVER = EPOCH_DAY


def local_day(at: Column, time_zone: str) -> Column:
    """The calendar day of a UTC time in the business's zone."""
    return F.to_date(F.from_utc_timestamp(at, time_zone))


def read_permitting(
    consents: DataFrame, owners: DataFrame, purpose: Purpose, day: date, assumed: Sequence[str], time_zone: str
) -> DataFrame:
    """The people who permit a purpose by the newest records, also by those that became known after the day.

    Args:
        consents: silver.consents; the day of the newest is read, which is one row.
        owners: identifier_id, person_id.

    Returns:
        person_id.
    """
    newest: date | None = consents.agg(F.max("known_as_of").alias("day")).collect()[0]["day"]
    latest = max(day, newest or day)
    usable = derive_usable_from(consents, owners, latest, assumed, time_zone)
    return usable.where(F.col(purpose) <= F.lit(latest)).select("person_id")


def derive_usable_from(
    consents: DataFrame, owners: DataFrame, as_of: date, assumed: Sequence[str], time_zone: str
) -> DataFrame:
    """``derive_usable_on`` for one day: owners without, and the result without, as_of_date."""
    dated = owners.withColumn("as_of_date", F.lit(as_of))
    return derive_usable_on(consents, dated, [as_of], assumed, time_zone).drop("as_of_date")


def derive_usable_on(
    consents: DataFrame, owners: DataFrame, days: Sequence[date], assumed: Sequence[str], time_zone: str
) -> DataFrame:
    """The date from which each purpose may see a person's events, as known on each of some days, in one pass.

    Per identifier: the start of the current unbroken permission; expiry counts as a withdrawal unless it was renewed
    before. Per person: the latest date among the identifiers with a record, and null if one of them has withdrawn.
    Without any record the workspace's ``assumed`` purposes are permitted from the beginning and the others are not.

    Args:
        consents: silver.consents; rows of a single topic do not affect a purpose as a whole.
        owners: identifier_id, person_id, as_of_date.
        days: the as-of days; rows known later are ignored.

    Returns:
        One row per person and day of ``owners``: person_id, as_of_date and a date column per purpose.
    """
    start = F.greatest(local_day(F.col("effective_at"), time_zone) + F.expr("interval 1 day"), F.col("known_as_of"))
    words = consents.where(F.col("topic").isNull() & (F.col("known_as_of") <= F.lit(max(days)))).select(
        "identifier_id", "purpose", "effective_at", "recorded_at", "value", "expires_at",
        start.cast("date").alias("start"), "known_as_of",
    )  # fmt: skip
    # Owners without a consent record keep their row. Each side is one row per identifier, brought together by it
    # already: a merge needs no further job, while Spark would broadcast the small ones.
    both = (
        owners.select("identifier_id", "person_id", "as_of_date")
        .join(_only_words(words).hint("merge"), on="identifier_id", how="left")
        .join(_several_words(words).hint("merge"), on="identifier_id", how="left")
    )
    midnight = F.to_utc_timestamp(F.col("as_of_date").cast("timestamp"), time_zone)
    states = both.select("person_id", "as_of_date", *[_state(p, midnight).alias(p) for p in PURPOSES])

    def of(purpose: str) -> Column:
        state = F.col(purpose)
        return F.when(
            F.count(state) > 0, F.struct(F.when(F.bool_and(state["is_granted"]), F.max(state["start"])).alias("start"))
        )

    people = states.groupBy("person_id", "as_of_date").agg(*[of(p).alias(p) for p in PURPOSES])
    return people.select("person_id", "as_of_date", *[_or_assumed(p, assumed).alias(p) for p in PURPOSES])


def _only_words(words: DataFrame) -> DataFrame:
    """Per identifier and purpose the number of records ``<purpose>_n`` and, if there is only one, its fields. These are
    numbers and dates only, which Spark aggregates without sorting."""
    columns = []
    for purpose in PURPOSES:
        is_its = F.col("purpose") == purpose
        columns.append(F.count_if(is_its).alias(f"{purpose}_n"))
        columns.append(F.bool_and(F.when(is_its, F.col("value") == "granted")).alias(f"{purpose}_is_granted"))
        columns += [
            F.max(F.when(is_its, F.col(c))).alias(f"{purpose}_{c}") for c in ("expires_at", "start", "known_as_of")
        ]
    return words.groupBy("identifier_id").agg(*columns)


def _several_words(words: DataFrame) -> DataFrame:
    """For the few identifiers with several records of a purpose: their records per purpose, in order."""
    counted = words.groupBy("identifier_id").agg(*[F.expr(f"count_if(purpose = '{p}') AS {p}") for p in PURPOSES])
    twice = counted.where(" OR ".join(f"{p} > 1" for p in PURPOSES)).select("identifier_id")
    word = F.struct("effective_at", "recorded_at", "value", "expires_at", "start", "known_as_of")
    theirs = words.join(twice.hint("merge"), on="identifier_id", how="left_semi").groupBy("identifier_id")
    return theirs.agg(*[F.sort_array(F.collect_list(F.when(F.col("purpose") == p, word))).alias(p) for p in PURPOSES])


def _state(purpose: str, midnight: Column) -> Column:
    """Whether an identifier's records, in order, permit at a midnight, and from when; null if none is known."""
    n, granted, expires_at, start, known_as_of = (
        F.col(f"{purpose}_{c}") for c in ("n", "is_granted", "expires_at", "start", "known_as_of")
    )
    only = F.when(
        (known_as_of <= F.col("as_of_date")) & granted.isNotNull(), _permits(granted, expires_at, start, midnight)
    )
    known = F.filter(purpose, lambda w: w["known_as_of"] <= F.col("as_of_date"))
    nothing = F.lit(None)
    before_all = _last_of(nothing.cast("string"), nothing.cast("timestamp"), nothing.cast("date"))
    last = F.aggregate(known, before_all, _continue)
    folded = F.when(
        last["value"].isNotNull(), _permits(last["value"] == "granted", last["expires_at"], last["start"], midnight)
    )
    # Spark interprets a fold, which is slow: it is used only where it is needed.
    return F.when(n == 1, only).when(n > 1, folded)


def _permits(is_granted: Column, expires_at: Column, start: Column, midnight: Column) -> Column:
    return F.struct(
        (is_granted & (expires_at.isNull() | (expires_at > midnight))).alias("is_granted"), start.alias("start")
    )


def _continue(before: Column, word: Column) -> Column:
    """The state after a further record: it continues a permission unless that had ended."""
    ended = (
        before["value"].isNull()
        | (before["value"] != "granted")
        | (before["expires_at"].isNotNull() & (before["expires_at"] < word["effective_at"]))
    )
    return _last(word, F.when(ended, word["start"]).otherwise(F.least(before["start"], word["start"])))


def _last(word: Column, start: Column) -> Column:
    return _last_of(word["value"], word["expires_at"], start)


def _last_of(value: Column, expires_at: Column, start: Column) -> Column:
    return F.struct(value.alias("value"), expires_at.alias("expires_at"), start.alias("start"))


def _or_assumed(purpose: str, assumed: Sequence[str]) -> Column:
    default = F.lit(SINCE_EVER) if purpose in assumed else F.lit(None).cast("date")
    # The struct is null if nothing is recorded; its field is null if permission was withdrawn.
    return F.when(F.col(purpose).isNull(), default).otherwise(F.col(purpose)["start"])
