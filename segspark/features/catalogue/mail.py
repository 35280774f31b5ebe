"""Mail engagement. Clicks come first; opens need their own consent and are used by no other feature."""

from segspark.features.aggregations.days import DAYS
from segspark.features.aggregations.distinct import DISTINCT
from segspark.features.aggregations.first import FIRST
from segspark.features.aggregations.last import LAST
from segspark.features.derived import days_since, decayed, rate, rates, trend
from segspark.features.feature import Derived, Feature, ItemKind, Measure, counts
from segspark.sources.vocabulary import BY_A_HUMAN

MEASURES = [
    Measure("n_sent", ("sent",), "email_marketing", "mails", "Mails accepted by a provider"),
    Measure("n_delivered", ("delivered",), "email_marketing", "mails", "Mails taken by the mailbox"),
    Measure("n_unsubscribe", ("unsubscribe",), "email_marketing", "requests", "Unsubscribe requests"),
    Measure("n_click", ("click",), "email_marketing", "clicks", "Human clicks in mails", BY_A_HUMAN),
    Measure("n_click_machine", ("click",), "email_marketing", "clicks", "Clicks by machines", "is_machine"),
    Measure("n_open", ("open",), "open_tracking", "opens", "Human opens, of people who agreed to it", BY_A_HUMAN),
    Measure(
        "n_open_machine", ("open",), "open_tracking", "opens", "Opens by machines, of people who agreed", "is_machine"
    ),
]
ITEMS = [
    ItemKind(
        "campaign_clicked",
        ("click",),
        "campaign_id",
        "email_marketing",
        "campaigns",
        "Campaigns with a human click",
        BY_A_HUMAN,
    ),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    return [
        *counts([(m.name, m.describe) for m in MEASURES], windows),
        *counts([("n_sent", MEASURES[0].describe), ("n_click", "Human clicks in mails")], (0,)),
        Feature("n_click_day", "n_click", "Days with a human click", DAYS, (90, 365)),
        Feature("last_sent_date", "n_sent", "Last mail sent", LAST),
        Feature("last_click_date", "n_click", "Last human click", LAST),
        Feature("first_click_date", "n_click", "First human click", FIRST),
        Feature("last_open_date", "n_open", "Last human open", LAST),
        Feature("n_campaign_clicked", "campaign_clicked", "Campaigns with a human click", DISTINCT, (30, 90, 365)),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return [
        *rates("click_rate", "n_click", "n_delivered", "Human clicks per delivered mail", windows),
        *rates("open_rate", "n_open", "n_delivered", "Human opens per delivered mail, of people who agreed", windows),
        rate(
            "unsubscribe_rate_365d", "n_unsubscribe_365d", "n_delivered_365d", "Unsubscribe requests per mail, 365 days"
        ),
        rate(
            "machine_share_365d",
            "n_click_machine_365d",
            "n_click_365d + n_click_machine_365d",
            "Share of clicks made by machines, 365 days",
        ),
        rate(
            "clicks_per_campaign_90d", "n_click_90d", "n_campaign_clicked_90d", "Clicks per campaign clicked, 90 days"
        ),
        days_since("sent", "last_sent_date", "the last sent"),
        days_since("click", "last_click_date", "the last click"),
        days_since("open", "last_open_date", "the last open"),
        trend("click_trend", "n_click", "Clicks"),
        trend("sent_trend", "n_sent", "Mails sent"),
        decayed("clicks", "n_click", 30, windows, "Human clicks"),
    ]
