"""What a name may say of a group: claims about single people, which most members fulfil and few others.

Thresholds are absolute where words are (one click is not many, whatever the rest of the list does); comparisons are with
the median of the list.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# A name is given to a group if so many of its members fulfil the claim, and among the others at most half that share.
LEAST_SHARE, MOST_OF_SHARE = 0.8, 0.5
Values = Mapping[str, np.ndarray]
"""Feature -> a value per person of a sample, NaN if missing."""


@dataclass(frozen=True)
class Claim:
    """Words about people.

    Attributes:
        needs: the features that it speaks of; groups that are not made of all of them do not bear it.
        holds: of whom it is true.
    """

    fr: str
    en: str
    needs: tuple[str, ...]
    holds: Callable[[Values], np.ndarray]


def _within(feature: str, low: float, high: float, fr: str, en: str) -> Claim:
    """From one value to another; false where the value is missing."""
    return Claim(fr, en, (feature,), lambda values: (values[feature] >= low) & (values[feature] <= high))


ANY = float("inf")
ARCHETYPES = (
    Claim(
        "Acheteurs fréquents",
        "Frequent buyers",
        ("n_order_365d",),
        lambda values: values["n_order_365d"] >= 3,
    ),
    Claim(
        "Visiteurs saisonniers",
        "Seasonal visitors",
        ("sale_share_lifetime", "visit_trend"),
        lambda values: (values["sale_share_lifetime"] >= 0.5) & ~np.isnan(values["visit_trend"]),
    ),
    Claim(
        "Inactifs récents",
        "Recently inactive",
        ("days_since_active",),
        lambda values: (values["days_since_active"] > 30) & (values["days_since_active"] <= 365),
    ),
    Claim(
        "Clients à potentiel",
        "Customers with potential",
        ("days_since_active", "n_order_365d"),
        lambda values: (values["days_since_active"] <= 60) & (values["n_order_365d"] == 1),
    ),
)
WORDS = (
    _within("days_since_order", 1, 60, "achat récent", "recent order"),
    _within("days_since_order", 181, ANY, "dernier achat ancien", "last order long ago"),
    Claim("sans achat", "no order", ("days_since_order",), lambda values: np.isnan(values["days_since_order"])),
    _within("n_order_365d", 3, ANY, "achats fréquents", "many orders"),
    _within("n_order_365d", 1, 1, "un seul achat", "one order"),
    _within("n_order_365d", 0, 0, "aucun achat dans l'année", "no order in a year"),
    _within("sale_share_lifetime", 0.5, 1, "achats pendant les soldes", "buys in sales"),
    _within("sale_share_lifetime", 0, 0.2, "achats hors soldes", "buys outside of sales"),
    _within("n_click_90d", 3, ANY, "clics nombreux", "many clicks"),
    _within("n_click_90d", 1, 2, "quelques clics", "a few clicks"),
    _within("n_click_90d", 0, 0, "aucun clic", "no clicks"),
    _within("n_visit_day_90d", 5, ANY, "visites nombreuses", "many visits"),
    _within("n_visit_day_90d", 0, 0, "aucune visite", "no visits"),
    _within("days_since_active", 1, 30, "actifs récemment", "recently active"),
    _within("days_since_active", 181, ANY, "inactifs", "inactive"),
    _within("visit_trend", 1.5, ANY, "visites en hausse", "visits rising"),
    _within("visit_trend", 0, 0.5, "visites en baisse", "visits falling"),
    _within("tenure_days", 730, ANY, "anciens", "long-standing"),
    _within("tenure_days", 0, 90, "nouveaux", "new"),
)
# Words of names that earlier releases gave by the mean of a group alone.
CLAIMED_BEFORE = frozenset(("peu d'achats", "dépenses élevées", "faibles dépenses", "peu de clics", "peu de visites"))
# feature -> more than the list, and less, in French and English.
COMPARED = {
    "days_since_order": (
        "dernier achat plus ancien",
        "last order longer ago",
        "achat plus récent",
        "more recent order",
    ),
    "n_order_365d": ("plus d'achats", "more orders", "moins d'achats", "fewer orders"),
    "net_order_cents_365d": ("plus de dépenses", "more spending", "moins de dépenses", "less spending"),
    "sale_share_lifetime": ("plus pendant les soldes", "more in sales", "moins pendant les soldes", "less in sales"),
    "n_click_90d": ("plus de clics", "more clicks", "moins de clics", "fewer clicks"),
    "n_visit_day_90d": ("plus de visites", "more visits", "moins de visites", "fewer visits"),
    "days_since_active": ("actes plus anciens", "acts longer ago", "actes plus récents", "more recent acts"),
    "visit_trend": ("visites plus en hausse", "visits rising more", "visites plus en baisse", "visits falling more"),
    "tenure_days": ("plus anciens", "longer on the list", "plus nouveaux", "newer on the list"),
}


def comparison(feature: str, is_more: bool) -> tuple[str, str]:
    """Words for more or less of a feature than the list has, in French and English."""
    if feature not in COMPARED:
        return (
            (f"{feature} plus élevé", f"higher {feature}")
            if is_more
            else (f"{feature} plus faible", f"lower {feature}")
        )
    more_fr, more_en, less_fr, less_en = COMPARED[feature]
    return (more_fr, more_en) if is_more else (less_fr, less_en)


def comparisons(values: Values) -> tuple[Claim, ...]:
    """More, and less, than the median of the sample, of each feature."""
    claims = []
    for feature, known in values.items():
        median = float(np.nanmedian(known)) if not np.isnan(known).all() else 0.0
        for is_more in (True, False):
            fr, en = comparison(feature, is_more)
            claims.append(Claim(fr, en, (feature,), _beyond(feature, median, is_more)))
    return tuple(claims)


def _beyond(feature: str, median: float, is_more: bool) -> Callable[[Values], np.ndarray]:
    return lambda values: (values[feature] > median) if is_more else (values[feature] < median)


def contrasts(claims: Sequence[Claim], values: Values, groups: np.ndarray, n_groups: int) -> np.ndarray:
    """How much more of a group's members than of the others fulfil each claim; -inf where a name may not say it.

    Args:
        values: raw values of a sample.
        groups: the group of each person.

    Returns:
        One row per group, one column per claim: the difference of the two shares.
    """
    found = np.full((n_groups, len(claims)), -np.inf)
    sizes = np.bincount(groups, minlength=n_groups)
    for at, claim in enumerate(claims):
        if not set(claim.needs) <= set(values):
            continue
        with np.errstate(invalid="ignore"):
            true = np.bincount(groups, weights=claim.holds(values).astype(float), minlength=n_groups)
        inside = true / np.maximum(sizes, 1)
        outside = (true.sum() - true) / np.maximum(sizes.sum() - sizes, 1)
        may = (inside >= LEAST_SHARE) & (outside <= MOST_OF_SHARE * inside)
        found[may, at] = (inside - outside)[may]
    return found
