"""What a feature is: data that batch, backfill, training, documentation and the column comments share.

A *measure* is an integer that one event adds to its person's local day. A *feature* is a window over the days of
one measure. A *derived* feature is a projection over stored ones, made where it is read.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Literal

from segspark.tables.contract import Column

Purpose = Literal["email_marketing", "open_tracking", "profiling"]
Kind = Literal["sum", "days", "last", "first"]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Measure:
    """What an event adds to its day.

    Attributes:
        event_types: events that count.
        where: Spark SQL condition over silver.events and ``local_hour``; None is every event of these types.
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
class Feature:
    """Windows over the days of a measure.

    Attributes:
        kind: ``sum`` over the window's days, ``days`` with the measure above zero, ``last`` or ``first`` such day.
        windows: days; 0 is lifetime. ``last`` and ``first`` are lifetime.
        months: only days of these calendar months count.
        only_sales: only days within the calendar's sales periods count.
    """

    name: str
    measure: str
    describe: str
    kind: Kind = "sum"
    windows: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    only_sales: bool = False
    family: str = "own"

    def column(self, window: int) -> str:
        if self.kind in ("last", "first"):
            return self.name
        return f"{self.name}_lifetime" if window == 0 else f"{self.name}_{window}d"


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
    """All measures, stored and derived features of one workspace."""

    measures: tuple[Measure, ...]
    features: tuple[Feature, ...]
    derived: tuple[Derived, ...]

    @property
    def by_measure(self) -> dict[str, Measure]:
        return {m.name: m for m in self.measures}

    @property
    def hash(self) -> str:
        """Of what changes stored values, descriptions apart."""
        said = [[_what_counts(item) for item in items] for items in (self.measures, self.features)]
        return _hash(said)

    @property
    def measure_hashes(self) -> dict[str, str]:
        """Of each measure, what changes its values: tiles hold measures, and windows are nothing to them."""
        return {m.name: _hash(_what_counts(m)) for m in self.measures}

    def tile_columns(self) -> list[Column]:
        return [Column(m.name, "bigint", f"{m.describe} ({m.unit})", required=True) for m in self.measures]

    def stored_columns(self) -> list[Column]:
        """The columns of gold.features, in order."""
        columns = []
        for feature in self.features:
            measure = self.by_measure[feature.measure]
            for window in feature.windows or (0,):
                span = "" if feature.kind in ("last", "first") else _span(window)
                unit = (
                    "date"
                    if feature.kind in ("last", "first")
                    else ("days" if feature.kind == "days" else measure.unit)
                )
                comment = f"{feature.describe}{span} [{unit}; purpose {measure.purpose}]"
                is_date = feature.kind in ("last", "first")
                columns.append(Column(feature.column(window), "date" if is_date else "bigint", comment, personal=True))
        return columns

    def narrowed(self, names: Collection[str]) -> "Catalogue":
        """Only what these columns need, one through another: plans and tasks then carry no more.

        Names that are no features are let pass.
        """
        wanted, derived = set(names), []
        for item in reversed(self.derived):
            if item.name in wanted:
                derived.append(item)
                wanted.update(_WORD.findall(item.sql))
        features = []
        for feature in self.features:
            windows = tuple(w for w in feature.windows or (0,) if feature.column(w) in wanted)
            if windows:
                features.append(replace(feature, windows=windows if feature.windows else ()))
        used = {f.measure for f in features}
        return Catalogue(tuple(m for m in self.measures if m.name in used), tuple(features), tuple(reversed(derived)))

    def purpose_of(self, feature: Feature) -> Purpose:
        return self.by_measure[feature.measure].purpose

    def check(self) -> list[str]:
        """What is wrong with the catalogue: doubled names, features of measures that do not exist."""
        faults = []
        names = [c.name for c in self.stored_columns()] if not self._missing() else []
        names += [d.name for d in self.derived]
        for name in sorted({n for n in names if names.count(n) > 1}):
            faults.append(f"feature column {name} is defined twice")
        measures = [m.name for m in self.measures]
        for name in sorted({n for n in measures if measures.count(n) > 1}):
            faults.append(f"measure {name} is defined twice")
        for feature in self._missing():
            near = get_close_matches(feature.measure, measures, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            faults.append(f"feature {feature.name} needs measure {feature.measure}, which does not exist{hint}")
        return faults

    def _missing(self) -> list[Feature]:
        return [f for f in self.features if f.measure not in self.by_measure]


def _what_counts(item: Measure | Feature) -> dict[str, object]:
    return {k: v for k, v in asdict(item).items() if k not in ("describe", "unit", "family")}


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _span(window: int) -> str:
    return " since ever" if window == 0 else f" in the last {window} local days"


def counts(names: Iterable[tuple[str, str]], windows: tuple[int, ...]) -> list[Feature]:
    """One summed feature per (measure, description)."""
    return [Feature(name, name, describe, windows=windows) for name, describe in names]
