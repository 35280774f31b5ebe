"""What a feature is: data shared by batch, backfill, training, documentation and the column comments.

A *measure* is an integer that one event adds to its person's local day. An *item kind* is a thing that events name: a
category, a product, a campaign. A *feature* is a window over the days of one measure, or is computed from a person's
items of one kind, by an aggregation. A *derived* feature is a projection over stored ones, computed on read.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from segspark.features.aggregations.registry import aggregation_named
from segspark.features.aggregations.sum import SUM
from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.item_aggregation import ItemAggregation
from segspark.features.hashing import hash_of, what_counts
from segspark.features.sketch import standard_error
from segspark.purposes import Purpose
from segspark.tables.contracts.contract import Column, personal

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Measure:
    """What an event adds to its day, if its person permits ``purpose``; amounts are minor units.

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
    """Windows over the days of a measure, or over a person's items of one kind: columns ``<name>_30d`` and the like.

    Attributes:
        measure: name of a measure or an item kind.
        kind: the aggregation (features/aggregations/); where its name is given, the aggregation of that name.
        windows: days; 0 is lifetime. Only of an aggregation that is windowed.
        months: only days of these calendar months count.
        weekdays: only these days of the week count, 1 is Monday.
        only_sales: only days within the calendar's sales periods count.
    """

    name: str
    measure: str
    describe: str
    kind: Aggregation | ItemAggregation = SUM
    windows: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    only_sales: bool = False
    family: str = "own"

    def __post_init__(self) -> None:
        # Feature files name it. A task's plan carries the aggregation itself, because tests and files may add some.
        if isinstance(self.kind, str):
            object.__setattr__(self, "kind", aggregation_named(self.kind))

    def column(self, window: int) -> str:
        if not self.kind.windowed:
            return self.name
        return f"{self.name}_lifetime" if window == 0 else f"{self.name}_{window}d"

    @property
    def spans(self) -> tuple[int, ...]:
        """The windows, 0 for the lifetime."""
        return self.windows if self.windows and self.kind.windowed else (0,)

    @property
    def of_items(self) -> bool:
        return isinstance(self.kind, ItemAggregation)

    @property
    def by_days(self) -> Aggregation:
        """The aggregation of a measure's feature."""
        assert isinstance(self.kind, Aggregation)
        return self.kind

    @property
    def by_items(self) -> ItemAggregation:
        """The aggregation of an item feature."""
        assert isinstance(self.kind, ItemAggregation)
        return self.kind


@dataclass(frozen=True)
class Derived:
    """A projection: ``sql`` over stored columns and earlier projections, null where undefined; ``type`` is Spark's."""

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
    def of_measures(self) -> tuple[Feature, ...]:
        """The features of measures."""
        return tuple(f for f in self.features if not f.of_items)

    @property
    def without_items(self) -> "Catalogue":
        """The catalogue with measures only."""
        return replace(self, features=self.of_measures, items=())

    @property
    def about_items(self) -> tuple[Feature, ...]:
        return tuple(f for f in self.features if f.of_items)

    @property
    def hash(self) -> str:
        """Hash of everything that changes stored values; descriptions are left out."""
        parts: tuple[tuple[Measure | Feature | ItemKind, ...], ...] = (self.measures, self.features, self.items)
        return hash_of([[what_counts(item) for item in items] for items in parts])

    @property
    def measure_hashes(self) -> dict[str, str]:
        """Per measure and item kind, a hash of what changes its daily values: tiles do not depend on windows."""
        parts: tuple[Measure | ItemKind, ...] = (*self.measures, *self.items)
        return {each.name: hash_of(what_counts(each)) for each in parts}

    def tile_columns(self) -> list[Column]:
        """The measures' columns of tiles and corrections."""
        return [personal(m.name, "bigint", f"{m.describe} ({m.unit})", required=True) for m in self.measures]

    def stored_columns(self) -> list[Column]:
        """The columns of gold.features, in order."""
        columns = []
        for feature in self.features:
            for window in feature.spans:
                span = _span(window) if feature.kind.windowed else ""
                notes = f"{self.unit_of(feature)}; purpose {self.purpose_of(feature)}{self.error_of(feature)}"
                comment = f"{feature.describe}{span} [{notes}]"
                columns.append(personal(feature.column(window), feature.kind.type, comment))
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
            windows = tuple(w for w in feature.spans if feature.column(w) in wanted)
            if windows:
                features.append(replace(feature, windows=windows) if feature.spans == feature.windows else feature)
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
        return feature.kind.unit or self.source_of(feature).unit

    def error_of(self, feature: Feature) -> str:
        """The note on the error of a column that is an estimate."""
        kind = self.by_item.get(feature.measure) if feature.of_items else None
        if kind is None or kind.hll_sketch is None:
            return ""
        return f"; estimated by HyperLogLog, standard error {standard_error(kind.hll_sketch):.1%}"


def _span(window: int) -> str:
    return " since ever" if window == 0 else f" in the last {window} local days"


def counts(names: Iterable[tuple[str, str]], windows: tuple[int, ...]) -> list[Feature]:
    """One summed feature per (measure, description)."""
    return [Feature(name, name, describe, windows=windows) for name, describe in names]
