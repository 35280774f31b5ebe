"""Engagement: a decayed sum read from windows, its error known, its scale 0 to 100."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from segspark.config.models import Engagement
from segspark.features.derived import window_weights
from segspark.scoring.engagement import ACTS, with_engagement

WINDOWS = (1, 3, 7, 14, 30, 60, 90, 180, 365)


@given(st.floats(1, 400), st.integers(7, 365))
def test_the_step_function_errs_by_no_more_than_it_says(half_life: float, window: int) -> None:
    found = window_weights(half_life, WINDOWS, window)
    widest = max(found.weights)
    for age in range(1, widest + 1):
        ours = sum(weight for w, weight in found.weights.items() if age <= w)
        assert abs(ours - 2 ** (-age / half_life)) <= found.largest_error + 1e-9


def test_more_windows_err_less() -> None:
    assert window_weights(30, WINDOWS, 90).largest_error < window_weights(30, (7, 30, 90), 90).largest_error


def test_scores_rise_with_acts_and_stay_within_a_hundred(spark: SparkSession) -> None:
    names = [f"{act}_{w}d" for act in ACTS.values() for w in (7, 30, 90)]

    def person(name: str, recent: int, old: int) -> tuple[object, ...]:
        return (name, *[recent if n.endswith("_7d") else recent + old for n in names])

    rows = [person("none", 0, 0), person("old", 0, 2), person("recent", 2, 0), person("much", 500, 0)]
    people = spark.createDataFrame(rows, "person_id string, " + ", ".join(f"{n} bigint" for n in names))
    found = {r["person_id"]: r for r in with_engagement(people, Engagement(), (7, 30, 90)).collect()}
    values = [found[p]["engagement"] for p in ("none", "old", "recent", "much")]
    assert values[0] == 0
    assert values[0] < values[1] < values[2] < values[3] == pytest.approx(100, abs=1e-3)
    assert (found["none"]["tier"], found["much"]["tier"]) == ("none", "very_engaged")
