"""Profiles of segments: sums before rates, distance from the list."""

from datetime import date

import pytest
from pyspark.sql import SparkSession

from segspark.segments.profiles import Kpi, profile_segments


def test_rates_are_sums_over_sums_and_without_a_denominator_there_is_none(spark: SparkSession) -> None:
    people = spark.createDataFrame(
        [("a", True, 10, 1, 5.0), ("b", True, 90, 1, 7.0), ("c", False, 0, 0, 9.0)],
        "person_id string, is_contactable boolean, n_delivered_30d int, n_click_30d int, days_since_order double",
    )
    today = spark.createDataFrame(
        [("a", "rules", "x", "X"), ("b", "rules", "x", "X"), ("c", "rules", "y", "Y")],
        "person_id string, scheme string, segment_id string, segment_name string",
    )
    kpis = [Kpi("click_rate_30d", "n_click_30d", "n_delivered_30d"), Kpi("gone", "n_gone", None)]
    found = profile_segments(today, people, date(2026, 6, 1), kpis, ["days_since_order", "nothing"]).collect()
    value = {(r["segment_id"], r["measure"]): r for r in found}
    assert value["x", "click_rate_30d"]["value"] == pytest.approx(2 / 100)
    assert value["y", "click_rate_30d"]["value"] is None
    assert value["x", "days_since_order"]["value"] == pytest.approx(6.0)
    # The list's mean is 7 with a standard deviation of sqrt(8/3).
    assert value["y", "days_since_order"]["z_score"] == pytest.approx(2 / (8 / 3) ** 0.5)
    assert not {m for _, m in value} & {"gone", "nothing"}
