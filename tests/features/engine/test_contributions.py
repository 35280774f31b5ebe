"""What a day gives to a feature: only if it counts and may be seen."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from segspark.errors import ConfigError
from segspark.features.aggregations.days import DAYS
from segspark.features.aggregations.sum import SUM
from segspark.features.engine.contributions import alike, contributions
from segspark.features.engine.days import Calendar, Days
from segspark.features.feature import Catalogue, Feature, Measure
from segspark.time import day_number

# A Sunday and the Monday after it, in two months.
DAY = np.array([day_number(date(2026, 5, 31)), day_number(date(2026, 6, 1))])
ORDERS = Feature("n_order", "n_order", "Orders", SUM, (7,))


def given(feature: Feature, calendar: Calendar | None = None, sees: tuple[bool, bool] = (True, True)) -> list[int]:
    days = Days.of(DAY, calendar or Calendar())
    return contributions(feature, np.array([2, 4]), np.array(sees), DAY, days).tolist()


def test_days_that_do_not_count_give_nothing() -> None:
    assert given(ORDERS) == [2, 4]
    assert given(replace(ORDERS, months=(6,))) == [0, 4]
    assert given(replace(ORDERS, weekdays=(7,))) == [2, 0]
    assert given(replace(ORDERS, only_sales=True)) == [0, 0]
    assert given(replace(ORDERS, only_sales=True), Calendar(frozenset({int(DAY[1])}))) == [0, 4]


def test_days_that_may_not_be_seen_give_nothing() -> None:
    assert given(ORDERS, sees=(False, True)) == [0, 4]


def test_an_aggregation_that_fails_is_named_with_its_feature() -> None:
    def fail(values: np.ndarray, day: np.ndarray) -> np.ndarray:
        raise ZeroDivisionError("by zero")

    failing = replace(ORDERS, kind=replace(SUM, name="bad", lift=fail))
    with pytest.raises(ConfigError, match="Feature n_order: its aggregation bad failed, ZeroDivisionError: by zero"):
        given(failing)


def test_features_that_differ_in_windows_alone_are_computed_together() -> None:
    measures = tuple(Measure(n, ("order",), "profiling", "orders", "") for n in ("n_order", "n_item"))
    others = (replace(ORDERS, windows=(30,)), replace(ORDERS, kind=DAYS), replace(ORDERS, measure="n_item"))
    groups = alike(Catalogue(measures, (ORDERS, *others), ()))
    assert [[(f.measure, f.kind.name, f.windows) for f in group] for group in groups] == [
        [("n_item", "sum", (7,))],
        [("n_order", "sum", (7,)), ("n_order", "sum", (30,))],
        [("n_order", "days", (7,))],
    ]
