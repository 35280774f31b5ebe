"""A workspace's own measures and features, from YAML."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from segspark.config.models import Model, Name, Purpose
from segspark.errors import ConfigError
from segspark.features.feature import Feature, Kind, Measure
from segspark.sources.expressions import ExpressionError, parse_expression
from segspark.sources.vocabulary import EVENT_TYPES


class OwnMeasure(Model):
    """One measure and its windows, as a workspace writes it."""

    name: Name
    event_types: tuple[str, ...] = Field(min_length=1)
    where: str | None = Field(None, description="Spark SQL condition over silver.events, e.g. category like 'mode%'")
    aggregate: Literal["count", "sum", "days", "last"] = "count"
    column: Literal["amount_cents", "n_items", "duration_s"] | None = Field(None, description="What `sum` adds up")
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field((), description="Only days of these months")
    windows: tuple[Annotated[int, Field(ge=0, le=3650)], ...] = Field((30, 365), description="Days; 0 is lifetime")
    purpose: Purpose
    unit: str = "events"
    description: str


class OwnFeatures(Model):
    """A features file."""

    measures: tuple[OwnMeasure, ...] = ()


def to_catalogue(files: list[tuple[Path, OwnFeatures]]) -> tuple[tuple[Measure, ...], tuple[Feature, ...]]:
    """Measures and features of all files.

    Raises:
        ConfigError: every fault of every file.
    """
    faults: list[str] = []
    measures: list[Measure] = []
    features: list[Feature] = []
    for path, file in files:
        for own in file.measures:
            where = f"{path.name}, measure {own.name}"
            unknown = [t for t in own.event_types if t not in EVENT_TYPES]
            if unknown:
                faults.append(f"{where}: no such event types {unknown}; there are {', '.join(EVENT_TYPES)}")
            if own.aggregate == "sum" and own.column is None:
                faults.append(f"{where}: aggregate sum needs `column`")
            if own.where:
                try:
                    parse_expression(own.where, columns_are_text=False)
                except ExpressionError as error:
                    faults.append(f"{where}: {error}")
            value = "1" if own.aggregate != "sum" else f"coalesce(cast(round({own.column}) as bigint), 0)"
            measures.append(
                Measure(own.name, own.event_types, own.purpose, own.unit, own.description, own.where, value)
            )
            if own.aggregate == "last":
                features.append(Feature(f"last_{own.name}_date", own.name, own.description, "last", (), own.months))
            else:
                kind: Kind = "days" if own.aggregate == "days" else "sum"
                features.append(Feature(own.name, own.name, own.description, kind, own.windows, own.months))
    if faults:
        raise ConfigError("\n".join(faults))
    return tuple(measures), tuple(features)
