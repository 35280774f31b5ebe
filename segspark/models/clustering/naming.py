"""Names of groups by rule: of claims that hold for most members and few others; else what the group has more or less of."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

import numpy as np

from segspark.models.clustering.claims import (
    ARCHETYPES,
    CLAIMED_BEFORE,
    COMPARED,
    WORDS,
    Claim,
    Values,
    comparison,
    comparisons,
    contrasts,
)
from segspark.models.clustering.config import GroupNames
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.rare import RareGroup
from segspark.sections import Words

G = TypeVar("G", GroupDocument, RareGroup)
# A group of which no claim holds.
MIXED = {"fr": "Profils mêlés", "en": "Mixed profiles"}
# The cost of a name that may not be given.
UNFIT = -1e9


# The number of a name that several groups have.
_NUMBER = re.compile(r" \(\d+\)$")
_COMPARED = {text.lower() for words in COMPARED.values() for text in (words[0], words[2])}
_CLAIMED = {claim.fr.lower() for claim in (*ARCHETYPES, *WORDS)} | CLAIMED_BEFORE | _COMPARED


@dataclass(frozen=True)
class GroupName:
    """A name by rule.

    Attributes:
        holds: the French words of every claim that holds for the group.
    """

    fr: str
    en: str
    description_fr: str
    description_en: str
    holds: frozenset[str] = frozenset()

    def allows(self, name: str) -> bool:
        """Whether a name that the group had before still holds: none of its words is a claim that does not. What somebody
        called it by hand is no claim."""
        words = {word.strip().lower() for word in _NUMBER.sub("", name).split(",")}
        return not (words & _CLAIMED) - self.holds


def name_groups(z_scores: Sequence[Mapping[str, float]], values: Values, groups: np.ndarray) -> list[GroupName]:
    """One unique name per group; every word of it holds for most members and few others.

    Args:
        z_scores: per group, feature -> distance of its mean from the list's mean in standard deviations.
        values: raw values of a sample, of the features that the groups are made of.
        groups: the group of each person of the sample.

    Returns:
        Names in the order of the groups. Archetypes are assigned to the groups they fit best (assignment problem); the
        other groups are called after the two claims that set them apart most, absolute ones before comparisons.
    """
    n = len(z_scores)
    archetypes = _assigned(np.maximum(contrasts(ARCHETYPES, values, groups, n), UNFIT))
    by_kind = [_in_order(claims, values, groups, n) for claims in (ARCHETYPES, WORDS, comparisons(values))]
    _, absolute, compared = by_kind
    names: list[GroupName] = []
    taken: dict[str, int] = {}
    for at, z in enumerate(z_scores):
        if at in archetypes:
            fr, en = archetypes[at].fr, archetypes[at].en
        else:
            said = _of_different_features([*absolute[at], *compared[at]])[:2]
            fr, en = (", ".join(getattr(c, lang) for c in said).capitalize() or MIXED[lang] for lang in ("fr", "en"))
        taken[fr] = taken.get(fr, 0) + 1
        if taken[fr] > 1:
            fr, en = f"{fr} ({taken[fr]})", f"{en} ({taken[fr]})"
        description = describe(z)
        holds = frozenset(claim.fr.lower() for kind in by_kind for claim in kind[at])
        names.append(GroupName(fr, en, description["fr"], description["en"], holds))
    return names


def _assigned(fits: np.ndarray) -> dict[int, Claim]:
    # Names are read by questions too, which do not wait for it.
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-fits)
    return {int(g): ARCHETYPES[int(a)] for g, a in zip(rows, columns, strict=True) if fits[g, a] > UNFIT}


def _in_order(claims: Sequence[Claim], values: Values, groups: np.ndarray, n: int) -> list[list[Claim]]:
    """Per group the claims that hold, the one that sets it apart most first."""
    found = contrasts(claims, values, groups, n)
    orders = np.argsort(-found, axis=1, kind="stable")
    return [[claims[at] for at in order if np.isfinite(row[at])] for order, row in zip(orders, found, strict=True)]


def _of_different_features(claims: Sequence[Claim]) -> list[Claim]:
    first: dict[tuple[str, ...], Claim] = {}
    for claim in claims:
        first.setdefault(claim.needs, claim)
    return list(first.values())


def outstanding(z: Mapping[str, float], n: int = 3) -> list[tuple[str, str]]:
    """What a group has more or less of than the list, on average, in French and English."""
    return [comparison(name, z[name] > 0) for name in sorted(z, key=lambda n: (-abs(z[n]), n))[:n]]


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


def renamed(group: G, names: Mapping[str, GroupNames]) -> G:
    """The group with its configured name; the next model inherits it."""
    known = (group.segment_id, group.name["fr"], group.name["en"])
    own = next((names[k] for k in known if k in names), None)
    return replace(group, name={"fr": own.fr, "en": own.en}) if own else group
