"""How people reacted to the mails of the last thirty days, mail by mail.

Daily tiles do not tell how long after its delivery a mail was clicked: each click is joined to its delivery.
"""

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.privacy.consent import local_day
from segspark.sources.vocabulary import BY_A_HUMAN
from segspark.time import DAY

DAYS = 30
HOURS = (1, 4, 24)
COLUMNS_READ = (
    "identifier_id", "message_id", "event_type", "occurred_at", "is_machine", "p_human", "event_date", "known_as_of",
)  # fmt: skip
# The events that each number counts.
EVENTS_OF = {
    "n_click_raw_30d": ("click",),
    "click_weight_30d": ("click",),
    "n_open_raw_30d": ("open",),
    "open_weight_30d": ("open",),
    "n_delivered_tracked_30d": ("delivered",),
    "n_mail_30d": ("delivered",),
    **{f"n_mail_clicked_{h}h_30d": ("delivered", "click") for h in HOURS},
}
_TYPES = ("delivered", "click", "open")
# Providers without machine flags are assumed to have filtered machines themselves.
_WEIGHT = "coalesce(p_human, if(is_machine, 0D, 1D))"


def days_read(as_of: date) -> tuple[date, date]:
    """The UTC days [first, end) whose events are read."""
    return as_of - (DAYS + 2) * DAY, as_of + DAY


def mail_reactions(
    events: DataFrame, owners: DataFrame, permissions: DataFrame, as_of: date, time_zone: str
) -> DataFrame:
    """Deliveries, clicks and opens of the local days [as_of - 30, as_of), by person.

    A mail counts for reactivity if it was delivered in the thirty days before the last one, so that each had a whole
    day to be clicked. Only events covered by the person's permission for their purpose count.

    Args:
        events: silver.events, the columns above.
        owners: identifier_id, person_id as of the day.
        permissions: person_id, email_marketing_from, open_tracking_from (local dates, null without permission).
        time_zone: of the business.

    Returns:
        One row per person with a mail event: n_click_raw_30d and n_open_raw_30d (with machines), click_weight_30d and
        open_weight_30d (weighted by the probability of a human), n_delivered_tracked_30d (mails to people who agreed
        to open tracking), n_mail_30d (mails that had a day to be clicked) and n_mail_clicked_<h>h_30d (of these,
        clicked by a human within h hours).
    """
    first = as_of - timedelta(days=DAYS)
    from_day, end = days_read(as_of)
    near = (F.col("event_date") >= F.lit(from_day)) & (F.col("event_date") < F.lit(end))
    known = events.where(near & (F.col("known_as_of") <= F.lit(as_of)) & F.col("event_type").isin(*_TYPES))
    local_date = local_day(F.col("occurred_at"), time_zone)
    mails = (
        known.select("identifier_id", "message_id", "event_type", "occurred_at", "is_machine", "p_human",
                     local_date.alias("local_date"))
        .where(F.col("local_date").between(F.lit(first - DAY), F.lit(as_of - DAY)))
        .join(owners.select("identifier_id", "person_id"), on="identifier_id", how="inner")
        .join(permissions, on="person_id", how="inner")
        .where("local_date >= if(event_type = 'open', open_tracking_from, email_marketing_from)")
    )  # fmt: skip
    recent = f"local_date >= DATE'{first.isoformat()}'"
    by_mail = mails.groupBy("person_id", "message_id").agg(
        _sum(f"event_type = 'click' and {recent}", "1").alias("n_click_raw_30d"),
        _sum(f"event_type = 'click' and {recent}", _WEIGHT).alias("click_weight_30d"),
        _sum(f"event_type = 'open' and {recent}", "1").alias("n_open_raw_30d"),
        _sum(f"event_type = 'open' and {recent}", _WEIGHT).alias("open_weight_30d"),
        _sum(f"event_type = 'delivered' and {recent} and coalesce(local_date >= open_tracking_from, false)", "1").alias(
            "n_delivered_tracked_30d"
        ),
        F.expr("min(if(event_type = 'delivered', occurred_at, null))").alias("delivered_at"),
        F.expr("min(if(event_type = 'delivered', local_date, null))").alias("delivered_date"),
        F.expr(f"min(if(event_type = 'click' and {BY_A_HUMAN}, occurred_at, null))").alias("clicked_at"),
    )
    counts = (
        "n_click_raw_30d", "click_weight_30d", "n_open_raw_30d", "open_weight_30d", "n_delivered_tracked_30d",
    )  # fmt: skip
    ripe = F.col("message_id").isNotNull() & (F.col("delivered_date") < F.lit(as_of - DAY))
    return by_mail.groupBy("person_id").agg(
        *[F.sum(c).alias(c) for c in counts],
        F.count_if(ripe).alias("n_mail_30d"),
        *[
            F.count_if(ripe & (F.col("clicked_at") <= F.col("delivered_at") + F.expr(f"interval {h} hours"))).alias(
                f"n_mail_clicked_{h}h_30d"
            )
            for h in HOURS
        ],
    )


def _sum(where: str, value: str) -> Column:
    return F.expr(f"sum(if({where}, {value}, 0))")
