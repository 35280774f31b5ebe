"""Rule-based names of groups, from what sets them apart: archetypes first, else outstanding features."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

from scipy.optimize import linear_sum_assignment

from segspark.models.clustering.config import GroupNames
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.rare import RareGroup
from segspark.sections import Words

G = TypeVar("G", GroupDocument, RareGroup)


@dataclass(frozen=True)
class GroupName:
    fr: str
    en: str
    description_fr: str
    description_en: str


@dataclass(frozen=True)
class Archetype:
    """A name for a profile: ``signs`` are weights of the group's z-scores; the score must be at least ``least``."""

    fr: str
    en: str
    signs: Mapping[str, float]
    least: float = 0.35


ARCHETYPES = (
    Archetype("Acheteurs fréquents", "Frequent buyers",
              {"n_order_365d": 1, "days_since_order": -1}),
    Archetype("Visiteurs saisonniers", "Seasonal visitors", {"sale_share_lifetime": 1.5, "visit_trend": -0.3}),
    Archetype("Inactifs récents", "Recently inactive",
              {"days_since_active": 1, "tenure_days": 0.7, "n_visit_day_90d": -0.7, "n_click_90d": -0.5}),
    Archetype("Clients à potentiel", "Customers with potential",
              {"tenure_days": -1, "visit_trend": 0.8, "n_click_90d": 0.4, "n_order_365d": -0.4}),
)  # fmt: skip

PHRASES = {
    "days_since_order": ("dernier achat ancien", "last order long ago", "achat récent", "recent order"),
    "n_order_365d": ("achats fréquents", "many orders", "peu d'achats", "few orders"),
    "net_order_cents_365d": ("dépenses élevées", "high spending", "faibles dépenses", "low spending"),
    "sale_share_lifetime": (
        "achats pendant les soldes",
        "buys in sales",
        "achats hors soldes",
        "buys outside of sales",
    ),
    "n_click_90d": ("clics nombreux", "many clicks", "peu de clics", "few clicks"),
    "n_visit_day_90d": ("visites nombreuses", "many visits", "peu de visites", "few visits"),
    "days_since_active": ("inactifs", "inactive", "actifs récemment", "recently active"),
    "visit_trend": ("visites en hausse", "visits rising", "visites en baisse", "visits falling"),
    "tenure_days": ("anciens", "long-standing", "nouveaux", "new"),
}


def name_groups(z_scores: Sequence[Mapping[str, float]]) -> list[GroupName]:
    """One unique name per group.

    Args:
        z_scores: per group, feature -> distance of its mean from the list's mean in standard deviations.

    Returns:
        Names in the order of the groups. Archetypes are assigned to the groups they fit best (assignment problem); the
        other groups are named after their two most outstanding features.
    """
    fits = [[_fit(a, z) for a in ARCHETYPES] for z in z_scores]
    rows, columns = linear_sum_assignment([[-f for f in row] for row in fits]) if fits else ([], [])
    archetype = {
        int(g): ARCHETYPES[int(a)] for g, a in zip(rows, columns, strict=True) if fits[g][a] >= ARCHETYPES[int(a)].least
    }
    names: list[GroupName] = []
    taken: dict[str, int] = {}
    for at, z in enumerate(z_scores):
        words = outstanding(z)
        description = describe(z)
        if at in archetype:
            fr, en = archetype[at].fr, archetype[at].en
        else:
            fr, en = (", ".join(w[lang] for w in words[:2]).capitalize() for lang in (0, 1))
        taken[fr] = taken.get(fr, 0) + 1
        if taken[fr] > 1:
            fr, en = f"{fr} ({taken[fr]})", f"{en} ({taken[fr]})"
        names.append(GroupName(fr, en, description["fr"], description["en"]))
    return names


def outstanding(z: Mapping[str, float], n: int = 3) -> list[tuple[str, str]]:
    """The features that set a group apart most, in French and English."""
    return [_phrase(name, z[name]) for name in sorted(z, key=lambda n: (-abs(z[n]), n))[:n]]


def describe(z: Mapping[str, float], n: int = 3) -> Words:
    """The same as one line in each language."""
    words = outstanding(z, n)
    return {"fr": ", ".join(w[0] for w in words), "en": ", ".join(w[1] for w in words)}


def describe_apart(z: Mapping[str, float], taken: Collection[str], n: int = 2) -> Words:
    """``describe`` with as many features as are needed for a French line that is not taken yet; with a number if all of
    them do not suffice."""
    for many in range(n, len(z) + 1):
        line = describe(z, many)
        if line["fr"] not in taken:
            return line
    line = describe(z, n)
    number = next(i for i in count(2) if f"{line['fr']} ({i})" not in taken)
    return {language: f"{text} ({number})" for language, text in line.items()}


def _fit(archetype: Archetype, z: Mapping[str, float]) -> float:
    used = {n: w for n, w in archetype.signs.items() if n in z}
    weight = sum(abs(w) for w in used.values())
    # A z-score above 2 is no better evidence than 2.
    return sum(w * max(-2.0, min(2.0, z[n])) for n, w in used.items()) / weight if weight else 0.0


def _phrase(name: str, z: float) -> tuple[str, str]:
    if name in PHRASES:
        high_fr, high_en, low_fr, low_en = PHRASES[name]
        return (high_fr, high_en) if z > 0 else (low_fr, low_en)
    return (f"{name} élevé", f"high {name}") if z > 0 else (f"{name} faible", f"low {name}")


def renamed(group: G, names: Mapping[str, GroupNames]) -> G:
    """The group with its configured name; the next model inherits it."""
    known = (group.segment_id, group.name["fr"], group.name["en"])
    own = next((names[k] for k in known if k in names), None)
    return replace(group, name={"fr": own.fr, "en": own.en}) if own else group
