"""Profiles of segments: sums before rates, distance from the list, difference from the rest."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

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


def test_sums_and_medians_of_many(spark: SparkSession) -> None:
    """Sums are those of all members, over any number of tasks; a median of more values than a task keeps is near."""
    rng = np.random.default_rng(5)
    n = 9_000
    days = np.where(rng.random(n) < 0.2, np.nan, rng.lognormal(3, 1, n))
    frame = pd.DataFrame({"person_id": [f"{i:05}" for i in range(n)], "days": days, "clicks": rng.integers(0, 9, n)})
    people = spark.createDataFrame(frame).withColumn("days", F.nanvl("days", F.lit(None)))
    segment = F.when(F.col("person_id") < "00010", "few").otherwise("many")
    today = people.select(
        "person_id", F.lit("rules").alias("scheme"), segment.alias("segment_id"), segment.alias("segment_name")
    )
    measures = (Measure("days", "mean", "days"), Measure("clicked", "share", "clicks"))
    rows = read_segment_sums(segment_sums(today.repartition(3), people, measures), measures).to_pylist()
    assert [(r["scheme"], r["segment_id"], r["n_people"]) for r in rows] == [
        ("", "", n), ("rules", "few", 10), ("rules", "many", n - 10),
    ]  # fmt: skip
    for row, own in zip(rows, (frame, frame[:10], frame[10:]), strict=True):
        known = own.days.dropna()
        assert row["days.y"] == pytest.approx(known.sum())
        assert row["days.yy"] == pytest.approx((known**2).sum())
        assert row["days.x"] == len(known)
        assert row["clicked.y"] == (own.clicks > 0).sum()
        assert row["clicked.x"] == len(own)
        assert (known < row["days.median"]).mean() == pytest.approx(0.5, abs=0.002 if len(known) > 1_000 else 0.1)
