"""What leaves the lake of a random shop: the report of a day and the rows of gold.segment_profiles; and how they are read.

The reader knows the rule of rounding: every printed number is an interval.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from reports.shops import DAYS, Key, Shop

from segspark.measure.intervals import PER_HEAD, POOLED, WELCH, WILSON
from segspark.measure.kpi import Kpi, Words
from segspark.measure.profiles import profiles_of
from segspark.measure.protection import lower_end, steps
from segspark.measure.quantities import Everybody, HasAny, Sum
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


def page(shop: Shop, day: int, least: int = LEAST, language: Literal["fr", "en"] = "en") -> str:
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
            language=language,
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


# --- what a page says ------------------------------------------------------------------------------------------------


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


# --- profiles ---------------------------------------------------------------------------------------------------------

WORDS = Words(("", ""))
BOUGHT = Kpi("bought", HasAny("orders"), Everybody(), None, WILSON, WORDS)
MEANS = (
    Kpi("revenue", Sum("cents"), None, None, PER_HEAD, WORDS),
    Kpi("orders", Sum("orders"), Everybody(), None, WELCH, WORDS),
    Kpi("spending", Sum("cents"), Everybody(), None, WELCH, WORDS),
    Kpi("age", Sum("age"), Everybody(), None, WELCH, WORDS),
    Kpi("mails", Sum("mails"), Everybody(), None, WELCH, WORDS),
)
RATE = Kpi("clicks", Sum("clicks"), Sum("mails"), None, POOLED, WORDS)
KPIS = (BOUGHT, *MEANS, RATE)


def profiles(shop: Shop, day: int, least: int = LEAST) -> list[dict[str, Any]]:
    """The rows of gold.segment_profiles of a day."""
    everybody = shop.people[day]
    n = len(everybody["orders"])
    rows = []
    for name, there in {"": np.ones(n, dtype=bool), **shop.inside[day]}.items():
        people = {column: values[there] for column, values in everybody.items()}
        row: dict[str, Any] = {"scheme": name[:1] and "s", "segment_id": name, "segment_name": name}
        row["n_people"] = int(there.sum())
        for kpi in KPIS:
            parts = kpi.parts(people, np.ones(row["n_people"], dtype=bool))
            row |= {f"{kpi.key}.{p}": float(x.sum()) for p, x in zip(("y", "x", "yy", "xy", "xx"), parts, strict=True)}
        rows.append(row)
    found: list[dict[str, Any]] = profiles_of(pa.Table.from_pylist(rows), DAYS[day], KPIS, {}, least).to_pylist()
    return found


def sums_of(shop: Shop, day: int) -> dict[Key, float]:
    """The true sums behind the means, of all groups and of everybody."""
    everybody = shop.people[day]
    inside = {"": np.ones(len(everybody["orders"]), dtype=bool), **shop.inside[day]}
    return {
        (kpi.key, day, name): float(kpi.counts.of({c: v[there] for c, v in everybody.items()}, int(there.sum())).sum())
        for kpi in (*MEANS, RATE)
        for name, there in inside.items()
    }


@dataclass(frozen=True)
class Between:
    """``low * units <= sum <= high * units``, of the group or of those beside it."""

    what: str
    group: str
    is_rest: bool
    low: float
    high: float
    units: str


def read_profiles(rows: list[dict[str, Any]], everybody: int, least: int = LEAST) -> Iterator[Between]:
    """The means as intervals.

    Args:
        everybody: the size of the list, as it is printed.
    """
    for kpi in (*MEANS, RATE):
        mine = [r for r in rows if r["measure"] == kpi.key]
        size = np.array([r["n_people"] for r in mine], float)
        rest = np.maximum(everybody - size, 0)
        for column, whole in (("value", size), ("rest_value", rest)):
            values = np.array([np.nan if r[column] is None else r[column] for r in mine])
            if kpi.denominator is None:
                values = np.divide(values, whole, out=np.full(len(values), np.nan), where=whole > 0)
            units = lower_end(whole, least)
            if kpi is RATE:
                per_head = np.array([(r["denominator"] or np.nan) / max(r["n_people"], 1) for r in mine])
                units = np.maximum(per_head * units if column == "value" else units, 1.0)
            # Exact values beside a step may have had the next larger one.
            half = np.maximum(steps(values, units, everybody, least), steps(values * 1.5, units, everybody, least)) / 2
            for row, value, by in zip(mine, values, half, strict=True):
                if not np.isnan(value):
                    units_of = "mails" if kpi is RATE else "n"
                    yield Between(kpi.key, row["segment_id"], column != "value", value - by, value + by, units_of)
