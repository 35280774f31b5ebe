"""Gaps along one person's time, in Spark."""

from datetime import date

from pyspark.sql import SparkSession

from segspark.models.histories import interpolate_histories


def test_gaps_lie_on_the_line_between_a_persons_own_values(spark: SparkSession) -> None:
    history = spark.createDataFrame(
        [
            ("ann", date(2026, 5, 1), 10, 1), ("ann", date(2026, 5, 11), None, 2), ("ann", date(2026, 5, 21), 30, 3),
            ("ann", date(2026, 5, 31), None, 4), ("bob", date(2026, 5, 11), None, 5),
        ],
        "person_id string, as_of_date date, clicks int, other int",
    )  # fmt: skip
    made = interpolate_histories(history, ["clicks"]).orderBy("other")
    assert made.columns == ["person_id", "as_of_date", "clicks", "other", "is_imputed_clicks"]
    assert [(r["clicks"], r["is_imputed_clicks"]) for r in made.collect()] == [
        (10.0, False), (20.0, True), (30.0, False), (30.0, True), (None, False),
    ]  # fmt: skip
