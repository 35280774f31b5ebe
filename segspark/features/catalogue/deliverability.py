"""Whether mail arrives: bounces by kind, deferrals, complaints."""

from segspark.features.aggregations.last import LAST
from segspark.features.derived import days_since, rate, rates
from segspark.features.feature import Derived, Feature, Measure, counts

_BOUNCES = ("bounce_hard", "bounce_soft", "blocked")

MEASURES = [
    Measure("n_bounce", _BOUNCES, "email_marketing", "mails", "Mails that came back"),
    Measure("n_bounce_hard", ("bounce_hard",), "email_marketing", "mails", "Mails to an address that does not exist"),
    Measure("n_bounce_soft", ("bounce_soft",), "email_marketing", "mails", "Mails that came back for a time"),
    Measure("n_blocked", ("blocked",), "email_marketing", "mails", "Mails that the mailbox provider refused"),
    Measure("n_deferred", ("deferred",), "email_marketing", "attempts", "Deliveries put off by the mailbox provider"),
    Measure("n_suppressed", ("suppressed",), "email_marketing", "mails", "Mails that the sending provider withheld"),
    Measure("n_complaint", ("complaint",), "email_marketing", "complaints", "Spam complaints"),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    by_name = {m.name: m.describe for m in MEASURES}
    in_all = ("n_bounce", "n_complaint")
    return [
        *counts([(n, by_name[n]) for n in in_all], windows),
        *counts([(n, d) for n, d in by_name.items() if n not in in_all], (30, 365)),
        *counts([("n_complaint", by_name["n_complaint"]), ("n_bounce_hard", by_name["n_bounce_hard"])], (0,)),
        Feature("last_delivered_date", "n_delivered", "Last mail delivered", LAST),
        Feature("last_bounce_date", "n_bounce", "Last mail that came back", LAST),
        Feature("last_complaint_date", "n_complaint", "Last spam complaint", LAST),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return [
        *rates("bounce_rate", "n_bounce", "n_sent", "Bounces per sent mail", windows),
        *rates("delivered_rate", "n_delivered", "n_sent", "Mails delivered per sent one", windows),
        rate("soft_bounce_rate_30d", "n_bounce_soft_30d", "n_sent_30d", "Soft bounces per sent mail, 30 days"),
        rate("complaint_rate_365d", "n_complaint_365d", "n_delivered_365d", "Complaints per delivered mail, 365 days"),
        rate("deferral_rate_30d", "n_deferred_30d", "n_sent_30d", "Deferrals per sent mail, 30 days"),
        days_since("delivered", "last_delivered_date", "the last delivered"),
        days_since("bounce", "last_bounce_date", "the last bounce"),
        Derived(
            "has_bounced_since_delivery",
            "last_bounce_date > coalesce(last_delivered_date, date'1970-01-01')",
            "boolean",
            "The last that is known of the mailbox is a bounce; null without one",
        ),
    ]
