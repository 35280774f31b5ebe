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
        addresses: identifier_id, person_id and mailbox_provider of e-mail addresses.

    Returns:
        One row per address: identifier_id, person_id, mailbox_provider, has_complaint, has_bounce (a bounce suppresses only its own
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
    # Both are one row per identifier: a merge needs no broadcast.
    return addresses.join(against.hint("merge"), on="identifier_id", how="left").select(
        "identifier_id", "person_id", "mailbox_provider", *[F.coalesce(f, F.lit(False)).alias(f) for f in flags]
    )


def with_contactability(people: DataFrame, addresses: DataFrame, as_of: date) -> DataFrame:
    """People with whether each may be written to on the morning of a day.

    Args:
        people: person_id, email_marketing_from (date from which the permission holds, null if there is none).
        addresses: derive_addresses.

    Returns:
        The people with is_contactable, not_contactable_reason and mailbox_provider. A complaint or an unsubscription at
        one address holds for the person; a bounce only for its address. The mailbox provider is that of the address
        which would be written to, the first one that does not bounce, else of the first.
    """
    against = (
        F.when(F.bool_or("has_complaint"), "complained")
        .when(F.bool_and("has_bounce"), "hard_bounced")
        .when(F.bool_or("has_unsubscribed"), "unsubscribed")
    )
    first = F.struct("has_bounce", "identifier_id")
    of_person = addresses.groupBy("person_id").agg(
        against.alias("_against"),
        F.lit(True).alias("_has_address"),
        F.min_by("mailbox_provider", first).alias("mailbox_provider"),
    )
    since = F.col("email_marketing_from")
    has_consent = since.isNotNull() & (since <= F.lit(as_of))
    reason = F.coalesce(
        "_against", F.when(~has_consent, "no_consent").when(F.col("_has_address").isNull(), "no_address")
    )
    both = {"is_contactable": reason.isNull(), "not_contactable_reason": reason}
    return people.join(of_person, on="person_id", how="left").withColumns(both).drop("_against", "_has_address")
