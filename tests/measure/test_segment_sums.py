"""Sums over the members of segments, by tasks that see a part of them each."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.measure.intervals import WELCH, WILSON
from segspark.measure.kpi import Kpi, Words
from segspark.measure.quantities import Everybody, HasAny, Known, Sum
from segspark.measure.segment_sums import read_segment_sums, segment_sums


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
    words = Words(("", ""))
    kpis = (
        Kpi("days", Sum("days"), Known("days"), None, WELCH, words, has_median=True),
        Kpi("clicked", HasAny("clicks"), Everybody(), None, WILSON, words),
    )
    rows = read_segment_sums(segment_sums(today.repartition(3), people, kpis), kpis).to_pylist()
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


def test_whoever_gives_no_permission_adds_nothing(spark: SparkSession) -> None:
    people = spark.createDataFrame(
        [("ann", 3, date(2026, 5, 1)), ("bob", 5, None)], "person_id string, clicks int, profiling_from date"
    )
    kpi = Kpi("clicks", Sum("clicks"), Known("clicks"), "profiling", WELCH, Words(("", "")), has_median=True)
    nobody = people.select("person_id", *[F.lit("").alias(c) for c in ("scheme", "segment_id", "segment_name")]).limit(
        0
    )
    (row,) = read_segment_sums(segment_sums(nobody, people, [kpi]), [kpi]).to_pylist()
    assert (row["clicks.y"], row["clicks.x"], row["clicks.median"]) == (3, 2, 0)
