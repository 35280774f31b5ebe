"""Offers received, seen and used."""

from segspark.features.feature import Derived, Feature, Measure, counts

MEASURES = [
    Measure("n_offer_received", ("offer_received",), "profiling", "offers", "Offers received"),
    Measure("n_offer_viewed", ("offer_viewed",), "profiling", "offers", "Offers looked at"),
    Measure("n_offer_completed", ("offer_completed",), "profiling", "offers", "Offers used"),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    return counts([(m.name, m.describe) for m in MEASURES], windows)


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return [
        Derived(
            f"offer_use_rate_{w}d",
            f"try_divide(n_offer_completed_{w}d, n_offer_received_{w}d)",
            "double",
            f"Offers used per offer received, {w} days",
        )
        for w in windows
    ]
