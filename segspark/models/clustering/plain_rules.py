"""A plain rule that describes a group: at most three thresholds on its inputs.

A beam search over conjunctions (as in CN2, Clark and Niblett 1989) finds the rule on half of the people; how precise it is
and how much of the group it catches are measured on the other half, of which the search saw nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segspark.models.clustering.claims import Values
from segspark.models.clustering.documents.rare import PlainRule, Term

# A rule is kept from this precision on.
LEAST_PRECISION = 0.5
MOST_TERMS, BEAM = 3, 8
# Fewer people of the held-out half who fulfil a rule measure nothing.
FEWEST = 5
# A further term must raise the search's measure by so much.
WORTH = 0.01
# Thresholds that are tried: these quantiles of the members' values.
QUANTILES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0)


@dataclass(frozen=True)
class _Found:
    """A conjunction, who fulfils it, and its F measure (van Rijsbergen 1979) on the half that is searched."""

    terms: tuple[Term, ...]
    fulfils: np.ndarray
    measure: float
    precision: float


def find_rule(values: Values, is_member: np.ndarray) -> PlainRule | None:
    """The rule that describes the members best; None if it is not precise enough on people of whom it was not made.

    Args:
        values: raw values by input, NaN if missing, of people in random order; a missing value fulfils no threshold.
        is_member: of the same people.
    """
    searched = np.arange(len(is_member)) % 2 == 0
    found = _best({name: column[searched] for name, column in values.items()}, is_member[searched])
    if found is None:
        return None
    held_out = ~searched
    fulfils = fulfilled(found, {name: column[held_out] for name, column in values.items()})
    both = int((fulfils & is_member[held_out]).sum())
    if fulfils.sum() < FEWEST or both < LEAST_PRECISION * fulfils.sum():
        return None
    return PlainRule(found, both / int(fulfils.sum()), both / int(is_member[held_out].sum()))


def fulfilled(terms: Sequence[Term], values: Values) -> np.ndarray:
    """Who fulfils all thresholds."""
    with np.errstate(invalid="ignore"):
        each = [values[t.feature] >= t.value if t.is_least else values[t.feature] <= t.value for t in terms]
    return np.asarray(np.logical_and.reduce(each))


def _best(values: Values, is_member: np.ndarray) -> tuple[Term, ...] | None:
    """The terms of the best conjunction; of more terms only if they are worth it."""
    if not is_member.any():
        return None
    single = [(term, fulfilled([term], values)) for term in _thresholds(values, is_member)]
    beam, best = [_Found((), np.ones(len(is_member), dtype=bool), 0.0, 0.0)], None
    for _ in range(MOST_TERMS):
        grown = {
            frozenset((*start.terms, term)): _judged((*start.terms, term), start.fulfils & fulfils, is_member)
            for start in beam
            for term, fulfils in single
            if (term.feature, term.is_least) not in {(t.feature, t.is_least) for t in start.terms}
        }
        beam = sorted(grown.values(), key=lambda f: -f.measure)[:BEAM]
        precise = [f for f in grown.values() if f.precision >= LEAST_PRECISION]
        top = max(precise, key=lambda f: f.measure, default=None)
        if top is not None and (best is None or top.measure > best.measure + WORTH):
            best = top
    return best.terms if best else None


def _judged(terms: tuple[Term, ...], fulfils: np.ndarray, is_member: np.ndarray) -> _Found:
    n, both = int(fulfils.sum()), int((fulfils & is_member).sum())
    # The harmonic mean of precision and recall.
    return _Found(terms, fulfils, 2 * both / (n + int(is_member.sum())), both / max(n, 1))


def _thresholds(values: Values, is_member: np.ndarray) -> list[Term]:
    """At least and at most, at some values that members have, to two digits."""
    terms: dict[Term, None] = {}
    for name, column in values.items():
        known = column[is_member & ~np.isnan(column)]
        for cut in np.quantile(known, QUANTILES, method="inverted_cdf") if len(known) else ():
            # As it is said: a threshold that is rounded for the reader alone would be another rule.
            terms |= {
                Term(name, True, math.floor(cut * 100) / 100): None,
                Term(name, False, math.ceil(cut * 100) / 100): None,
            }
    return list(terms)


# What a threshold is of, in French and English.
PHRASES = {
    "days_since_order": ("jours depuis le dernier achat", "days since the last order"),
    "n_order_365d": ("achats en un an", "orders in a year"),
    "net_order_cents_365d": ("centimes dépensés en un an", "cents spent in a year"),
    "sale_share_lifetime": ("% des achats pendant les soldes", "% of orders in sales"),
    "n_click_90d": ("clics en 90 jours", "clicks in 90 days"),
    "n_visit_day_90d": ("jours de visite en 90 jours", "days with a visit in 90 days"),
    "days_since_active": ("jours depuis le dernier acte", "days since the last act"),
    "visit_trend": ("fois le rythme habituel des visites", "times the usual pace of visits"),
    "tenure_days": ("jours depuis le premier acte", "days since the first act"),
}


def in_words(rule: PlainRule) -> Mapping[str, str]:
    """The thresholds in French and English."""
    fr, en = [], []
    for term in rule.terms:
        of_fr, of_en = PHRASES.get(term.feature, (term.feature, term.feature))
        value = term.value * 100 if of_en.startswith("%") else term.value
        number = f"{value:.2f}".rstrip("0").rstrip(".")
        fr.append(f"{'au moins' if term.is_least else 'au plus'} {number.replace('.', ',')} {of_fr}")
        en.append(f"{'at least' if term.is_least else 'at most'} {number} {of_en}")
    return {"fr": ", ".join(fr), "en": ", ".join(en)}
