"""Sums over the members of segments, by tasks that see a part of them each."""

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.segments.measures import Measure
from segspark.segments.segment_sums import read_segment_sums, segment_sums


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
