"""What each day contributes to the features of a measure: its net value, if the day counts, lifted."""

import numpy as np

from segspark.errors import ConfigError
from segspark.features.engine.days import Days
from segspark.features.feature import Catalogue, Feature


def alike(catalogue: Catalogue) -> list[list[Feature]]:
    """The features of measures in the order of measures, those together that differ in their windows only."""
    groups: dict[tuple[object, ...], list[Feature]] = {}
    for feature in sorted(catalogue.of_measures, key=lambda f: f.measure):
        key = (feature.measure, feature.kind, feature.months, feature.weekdays, feature.only_sales)
        groups.setdefault(key, []).append(feature)
    return list(groups.values())


def contributions(feature: Feature, values: np.ndarray, may_see: np.ndarray, day: np.ndarray, days: Days) -> np.ndarray:
    """What each day gives to a feature; ``nothing`` where the day does not count or may not be seen.

    Args:
        values: net values of the days.
        may_see: whether the feature's purpose may see them.
        day: numbers since 1970.
        days: what the calendar says of them.

    Raises:
        ConfigError: the aggregation fails; names the feature. A row of gold.features has all columns, so the feature
            cannot be left out.
    """
    visible = visible_values(feature, values, may_see, days)
    try:
        return feature.by_days.contributions(visible, day)
    except Exception as error:
        raise aggregation_failed(feature, error) from error


def aggregation_failed(feature: Feature, error: Exception) -> ConfigError:
    return ConfigError(
        f"Feature {feature.name}: its aggregation {feature.kind.name} failed, {type(error).__name__}: {error}. "
        "Correct the aggregation, or remove the feature from the catalogue."
    )


def visible_values(feature: Feature, values: np.ndarray, may_see: np.ndarray, days: Days) -> np.ndarray:
    counts = may_see
    if feature.months:
        counts = counts & np.isin(days.month, feature.months)
    if feature.weekdays:
        counts = counts & np.isin(days.weekday, feature.weekdays)
    if feature.only_sales:
        counts = counts & days.is_sale if days.is_sale is not None else np.zeros_like(counts)
    return np.where(counts, values, 0)
