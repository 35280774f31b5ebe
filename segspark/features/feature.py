"""What a feature is: data shared by batch, backfill, training, documentation and the column comments.

A *measure* is an integer that one event adds to its person's local day. An *item kind* is a thing that events name: a
category, a product, a campaign. A *feature* is a window over the days of one measure, or is computed from a person's
items of one kind. A *derived* feature is a projection over stored ones, computed on read.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Literal, get_args

from segspark.features.sketch import FEWEST_BITS, MOST_BITS, standard_error
from segspark.tables.contracts.contract import Column

Purpose = Literal["email_marketing", "open_tracking", "profiling"]
WindowKind = Literal["sum", "days", "last", "first"]
AboutItems = Literal["distinct", "total", "top", "top_count", "top_last", "latest"]
Kind = Literal[WindowKind, AboutItems]
OF_ITEMS = frozenset(get_args(AboutItems))
# Kinds that always cover the lifetime, and the SQL types that are not integers.
_UNDATED = ("last", "first", "top_last", "latest")
_DATES, _NAMES = ("last", "first", "top_last"), ("top", "latest")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Measure:
    """What an event adds to its day.

    Attributes:
        event_types: events that count.
        where: Spark SQL condition over silver.events and ``local_hour``; None counts every event of these types.
        value: Spark SQL expression of an integer; ``1`` counts.
    """

    name: str
    event_types: tuple[str, ...]
    purpose: Purpose
    unit: str
    describe: str
    where: str | None = None
    value: str = "1"


@dataclass(frozen=True)
class ItemKind:
    """A thing that events name, whose counts are kept per person, item and local day.

    Attributes:
        event_types: events that count.
        expression: Spark SQL text of the item over silver.events; null or blank is no item.
        unit: the items, as in "categories".
        where: as for a measure.
        days: length of the window in which items are counted to find the most frequent one.
        hll_sketch: if given, a person's items are kept as marks in a HyperLogLog of 2^hll_sketch registers
            (sketch.py): distinct counts are estimates, and the items themselves are not known.
    """

    name: str
    event_types: tuple[str, ...]
    expression: str
    purpose: Purpose
    unit: str
    describe: str
    where: str | None = None
    days: int = 365
    hll_sketch: int | None = None


@dataclass(frozen=True)
class Feature:
    """Windows over the days of a measure, or over a person's items of one kind.

    Attributes:
        measure: name of a measure or an item kind.
        kind: for a measure ``sum`` over the window's days, ``days`` with the measure above zero, ``last`` or ``first``
            such day. For items ``distinct``, the number of them seen in the window; over the kind's own window
            ``total`` counts them all, ``top`` is the most frequent item, ``top_count`` its count and ``top_last`` the
            day it was last seen; ``latest`` is the item seen last.
        windows: days; 0 is lifetime. Last and first days, and ``latest``, are lifetime.
        months: only days of these calendar months count.
        weekdays: only these days of the week count, 1 is Monday.
        only_sales: only days within the calendar's sales periods count.
    """

    name: str
    measure: str
    describe: str
    kind: Kind = "sum"
    windows: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    only_sales: bool = False
    family: str = "own"

    def column(self, window: int) -> str:
        if self.kind in _UNDATED:
            return self.name
        return f"{self.name}_lifetime" if window == 0 else f"{self.name}_{window}d"

    @property
    def of_items(self) -> bool:
        return self.kind in OF_ITEMS

    @property
    def type(self) -> str:
        """Spark SQL type of the column."""
        return "date" if self.kind in _DATES else "string" if self.kind in _NAMES else "bigint"


@dataclass(frozen=True)
class Derived:
    """A projection: ``sql`` over the stored columns, null where undefined."""

    name: str
    sql: str
    type: str
    describe: str
    family: str = "own"


@dataclass(frozen=True)
class Catalogue:
    """All measures, item kinds, stored and derived features of one workspace.

    ``of_profile`` are derived features that also read a person's profile, so they are computed after it is joined.
    """

    measures: tuple[Measure, ...]
    features: tuple[Feature, ...]
    derived: tuple[Derived, ...]
    items: tuple[ItemKind, ...] = ()
    of_profile: tuple[Derived, ...] = ()

    @property
    def by_measure(self) -> dict[str, Measure]:
        return {m.name: m for m in self.measures}

    @property
    def by_item(self) -> dict[str, ItemKind]:
        return {i.name: i for i in self.items}

    @property
    def windowed(self) -> tuple[Feature, ...]:
        """The features of measures."""
        return tuple(f for f in self.features if not f.of_items)

    @property
    def without_items(self) -> "Catalogue":
        """The catalogue with measures only."""
        return replace(self, features=self.windowed, items=())

    @property
    def about_items(self) -> tuple[Feature, ...]:
        return tuple(f for f in self.features if f.of_items)

    @property
    def hash(self) -> str:
        """Hash of everything that changes stored values; descriptions are left out."""
        parts: tuple[tuple[Measure | Feature | ItemKind, ...], ...] = (self.measures, self.features, self.items)
        return _hash([[_what_counts(item) for item in items] for items in parts])

    @property
    def measure_hashes(self) -> dict[str, str]:
        """Per measure and item kind, a hash of what changes its daily values: tiles do not depend on windows."""
        parts: tuple[Measure | ItemKind, ...] = (*self.measures, *self.items)
        return {each.name: _hash(_what_counts(each)) for each in parts}

    def tile_columns(self) -> list[Column]:
        return [Column(m.name, "bigint", f"{m.describe} ({m.unit})", required=True) for m in self.measures]

    def stored_columns(self) -> list[Column]:
        """The columns of gold.features, in order."""
        columns = []
        for feature in self.features:
            for window in feature.windows or (0,):
                span = "" if feature.kind in _UNDATED else _span(window)
                notes = f"{self.unit_of(feature)}; purpose {self.purpose_of(feature)}{self.error_of(feature)}"
                comment = f"{feature.describe}{span} [{notes}]"
                columns.append(Column(feature.column(window), feature.type, comment, personal=True))
        return columns

    def narrowed(self, names: Collection[str]) -> "Catalogue":
        """Only what these columns need, directly or indirectly, so that plans and tasks carry no more.

        Names that are not features are ignored.
        """
        wanted = set(names)

        def needed(items: tuple[Derived, ...]) -> tuple[Derived, ...]:
            kept = []
            for item in reversed(items):
                if item.name in wanted:
                    kept.append(item)
                    wanted.update(_WORD.findall(item.sql))
            return tuple(reversed(kept))

        of_profile = needed(self.of_profile)
        derived = needed(self.derived)
        features = []
        for feature in self.features:
            windows = tuple(w for w in feature.windows or (0,) if feature.column(w) in wanted)
            if windows:
                features.append(replace(feature, windows=windows if feature.windows else ()))
        used = {f.measure for f in features}
        return Catalogue(
            tuple(m for m in self.measures if m.name in used),
            tuple(features),
            derived,
            tuple(i for i in self.items if i.name in used),
            of_profile,
        )

    def source_of(self, feature: Feature) -> Measure | ItemKind:
        return self.by_item[feature.measure] if feature.of_items else self.by_measure[feature.measure]

    def purpose_of(self, feature: Feature) -> Purpose:
        return self.source_of(feature).purpose

    def unit_of(self, feature: Feature) -> str:
        if feature.type == "date":
            return "date"
        if feature.type == "string":
            return "name"
        fixed = {"days": "days", "total": "events", "top_count": "events"}
        return fixed.get(feature.kind) or self.source_of(feature).unit

    def error_of(self, feature: Feature) -> str:
        """The note on the error of a column that is an estimate."""
        kind = self.by_item.get(feature.measure) if feature.of_items else None
        if kind is None or kind.hll_sketch is None:
            return ""
        return f"; estimated by HyperLogLog, standard error {standard_error(kind.hll_sketch):.1%}"

    def check(self) -> list[str]:
        """What is wrong with the catalogue: duplicate names, features of unknown measures, impossible combinations."""
        issues = []
        names = [c.name for c in self.stored_columns()] if not self._missing() else []
        names += [d.name for d in (*self.derived, *self.of_profile)]
        for name in sorted({n for n in names if names.count(n) > 1}):
            issues.append(f"feature column {name} is defined twice")
        measures = [*(m.name for m in self.measures), *(i.name for i in self.items)]
        for name in sorted({n for n in measures if measures.count(n) > 1}):
            issues.append(f"measure {name} is defined twice")
        for kind in self.items:
            if kind.hll_sketch is not None and not FEWEST_BITS <= kind.hll_sketch <= MOST_BITS:
                issues.append(f"item kind {kind.name}: hll_sketch goes from {FEWEST_BITS} to {MOST_BITS}")
        for feature in self._missing():
            there = list(self.by_item if feature.of_items else self.by_measure)
            near = get_close_matches(feature.measure, there, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            what = "item kind" if feature.of_items else "measure"
            issues.append(f"feature {feature.name} needs {what} {feature.measure}, which does not exist{hint}")
        for feature in self.about_items:
            if feature.months or feature.weekdays or feature.only_sales:
                issues.append(f"feature {feature.name}: items are not told apart by months, weekdays or sales periods")
            named = self.by_item.get(feature.measure)
            if named and named.hll_sketch is not None and feature.kind != "distinct":
                issues.append(f"feature {feature.name}: of a sketch only distinct items are known, not {feature.kind}")
            if named and feature.kind in ("total", "top", "top_count") and feature.windows != (named.days,):
                issues.append(f"feature {feature.name}: {feature.kind} has the window of its items, ({named.days},)")
        return issues

    def _missing(self) -> list[Feature]:
        return [f for f in self.features if f.measure not in (self.by_item if f.of_items else self.by_measure)]


def _what_counts(item: Measure | Feature | ItemKind) -> dict[str, object]:
    return {k: v for k, v in asdict(item).items() if k not in ("describe", "unit", "family")}


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _span(window: int) -> str:
    return " since ever" if window == 0 else f" in the last {window} local days"


def counts(names: Iterable[tuple[str, str]], windows: tuple[int, ...]) -> list[Feature]:
    """One summed feature per (measure, description)."""
    return [Feature(name, name, describe, windows=windows) for name, describe in names]
