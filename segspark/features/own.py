"""A workspace's own measures and features: from YAML, or from a Python file where there are many of one kind."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from segspark.config.models import Model, Name
from segspark.config.python_file import load_python
from segspark.errors import ConfigError
from segspark.features.aggregations.registry import ITEM_AGGREGATIONS, aggregation_named
from segspark.features.aggregations.sum import SUM
from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.item_aggregation import ItemAggregation
from segspark.features.feature import Catalogue, Derived, Feature, ItemKind, Measure
from segspark.features.own_sql import event_issues, sql_issues
from segspark.features.sketch import FEWEST_BITS, MOST_BITS
from segspark.near import did_you_mean
from segspark.purposes import PURPOSES, Purpose
from segspark.sources.expressions import parse_expression
from segspark.sources.sql.tree import ExpressionError
from segspark.sources.vocabulary import EVENT_TYPES

DERIVED_TYPES = ("double", "bigint", "int", "date", "string", "boolean")
# Columns that a derived feature may read besides the features.
READABLE = ("person_id", "as_of_date")
# In YAML the sum of ones has a name of its own.
COUNT = "count"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class OwnMeasure(Model):
    """One measure or item kind, and the windows of its aggregation, as a workspace writes it."""

    name: Name = Field(description="Name of the feature, before its window")
    event_types: tuple[str, ...] = Field(min_length=1, description="Types of events that count")
    where: str | None = Field(None, description="Spark SQL condition over silver.events, e.g. category like 'mode%'")
    aggregate: str = Field(COUNT, description="count, or the name of an aggregation, e.g. sum, days, last, distinct")
    column: Literal["amount_cents", "n_items", "duration_s"] | None = Field(None, description="What `sum` adds up")
    item: str | None = Field(
        None,
        description="What `distinct` tells apart, e.g. category, campaign_id or try_element_at(attributes, 'brand')",
    )
    hll_sketch: Annotated[int, Field(ge=FEWEST_BITS, le=MOST_BITS)] | None = Field(
        None,
        description="Where a person may have many thousand items: `distinct` is estimated by a HyperLogLog of "
        "2^hll_sketch registers, standard error 1.04 / sqrt(2^hll_sketch): 10 gives 3.2 %",
    )
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field((), description="Only days of these months")
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field((), description="Only these days, 1 is Monday")
    windows: tuple[Annotated[int, Field(ge=0, le=3650)], ...] = Field((30, 365), description="Days; 0 is lifetime")
    purpose: Purpose = Field(description="Consent that the person must have given for it")
    unit: str = Field("events", description="What is counted, for tables and reports")
    description: str = Field(description="What it says of a person, for tables and reports")

    @field_validator("aggregate")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            _aggregation(name)
        except ConfigError as error:
            raise ValueError(f"{error} Or {COUNT}, which counts the events.") from error
        return name


class OwnDerived(Model):
    """One projection over other features."""

    name: Name = Field(description="Name of the column")
    sql: str = Field(description="Spark SQL over features, e.g. try_divide(n_order_fashion_365d, n_order_365d)")
    type: Literal["double", "bigint", "int", "date", "string", "boolean"] = Field(
        "double", description="Spark SQL type of the result"
    )
    description: str = Field(description="What it says of a person, for tables and reports")


class OwnFeatures(Model):
    """A features file."""

    measures: tuple[OwnMeasure, ...] = Field((), description="What events add to a person's day, and its windows")
    derived: tuple[OwnDerived, ...] = Field((), description="Projections over features, computed on read")


@dataclass(frozen=True)
class Own:
    """What one file adds to the catalogue; ``file`` is its name, for messages."""

    file: str
    measures: tuple[Measure, ...] = ()
    features: tuple[Feature, ...] = ()
    derived: tuple[Derived, ...] = ()
    items: tuple[ItemKind, ...] = ()


def from_yaml(path: Path, written: OwnFeatures) -> Own:
    """The features of a YAML file.

    Raises:
        ConfigError: a sum without a column, a distinct count without an item.
    """
    measures, items, features, issues = [], [], [], []
    for own in written.measures:
        aggregation = _aggregation(own.aggregate)
        issues += [f"{path.name}, measure {own.name}: {issue}" for issue in _mismatches(own, aggregation)]
        if isinstance(aggregation, ItemAggregation):
            items.append(_item_of(own, aggregation))
        else:
            measures.append(_measure_of(own, aggregation))
        features.append(_feature_of(own, aggregation))
    if issues:
        raise ConfigError("\n".join(issues))
    derived = tuple(Derived(d.name, d.sql, d.type, d.description) for d in written.derived)
    return Own(path.name, tuple(measures), tuple(features), derived, tuple(items))


def _aggregation(name: str) -> Aggregation | ItemAggregation:
    return SUM if name == COUNT else aggregation_named(name)


def _mismatches(own: OwnMeasure, aggregation: Aggregation | ItemAggregation) -> list[str]:
    """What does not go with the aggregation."""
    issues = []
    of_items = isinstance(aggregation, ItemAggregation)
    if of_items and own.item is None:
        issues.append(f"aggregate {own.aggregate} and `item` go together")
    if not of_items and own.item is not None:
        issues.append(f"`item` goes with aggregate {' or '.join(ITEM_AGGREGATIONS.names())}, not {own.aggregate}")
    if own.hll_sketch is not None and not (isinstance(aggregation, ItemAggregation) and aggregation.sketchable):
        sketchable = [a.name for a in ITEM_AGGREGATIONS.all() if a.sketchable]
        issues.append(f"hll_sketch is of aggregate {' or '.join(sketchable)}")
    is_counted = own.aggregate == COUNT
    if isinstance(aggregation, Aggregation) and aggregation.column == "needed" and not own.column and not is_counted:
        issues.append(f"aggregate {own.aggregate} needs `column`")
    return issues


def _measure_of(own: OwnMeasure, aggregation: Aggregation) -> Measure:
    """What an event adds to its day: the column where the aggregation reads one, else 1."""
    reads_column = own.column and own.aggregate != COUNT and aggregation.column != "unused"
    value = f"coalesce(cast(round({own.column}) as bigint), 0)" if reads_column else "1"
    return Measure(own.name, own.event_types, own.purpose, own.unit, own.description, own.where, value)


def _item_of(own: OwnMeasure, aggregation: ItemAggregation) -> ItemKind:
    what = (own.name, own.event_types, own.item or "", own.purpose, own.unit, own.description, own.where)
    if aggregation.own_window_only and len(own.windows) == 1 and own.windows[0]:
        return ItemKind(*what, days=own.windows[0], hll_sketch=own.hll_sketch)
    return ItemKind(*what, hll_sketch=own.hll_sketch)


def _feature_of(own: OwnMeasure, aggregation: Aggregation | ItemAggregation) -> Feature:
    """The windows of the aggregation; without windows the column is called by it, as last_<name>_date."""
    name, windows = own.name, own.windows
    if not aggregation.windowed:
        name, windows = f"{aggregation.name}_{own.name}", ()
        name += "_date" if aggregation.type == "date" else ""
    return Feature(name, own.name, own.description, aggregation, windows, own.months, own.weekdays)


def from_python(path: Path) -> Own:
    """The ``MEASURES``, ``ITEMS``, ``FEATURES`` and ``DERIVED`` of a Python file, which is run.

    Raises:
        ConfigError: the file fails, or holds something else under these names.
    """
    content = load_python(path, {"MEASURES": Measure, "ITEMS": ItemKind, "FEATURES": Feature, "DERIVED": Derived})
    return Own(path.name, content["MEASURES"], content["FEATURES"], content["DERIVED"], content["ITEMS"])


def issues_of(own: Own) -> list[str]:
    """What is wrong with each of a file's measures, items and features; Catalogue.check looks at them together."""
    issues = []
    sources: tuple[Measure | ItemKind, ...] = (*own.measures, *own.items)
    for measure in sources:
        where = f"{own.file}, measure {measure.name}"
        issues += _name_issues(where, measure.name)
        unknown = [t for t in measure.event_types if t not in EVENT_TYPES]
        if unknown or not measure.event_types:
            issues.append(f"{where}: no such event types {unknown}; there are {', '.join(EVENT_TYPES)}")
        if measure.purpose not in PURPOSES:
            issues.append(f"{where}: purpose {measure.purpose!r}; there are {', '.join(PURPOSES)}")
        issues += [f"{where}: {issue}" for issue in event_issues(measure.where, is_condition=True)]
        if isinstance(measure, ItemKind):
            issues += [f"{where}: {issue}" for issue in event_issues(measure.expression)]
        if isinstance(measure, ItemKind) and measure.days < 1:
            issues.append(f"{where}: items are counted over one day or more")
    for feature in own.features:
        where = f"{own.file}, feature {feature.name}"
        issues += _name_issues(where, feature.name)
        if any(not isinstance(w, int) or not 0 <= w <= 3650 for w in feature.windows):
            issues.append(f"{where}: windows are whole days from 0 (since ever) to 3650")
        if any(m not in range(1, 13) for m in feature.months):
            issues.append(f"{where}: months go from 1 to 12")
        if any(d not in range(1, 8) for d in feature.weekdays):
            issues.append(f"{where}: weekdays go from 1 (Monday) to 7")
    for derived in own.derived:
        where = f"{own.file}, derived {derived.name}"
        issues += _name_issues(where, derived.name)
        issues += [f"{where}: {issue}" for issue in sql_issues(derived.sql)]
        if derived.type not in DERIVED_TYPES:
            issues.append(f"{where}: type {derived.type!r}; there are {', '.join(DERIVED_TYPES)}")
    return issues


def unknown_names(own: Own, catalogue: Catalogue) -> list[str]:
    """Derived features that read an unknown name, or a feature defined after them."""
    known = {f.column(w) for f in catalogue.features for w in f.spans} | set(READABLE)
    mine, issues = {d.name for d in own.derived}, []
    for derived in catalogue.derived:
        if derived.name in mine:
            try:
                read = parse_expression(derived.sql).columns
            except ExpressionError:
                read = ()
            for name in sorted(set(read) - known):
                hint = did_you_mean(name, known)
                what = f"there is no feature {name}{f'; {hint}' if hint else ''}"
                issues.append(f"{own.file}, derived {derived.name}: {what}")
        known.add(derived.name)
    return issues


def _name_issues(where: str, name: str) -> list[str]:
    return [] if _NAME.fullmatch(name) else [f"{where}: names are small letters, digits and _, a letter first"]
