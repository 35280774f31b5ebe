"""An attacker who solves the sums: what the pages of two days and an export tell of every count below the floor.

The attacker reads the printed numbers, knows the rule of rounding, which groups lie in which, which schemes put
everybody into one group, and the exact number of rows of one exported file. Every printed number is an interval,
every relation an equation, and linear programming gives the least and the greatest value of each count.

``python tests/reports/attack.py --shops 200 --result benchmarks/results/small_groups.json`` writes the counts.
"""

import argparse
import json
import platform
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_array

from segspark.models.clustering.documents.groups import GroupDocument, Groups
from segspark.models.clustering.documents.migration import Migration, Move
from segspark.models.clustering.documents.preparation import Preparation
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.clustering.sections import Clusters, behaviour_section
from segspark.reports.data import Headline, KpiRow, Kpis, ReportData, Scheme, SegmentSize, Sizes
from segspark.reports.labels import not_contactable_label
from segspark.reports.report import render_report
from segspark.sections import Section
from segspark.segments import level_section, rfm_section
from segspark.segments.level_section import LevelSizes, PathSize
from segspark.segments.rfm_section import Rfm, RfmCell, RfmSquare

LEAST = 20
# Of a count that is not on the page.
NOTHING_KNOWN = 10**6
DAYS = (date(2026, 5, 31), date(2026, 6, 1))
REASONS = ("unsubscribed", "complained", "hard_bounced", "no_consent")
Key = tuple[Any, ...]
"""A count: its kind, the day (0 or 1) and the names of its group."""
Sum = Mapping[Key, float]
"""A sum of counts with their factors."""


# --- a shop ---------------------------------------------------------------------------------------------------------


@dataclass
class Shop:
    """The true counts, and what is known of how they belong together."""

    counts: Counter[Key] = field(default_factory=Counter)
    equations: list[tuple[Sum, float]] = field(default_factory=list)
    bounds: list[tuple[Sum, float]] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    squares: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

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
    names = shop.groups["behaviour"]
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            both = (member["behaviour"][0] == i) & (member["behaviour"][1] == j)
            shop.counts["move", 1, a, b] = int(both.sum())
        shop.counts["moved", 1, a] = int((member["behaviour"][0] == i).sum())
        shop.equal(("moved", 1, a), [("move", 1, a, b) for b in names])
    return shop


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


# --- its pages ------------------------------------------------------------------------------------------------------


def page(shop: Shop, day: int, least: int = LEAST) -> str:
    """The report of a day, from the exact counts."""
    n = shop.counts

    def size(name: str) -> SegmentSize:
        now, can = n["n", day, name], n["can", day, name]
        if not day:
            return SegmentSize(name, now, can)
        return SegmentSize(name, now, can, n["n", 0, name], n["entered", 1, name], n["left", 1, name])

    schemes = [Scheme(s, tuple(size(g) for g in groups), s != "rules") for s, groups in shop.groups.items()]
    results = [(s, tuple(KpiRow(g, n["n", day, g], {}) for g in groups)) for s, groups in shop.groups.items()]
    paths = tuple(PathSize(tuple(p.split(" › ")), n["n", day, p]) for p in shop.groups["levels"])
    squares = tuple(RfmSquare(r, f, n["square", day, (r, f)], 100.0) for its in shop.squares.values() for r, f in its)
    cells = tuple(RfmCell(g, n["n", day, g], 100.0) for g in shop.groups["rfm"])
    sections = (
        level_section.levels_section("levels", _Day(LevelSizes((), paths))),
        Section("rfm", rfm_section.TITLE, Rfm(5, 365, squares, cells), "rfm"),
        behaviour_section(_clusters(shop, day)),
    )
    reasons = {r: n["reason", day, r] for r in shop.reasons}
    return render_report(
        ReportData(
            "shop",
            DAYS[day],
            language="en",
            headline=Headline(n["all", day], n["contactable", day], reasons, 10_000, DAYS[0], DAYS[day]),
            sizes=Sizes(n["all", day], DAYS[0] if day else None, tuple(schemes)),
            sections=sections,
            kpis=Kpis(30, tuple(results)),
            min_group=least,
        )
    )


class _Day:
    """What the section of levels asks for of a stored day."""

    def __init__(self, sizes: LevelSizes) -> None:
        self.segments = tuple(_Stored(level_section.STEP.join(p.path), p.n_people) for p in sizes.paths)


@dataclass(frozen=True)
class _Stored:
    name: str
    n_people: int


def _clusters(shop: Shop, day: int) -> Clusters:
    names = shop.groups["behaviour"]
    groups = tuple(
        GroupDocument(at, g, {"en": g, "fr": g}, {"en": "", "fr": ""}, shop.counts["n", day, g], (), {})
        for at, g in enumerate(names)
    )
    moves = [Move(a, b, shop.counts["move", 1, a, b]) for a in names for b in names]
    migration = Migration("m/1", 0.9, tuple(m for m in moves if m.n), ()) if day else None
    found = ClusteringDocuments(
        Groups(groups, len(groups), "", ()), Sweep(()), Preparation(()), None, None, migration, None
    )
    return Clusters(found, "m/2", DAYS[0] - timedelta(30))


# --- what the pages say ---------------------------------------------------------------------------------------------


class Cells(HTMLParser):
    """The rows of a page: section, then the text of each cell; also cards, groups and lines of trees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.section = ""
        self.rows: list[tuple[str, list[str]]] = []
        self.cells: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self.section = given.get("id") or ""
        if tag in ("tr", "li") or "row" in (given.get("class") or "").split():
            self.cells = []
            self.rows.append((self.section, self.cells))
        elif self.cells is not None and tag in ("th", "td", "b", "span", "em", "small"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "li", "summary", "section"):
            self.cells = None

    def handle_data(self, data: str) -> None:
        if self.cells is not None and self.cells:
            self.cells[-1] = (self.cells[-1] + " " + data).strip()


def interval(text: str, least: int) -> tuple[int, int] | None:
    """What a printed count may stand for; None if it is none."""
    text = text.replace("\u00a0", " ").strip()
    if match := re.fullmatch(r"< (\d+)", text):
        return 0, int(match[1]) - 1
    if not re.fullmatch(r"[+−]?\d[\d,]*", text):
        return None
    n = int(re.sub(r"\D", "", text))
    return (n, n) if n % (2 * least) else (n - least, n + least - 1)


def read_page(shop: Shop, html: str, day: int, least: int) -> Iterator[tuple[Key, tuple[int, int]]]:
    """The counts of a page, as intervals."""
    groups = {g for names in shop.groups.values() for g in names}
    heads: list[str] = []
    cards = 0

    def found(key: Key, text: str) -> Iterator[tuple[Key, tuple[int, int]]]:
        ends = interval(text, least)
        if ends is not None:
            yield key, ends

    for section, row in Cells(html).rows:
        cells = [c for c in row if c]
        if not cells:
            continue
        name = cells[0]
        if section == "headline":
            cards += 1
            if cards <= 2:
                yield from found(("all", day) if cards == 1 else ("contactable", day), name)
            for reason in shop.reasons:
                if name == not_contactable_label(reason, "en"):
                    yield from found(("reason", day, reason), cells[1])
        elif section == "sizes" and name in groups:
            numbers = [c for c in cells[1:] if not c.endswith("%") and c != "–"]
            kinds = ("n", "can") if not day else ("n", "before", "entered", "left", "can")
            assert len(numbers) == len(kinds), (name, cells)
            for kind, text in zip(kinds, numbers, strict=True):
                yield from found(("n", 0, name) if kind == "before" else (kind, day, name), text)
        elif section == "kpis" and name in groups:
            yield from found(("n", day, name), cells[1])
        elif section == "levels":
            path = next((p for p in shop.groups["levels"] if p.endswith(f" › {name}")), None)
            yield from found(("n", day, path) if path else ("top", day, name), cells[1])
        elif section == "rfm" and name in groups:
            yield from found(("n", day, name), cells[1])
        elif section == "rfm" and re.match(r"R\d", name):
            values = [c for c in cells[1:] if interval(c, least) is not None]
            assert len(values) == 5, cells
            for f, text in enumerate(values, 1):
                if ("square", day, (int(name[1]), f)) in shop.counts:
                    yield from found(("square", day, (int(name[1]), f)), text)
        elif section == "clusters":
            if name.startswith("Before"):
                heads = cells[2:]
            elif name in groups and heads:
                yield from found(("moved", 1, name), cells[1])
                values = [c for c in cells[2:] if not c.endswith("%")]
                for b, text in zip(heads, values, strict=True):
                    yield from found(("move", 1, name, b), text)
            elif len(cells) > 1 and (match := re.match(r"(?:\d+ )?(B-\d+)", name)):
                yield from found(("n", day, match[1]), cells[1].split("·")[0])


# --- the attack -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What the attacker learns of a count below the floor."""

    what: Key
    true: int
    low: int
    high: int

    @property
    def width(self) -> int:
        """The number of values that are possible."""
        return self.high - self.low + 1


def attack(
    shop: Shop, told: Iterable[tuple[Key, tuple[int, int]]], exported: str | None = None, least: int = LEAST
) -> list[Found]:
    """What follows for every count below the floor, and for every difference that is one."""
    at = {key: i for i, key in enumerate(shop.counts)}
    low, high = np.zeros(len(at)), np.full(len(at), np.inf)
    for key, (least_n, most_n) in told:
        low[at[key]], high[at[key]] = max(low[at[key]], least_n), min(high[at[key]], most_n)
    if exported:
        rows = ("can", 1, exported)
        low[at[rows]] = high[at[rows]] = shop.counts[rows]

    def matrix(sums: list[tuple[Sum, float]]) -> tuple[Any, np.ndarray]:
        found = lil_array((len(sums), len(at)))
        for i, (terms, _) in enumerate(sums):
            for key, factor in terms.items():
                found[i, at[key]] = factor
        return found.tocsr(), np.array([b for _, b in sums])

    equal, equal_to = matrix(shop.equations)
    below, below_what = matrix(shop.bounds)

    def end(terms: Sum, sign: int) -> int:
        cost = np.zeros(len(at))
        for key, factor in terms.items():
            cost[at[key]] = sign * factor
        solved = linprog(cost, below, below_what, equal, equal_to, bounds=np.column_stack([low, high]), method="highs")
        if solved.status == 3:
            return sign * -NOTHING_KNOWN
        assert solved.status == 0, (solved.message, terms)
        value = sign * solved.fun
        return int(np.ceil(value - 1e-6)) if sign > 0 else int(np.floor(value + 1e-6))

    return [Found(what, true, end(terms, 1), end(terms, -1)) for what, terms, true in secrets(shop, exported, least)]


def secrets(shop: Shop, exported: str | None, least: int) -> Iterator[tuple[Key, Sum, int]]:
    """Every count below the floor: of groups, of those beside them, and of net changes from day to day."""
    for key, n in shop.counts.items():
        if n < least and key != ("can", 1, exported):
            yield key, {key: 1.0}, n
        if key[0] == "n":
            _, day, name = key
            sums: dict[str, Sum] = {
                "others": {("all", day): 1.0, key: -1.0},
                "cannot": {key: 1.0, ("can", day, name): -1.0},
                **({"change": {key: 1.0, ("n", 0, name): -1.0}} if day else {}),
            }
            for kind, terms in sums.items():
                true = sum(int(f) * shop.counts[k] for k, f in terms.items())
                if abs(true) < least and not (kind == "cannot" and name == exported and day):
                    yield (kind, day, name), terms, true


def attacked(seed: int, least: int = LEAST) -> list[Found]:
    """The attack on a shop: the pages of two days, and the rows of one export."""
    shop = random_shop(seed)
    told = [item for day in (0, 1) for item in read_page(shop, page(shop, day, least), day, least)]
    for key, (low, high) in told:
        assert low <= shop.counts[key] <= high, (key, low, high, shop.counts[key])
    assert {key[2] for key, _ in told if key[0] == "reason"} == set(shop.reasons)
    kinds = {key[0] for key, _ in told}
    assert kinds >= {"all", "contactable", "reason", "n", "can", "entered", "left", "top", "square", "move"}, kinds
    exportable = [g for g in shop.groups["rfm"] if shop.counts["can", 1, g] >= least]
    return attack(shop, told, exportable[0] if exportable else None, least)


def summary(seeds: Iterable[int]) -> dict[str, Any]:
    """The counts of an attack on many shops."""
    shops = {seed: attacked(seed) for seed in seeds}
    found = [f for each in shops.values() for f in each]
    widths = Counter(f.width for f in found)
    whole = sum(f.low <= 0 and f.high >= LEAST - 1 for f in found)
    narrowest = min(found, key=lambda f: f.width)
    return {
        "shops": len(shops),
        "seeds": [min(shops), max(shops)],
        "floor": LEAST,
        "counts_below_the_floor": len(found),
        "pinned_to_one_value": widths[1],
        "from_0_to_the_floor": whole,
        "possible_values_at_least": narrowest.width,
        "narrowest": {"what": narrowest.what[0], "true": narrowest.true, "low": narrowest.low, "high": narrowest.high},
        "possible_values": _histogram(widths),
    }


def _histogram(widths: Counter[int]) -> dict[str, int]:
    """How many counts have so many possible values."""
    bands = ((1, 1), (2, 4), (5, 9), (10, 14), (15, 19), (20, 39), (40, 10**9))
    return {
        f"{low}-{high}" if high < 10**9 else f"{low}+": sum(n for w, n in widths.items() if low <= w <= high)
        for low, high in bands
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Attack the pages of random shops.")
    parser.add_argument("--shops", type=int, default=200)
    parser.add_argument("--result", type=Path)
    arguments = parser.parse_args()
    result = summary(range(arguments.shops)) | {
        "versions": {"python": platform.python_version(), **{p: version(p) for p in ("numpy", "scipy")}}
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text)
    if arguments.result:
        arguments.result.write_text(text)


if __name__ == "__main__":
    main()
