"""What each day contributes to the features of a measure: its net value, if the day counts, lifted."""

import numpy as np

from segspark.features.engine.days import Days
from segspark.features.engine.failures import aggregation_failed
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
        AggregationFailed: names the feature.
    """
    visible = visible_values(feature, values, may_see, days)
    try:
        return feature.by_days.contributions(visible, day)
    except Exception as error:
        raise aggregation_failed(feature, error) from error


def visible_values(feature: Feature, values: np.ndarray, may_see: np.ndarray, days: Days) -> np.ndarray:
    counts = may_see
    if feature.months:
        counts = counts & np.isin(days.month, feature.months)
    if feature.weekdays:
        counts = counts & np.isin(days.weekday, feature.weekdays)
    if feature.only_sales:
        counts = counts & days.is_sale if days.is_sale is not None else np.zeros_like(counts)
    return np.where(counts, values, 0)
