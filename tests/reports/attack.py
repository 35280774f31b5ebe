"""An attacker who solves the sums: what the pages and profiles of two days and an export tell of counts below the floor.

The attacker reads the printed numbers, knows the rule of rounding, which groups lie in which, which schemes put
everybody into one group, and the exact number of rows of one exported file. Every printed number is an interval,
every relation an equation, and linear programming gives the least and the greatest value of each count.

``cd tests && python -m reports.attack --shops 20 --result ../benchmarks/results/small_groups_means.json`` writes the
counts; ``small_groups.json`` is of an attacker who read the counts of 200 shops and no means.
"""

import argparse
import json
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from reports.printed import LEAST, MEANS, RATE, Between, page, profiles, read_page, read_profiles, sums_of
from reports.shops import EXCLUSIVE, Key, Shop, Sum, random_shop
from scipy.optimize import linprog
from scipy.sparse import lil_array

from segspark.measure.small_groups import rounded

SUMMED = tuple(kpi.key for kpi in (*MEANS, RATE))
# Of a count that is not on the page.
NOTHING_KNOWN = 10**6


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


@dataclass
class Programme:
    """Variables with their bounds, and what is known of their sums."""

    at: dict[Key, int]
    low: np.ndarray
    high: np.ndarray
    equal: list[tuple[Sum, float]]
    below: list[tuple[Sum, float]]

    def add(self, key: Key) -> None:
        self.at[key] = len(self.at)

    def ends(self, wanted: Iterable[Sum]) -> list[tuple[int, int]]:
        """The least and the greatest value of each sum."""
        equal, equal_to = self._matrix(self.equal)
        below, below_what = self._matrix(self.below)
        bounds = np.column_stack([self.low, self.high])

        def end(terms: Sum, sign: int) -> int:
            cost = np.zeros(len(self.at))
            for key, factor in terms.items():
                cost[self.at[key]] = sign * factor
            solved = linprog(cost, below, below_what, equal, equal_to, bounds=bounds, method="highs")
            if solved.status == 3:
                return sign * -NOTHING_KNOWN
            assert solved.status == 0, (solved.message, terms)
            value = sign * solved.fun
            return int(np.ceil(value - 1e-5)) if sign > 0 else int(np.floor(value + 1e-5))

        return [(end(terms, 1), end(terms, -1)) for terms in wanted]

    def _matrix(self, sums: list[tuple[Sum, float]]) -> tuple[Any, np.ndarray]:
        found = lil_array((len(sums), len(self.at)))
        for i, (terms, _) in enumerate(sums):
            # Rows of one size: money and people stand in one matrix.
            largest = max((abs(factor) for factor in terms.values()), default=1.0)
            for key, factor in terms.items():
                found[i, self.at[key]] = factor / largest
        return found.tocsr(), np.array([b / max(map(abs, terms.values())) for terms, b in sums])


def programme(
    shop: Shop,
    told: Iterable[tuple[Key, tuple[int, int]]],
    means: Mapping[int, Iterable[Between]],
    exported: str | None,
) -> Programme:
    """All that is printed, as a linear programme.

    Args:
        means: by day.
        exported: the group of which a file was exported, whose rows are counted.
    """
    at = {key: i for i, key in enumerate(shop.counts)}
    sums = [(kpi, day, name) for day in means for kpi in SUMMED for name in ("", *shop.inside[day])]
    at |= {key: len(at) + i for i, key in enumerate(sums)}
    found = Programme(at, np.zeros(len(at)), np.full(len(at), np.inf), list(shop.equations), list(shop.bounds))
    for key, (least_n, most_n) in told:
        found.low[at[key]], found.high[at[key]] = max(found.low[at[key]], least_n), min(found.high[at[key]], most_n)
    if exported:
        rows = ("can", 1, exported)
        found.low[at[rows]] = found.high[at[rows]] = shop.counts[rows]
    for day, printed in means.items():
        for one in printed:
            total: Sum = {(one.what, day, one.group): 1.0}
            units: Sum = {(one.units, day, one.group): 1.0}
            if one.is_rest:
                total = {(one.what, day, ""): 1.0, (one.what, day, one.group): -1.0}
                everybody = ("all", day) if one.units == "n" else (one.units, day, "")
                units = {everybody: 1.0, (one.units, day, one.group): -1.0}
            found.below.append(({**total, **{k: -one.high * f for k, f in units.items()}}, 0.0))
            found.below.append(
                ({**{k: -f for k, f in total.items()}, **{k: one.low * f for k, f in units.items()}}, 0.0)
            )
        for kpi in SUMMED:
            for scheme in EXCLUSIVE:
                parts = {(kpi, day, name): -1.0 for name in shop.groups[scheme]}
                found.equal.append(({(kpi, day, ""): 1.0, **parts}, 0.0))
            for inner, outer in (("Inner", "Outer"), *((name, "") for name in shop.groups["rules"])):
                found.below.append(({(kpi, day, inner): 1.0, (kpi, day, outer): -1.0}, 0.0))
            found.equal.append(({(kpi, day, ""): 1.0, (kpi, day, "Inner"): -1.0, (kpi, day, "Not inner"): -1.0}, 0.0))
    return found


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
    """The attack on a shop: the pages and profiles of two days, and the rows of one export."""
    shop = random_shop(seed)
    told = [item for day in (0, 1) for item in read_page(shop, page(shop, day, least), day, least)]
    for key, (low, high) in told:
        assert low <= shop.counts[key] <= high, (key, low, high, shop.counts[key])
    assert {key[2] for key, _ in told if key[0] == "reason"} == set(shop.reasons)
    kinds = {key[0] for key, _ in told}
    assert kinds >= {"all", "contactable", "reason", "n", "can", "entered", "left", "top", "square", "move"}, kinds
    means = {day: means_of(shop, day, least) for day in (0, 1)}
    exportable = [g for g in shop.groups["rfm"] if shop.counts["can", 1, g] >= least]
    exported = exportable[0] if exportable else None
    wanted = list(secrets(shop, exported, least))
    ends = programme(shop, told, means, exported).ends(terms for _, terms, _ in wanted)
    return [Found(what, true, *end) for (what, _, true), end in zip(wanted, ends, strict=True)]


def means_of(shop: Shop, day: int, least: int) -> list[Between]:
    """What the profiles of a day tell; each interval holds the truth."""
    found = list(read_profiles(profiles(shop, day, least), rounded(shop.counts["all", day], least), least))
    sums = sums_of(shop, day)
    for one in found:
        total, units = sums[one.what, day, one.group], units_of(shop, sums, one, day, one.group)
        if one.is_rest:
            total, units = sums[one.what, day, ""] - total, units_of(shop, sums, one, day, "") - units
        assert one.low * units - 1e-6 <= total <= one.high * units + 1e-6, (one, total, units)
    return found


def units_of(shop: Shop, sums: Mapping[Key, float], one: Between, day: int, group: str) -> float:
    if one.units != "n":
        return sums[one.units, day, group]
    return shop.counts[("n", day, group) if group else ("all", day)]


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
