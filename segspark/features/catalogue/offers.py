"""Offers received, seen and used."""

from segspark.features.aggregations.last import LAST
from segspark.features.derived import days_since, rates
from segspark.features.feature import Derived, Feature, Measure, counts

MEASURES = [
    Measure("n_offer_received", ("offer_received",), "profiling", "offers", "Offers received"),
    Measure("n_offer_viewed", ("offer_viewed",), "profiling", "offers", "Offers looked at"),
    Measure("n_offer_completed", ("offer_completed",), "profiling", "offers", "Offers used"),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    return [
        *counts([(m.name, m.describe) for m in MEASURES], windows),
        *counts([(m.name, m.describe) for m in MEASURES], (0,)),
        Feature("last_offer_received_date", "n_offer_received", "Last offer received", LAST),
        Feature("last_offer_viewed_date", "n_offer_viewed", "Last offer looked at", LAST),
        Feature("last_offer_completed_date", "n_offer_completed", "Last offer used", LAST),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return [
        *rates("offer_view_rate", "n_offer_viewed", "n_offer_received", "Offers looked at per offer received", windows),
        *rates("offer_use_rate", "n_offer_completed", "n_offer_received", "Offers used per offer received", windows),
        *rates("offer_order_share", "n_offer_completed", "n_order", "Offers used per order", (365,)),
        days_since("offer_viewed", "last_offer_viewed_date", "an offer was last looked at"),
        days_since("offer_completed", "last_offer_completed_date", "an offer was last used"),
    ]
