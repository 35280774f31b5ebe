"""Profiles of segments: sums before rates, distance from the list, difference from the rest."""

from datetime import date

import pytest
from pyspark.sql import SparkSession

from segspark.segments.measures import Measure, measurable
from segspark.segments.profiles import profiles_of
from segspark.segments.segment_sums import read_segment_sums, segment_sums

MEASURES = (
    Measure("days_since_order", "mean", "days_since_order"),
    Measure("is_contactable", "share", "is_contactable"),
    Measure("click_rate_30d", "rate", "n_click_30d", "n_delivered_30d"),
    Measure("reactivity_1h_30d", "share", "n_click_30d", "n_delivered_30d"),
    Measure("clicks_30d", "total", "n_click_30d"),
    Measure("gone", "total", "n_gone"),
)


def test_profiles_of_a_day(spark: SparkSession) -> None:
    people = spark.createDataFrame(
        [("a", True, 10, 1, 5.0), ("b", True, 90, 1, 7.0), ("c", False, 0, 0, 9.0), ("d", False, 0, 0, None)],
        "person_id string, is_contactable boolean, n_delivered_30d int, n_click_30d int, days_since_order double",
    )
    today = spark.createDataFrame(
        [("a", "rules", "x", "X"), ("b", "rules", "x", "X"), ("c", "rules", "y", "Y"), ("d", "rules", "y", "Y")],
        "person_id string, scheme string, segment_id string, segment_name string",
    )
    measures = measurable(MEASURES, people.columns)
    sums = read_segment_sums(segment_sums(today, people, measures), measures)
    rows = profiles_of(sums, date(2026, 6, 1), MEASURES).to_pylist()
    found = {(r["segment_id"], r["measure"]): r for r in rows}
    assert {m for _, m in found} == {m.name for m in MEASURES} - {"gone"}
    assert {r["segment_id"]: r["n_people"] for r in rows} == {"x": 2, "y": 2}

    # Rates are sums over sums, and without a denominator there is none.
    assert found["x", "click_rate_30d"]["value"] == pytest.approx(2 / 100)
    assert found["y", "click_rate_30d"]["value"] is None
    assert found["x", "clicks_30d"]["value"] == 2
    assert found["x", "clicks_30d"]["denominator"] is None

    # Means are of those who have the value; the list's mean is 7 with a standard deviation of sqrt(8/3).
    of_x, of_y = found["x", "days_since_order"], found["y", "days_since_order"]
    assert (of_x["value"], of_x["denominator"], of_x["rest_value"]) == (6, 2, 9)
    assert of_y["z_score"] == pytest.approx(2 / (8 / 3) ** 0.5)
    assert of_y["median"] == 9
    # One person has no spread to compare with.
    assert of_y["p_value"] is None

    # Two of two against none of two: z = 1 / sqrt(0.5 x 0.5 x 4/3 x 1) = 1.73, p = 0.083 before it is adjusted.
    share = found["x", "is_contactable"]
    assert (share["numerator"], share["value"], share["rest_value"]) == (2, 1, 0)
    assert share["low"] == pytest.approx(0.3424, abs=1e-4)
    assert share["high"] == 1
    assert share["p_value"] >= 0.083

    # Of 100 mails 2 were answered at once.
    assert found["x", "reactivity_1h_30d"]["low"] == pytest.approx(0.0055, abs=1e-4)
    assert found["x", "reactivity_1h_30d"]["high"] == pytest.approx(0.0700, abs=1e-4)
