"""Who may be written to. Applied after all segment rules, so that no condition can bring anybody back."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# The first that applies is the reason.
REASONS = ("complained", "hard_bounced", "unsubscribed", "no_consent", "no_address")


def derive_addresses(objections: DataFrame, addresses: DataFrame, as_of: date) -> DataFrame:
    """Every e-mail address with the reasons against writing to it.

    Args:
        objections: silver.objections; only those known as of the day count.
        addresses: identifier_id, person_id of e-mail addresses.

    Returns:
        One row per address: identifier_id, person_id, has_complaint, has_bounce (a bounce suppresses only its own
        address), has_unsubscribed (lifted only by a later resubscribe).
    """
    known = objections.where(F.col("known_as_of") <= F.lit(as_of))
    choice = F.when(F.col("event_type").isin("unsubscribe", "resubscribe"), F.struct("occurred_at", "event_type"))
    against = known.groupBy("identifier_id").agg(
        F.bool_or(F.col("event_type") == "complaint").alias("has_complaint"),
        F.bool_or(F.col("event_type") == "bounce_hard").alias("has_bounce"),
        (F.max(choice)["event_type"] == "unsubscribe").alias("has_unsubscribed"),
    )
    flags = ("has_complaint", "has_bounce", "has_unsubscribed")
    return addresses.join(against, on="identifier_id", how="left").select(
        "identifier_id", "person_id", *[F.coalesce(f, F.lit(False)).alias(f) for f in flags]
    )


def derive_contactability(people: DataFrame, addresses: DataFrame, as_of: date) -> DataFrame:
    """Whether each person may be written to on the morning of a day.

    Args:
        people: person_id, email_marketing (date from which the permission holds, null if there is none).
        addresses: derive_addresses.

    Returns:
        One row per person: person_id, is_contactable, not_contactable_reason. A complaint or an unsubscription at
        one address holds for the person; a bounce only for its address.
    """
    of_person = addresses.groupBy("person_id").agg(
        F.bool_or("has_complaint").alias("has_complaint"),
        F.bool_or("has_unsubscribed").alias("has_unsubscribed"),
        F.bool_and("has_bounce").alias("all_bounced"),
        F.count(F.lit(1)).alias("n_addresses"),
    )
    has_consent = F.col("email_marketing").isNotNull() & (F.col("email_marketing") <= F.lit(as_of))
    reason = (
        F.when(F.col("has_complaint"), "complained")
        .when(F.col("all_bounced"), "hard_bounced")
        .when(F.col("has_unsubscribed"), "unsubscribed")
        .when(~has_consent, "no_consent")
        .when(F.col("n_addresses").isNull(), "no_address")
    )
    return people.join(of_person, on="person_id", how="left").select(
        "person_id",
        reason.isNull().alias("is_contactable"),
        reason.alias("not_contactable_reason"),
    )


def usable_addresses(addresses: DataFrame) -> DataFrame:
    """The address used for each person: identifier_id, person_id; one of the addresses without objections."""
    free = addresses.where(~F.col("has_bounce") & ~F.col("has_complaint") & ~F.col("has_unsubscribed"))
    return free.groupBy("person_id").agg(F.min("identifier_id").alias("identifier_id"))
