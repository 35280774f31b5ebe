"""Two days of random shops: who is in which group, what they buy, and how the counts belong together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

DAYS = (date(2026, 5, 31), date(2026, 6, 1))
REASONS = ("unsubscribed", "complained", "hard_bounced", "no_consent")
Key = tuple[Any, ...]
"""A count or a sum: its kind, the day (0 or 1) and the names of its group."""
Sum = Mapping[Key, float]
"""A sum of counts with their factors."""


@dataclass
class Shop:
    """The true counts, and what is known of how they belong together."""

    counts: Counter[Key] = field(default_factory=Counter)
    equations: list[tuple[Sum, float]] = field(default_factory=list)
    bounds: list[tuple[Sum, float]] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    squares: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    people: list[dict[str, np.ndarray]] = field(default_factory=list)
    """By day what everybody of the list did."""
    inside: list[dict[str, np.ndarray]] = field(default_factory=list)
    """By day the members of each group, among everybody of the list."""

    def equal(self, whole: Key, parts: Iterable[Key]) -> None:
        self.equations.append(({whole: 1.0, **dict.fromkeys(parts, -1.0)}, 0.0))

    def within(self, inner: Key, outer: Key) -> None:
        self.bounds.append(({inner: 1.0, outer: -1.0}, 0.0))


EXCLUSIVE = ("rfm", "behaviour", "levels")


def random_shop(seed: int) -> Shop:
    """Two days of a shop with groups of all sizes, some of them of less than the floor."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(30, 900))
    shop = Shop()

    def shares(k: int) -> np.ndarray:
        return rng.dirichlet(np.full(k, float(rng.choice([0.3, 1.0, 3.0]))))

    known = np.ones((2, n), dtype=bool)
    known[0, : int(rng.integers(0, 30))] = False
    moving = float(rng.choice([0.0, 0.02, 0.2]))
    schemes = {"rfm": int(rng.integers(2, 8)), "behaviour": int(rng.integers(2, 6)), "levels": int(rng.integers(2, 9))}
    member: dict[str, np.ndarray] = {}
    for scheme, k in schemes.items():
        weights = shares(k)
        before, drawn = rng.choice(k, n, p=weights), rng.choice(k, n, p=weights)
        after = np.where(rng.random(n) < moving, drawn, before)
        member[scheme] = np.array([before, after])
        shop.groups[scheme] = [f"{scheme[0].upper()}-{at}" for at in range(k)]
    shop.groups["levels"] = [f"L{at % 3} › L{at % 3}x{at}" for at in range(schemes["levels"])]
    shop.reasons = list(REASONS)[: int(rng.integers(1, 5))]
    weights = shares(len(shop.reasons))
    can = rng.random(n) < rng.choice([0.5, 0.9, 0.99])
    reason = np.array([np.where(rng.random(n) < 0.98, can, ~can), can])
    why = rng.choice(len(shop.reasons), n, p=weights)

    rules = _rules(rng, n, moving)
    shop.groups["rules"] = list(rules)
    for day in (0, 1):
        at = known[day]
        shop.counts["all", day] = int(at.sum())
        shop.counts["contactable", day] = int((at & reason[day]).sum())
        for i, name in enumerate(shop.reasons):
            shop.counts["reason", day, name] = int((at & ~reason[day] & (why == i)).sum())
        shop.equal(("all", day), [("contactable", day), *(("reason", day, r) for r in shop.reasons)])
        for scheme in EXCLUSIVE:
            for i, name in enumerate(shop.groups[scheme]):
                _count(shop, day, name, at & (member[scheme][day] == i), at & reason[day])
            shop.equal(("all", day), [("n", day, name) for name in shop.groups[scheme]])
            shop.equal(("contactable", day), [("can", day, name) for name in shop.groups[scheme]])
        for name, inside in rules.items():
            _count(shop, day, name, at & inside[day], at & reason[day])
            shop.within(("n", day, name), ("all", day))
            shop.within(("can", day, name), ("contactable", day))
        shop.within(("n", day, "Inner"), ("n", day, "Outer"))
        shop.within(("can", day, "Inner"), ("can", day, "Outer"))
        shop.equal(("all", day), [("n", day, "Inner"), ("n", day, "Not inner")])
        _nested(shop, day, member, at, rng)
    inside = {name: known & (member[s] == i) for s in EXCLUSIVE for i, name in enumerate(shop.groups[s])}
    for name, there in (inside | {name: known & r for name, r in rules.items()}).items():
        shop.counts["entered", 1, name] = int((there[1] & ~there[0]).sum())
        shop.counts["left", 1, name] = int((there[0] & ~there[1]).sum())
        moved: Sum = {("n", 1, name): 1.0, ("n", 0, name): -1.0, ("entered", 1, name): -1.0, ("left", 1, name): 1.0}
        shop.equations.append((moved, 0.0))
        shop.within(("left", 1, name), ("n", 0, name))
        shop.within(("entered", 1, name), ("n", 1, name))
    acts = _acts(rng, member["behaviour"][1])
    for day in (0, 1):
        shop.people.append({name: values[known[day]] for name, values in acts.items()})
        shop.inside.append({name: there[day][known[day]] for name, there in (inside | rules).items()})
    names = shop.groups["behaviour"]
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            both = (member["behaviour"][0] == i) & (member["behaviour"][1] == j)
            shop.counts["move", 1, a, b] = int(both.sum())
        shop.counts["moved", 1, a] = int((member["behaviour"][0] == i).sum())
        shop.equal(("moved", 1, a), [("move", 1, a, b) for b in names])
    return shop


def _acts(rng: np.random.Generator, group: np.ndarray) -> dict[str, np.ndarray]:
    """What people did, by their group; a few buy much more than the others."""
    n = len(group)
    keen = rng.gamma(0.7, 1.0, n) * (1.0 + group) * rng.choice([1.0, 1.0, 1.0, 8.0], n)
    orders = rng.poisson(keen).astype(float)
    mails = rng.poisson(5.0 + group, n).astype(float)
    return {
        "orders": orders,
        "cents": np.round(orders * rng.lognormal(8.0, 0.6, n)),
        "age": np.round(rng.normal(35.0 + 6.0 * group, 9.0, n)),
        "mails": mails,
        "clicks": rng.binomial(mails.astype(int), np.minimum(0.02 + 0.08 * group, 0.9)).astype(float),
    }


def _rules(rng: np.random.Generator, n: int, moving: float) -> dict[str, np.ndarray]:
    """A rule of few people, one around another, its complement, and two that overlap."""

    def again(before: np.ndarray) -> np.ndarray:
        return np.array([before, np.where(rng.random(n) < moving, rng.permutation(before), before)])

    few = np.zeros(n, dtype=bool)
    few[rng.choice(n, int(rng.integers(0, min(26, n))), replace=False)] = True
    inner = again(rng.random(n) < rng.random())
    outer = inner | again(few)
    return {"Few": again(few), "Inner": inner, "Outer": outer, "Not inner": ~inner, "Any": again(rng.random(n) < 0.3)}


def _count(shop: Shop, day: int, name: str, inside: np.ndarray, can: np.ndarray) -> None:
    shop.counts["n", day, name] = int(inside.sum())
    shop.counts["can", day, name] = int((inside & can).sum())
    shop.within(("can", day, name), ("n", day, name))


def _nested(shop: Shop, day: int, member: Mapping[str, np.ndarray], at: np.ndarray, rng: np.random.Generator) -> None:
    """The branches of the levels, and the squares that each RFM cell is made of."""
    tops: dict[str, list[str]] = defaultdict(list)
    for path in shop.groups["levels"]:
        tops[path.split(" › ")[0]].append(path)
    for top, paths in tops.items():
        shop.counts["top", day, top] = sum(shop.counts["n", day, p] for p in paths)
        shop.equal(("top", day, top), [("n", day, p) for p in paths])
    places = [(r, f) for r in range(1, 6) for f in range(1, 6)]
    for i, name in enumerate(shop.groups["rfm"]):
        its = shop.squares.setdefault(name, places[3 * i : 3 * i + int(rng.integers(1, 4))])
        inside = np.flatnonzero(at & (member["rfm"][day] == i))
        for k, place in enumerate(its):
            shop.counts["square", day, place] = int((inside % len(its) == k).sum())
        shop.equal(("n", day, name), [("square", day, place) for place in its])
