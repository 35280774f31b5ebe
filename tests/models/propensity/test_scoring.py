"""What a score says is in the record of the version that gives it."""

import pytest
from pyspark.sql import SparkSession

from segspark.models.propensity.outcomes import NO_ACT, NO_ORDER
from segspark.models.propensity.scoring import band_of, population_in


@pytest.mark.parametrize("logged", ["(0.2, 0.5)", "[0.2, 0.5]"])
def test_bands_are_those_of_the_record(spark: SparkSession, logged: str) -> None:
    scores = spark.createDataFrame([(0.1,), (0.2,), (0.5,)], "p double")
    assert [r["b"] for r in scores.select(band_of("p", {"bands": logged}).alias("b")).collect()] == [
        "low",
        "medium",
        "high",
    ]


def test_versions_of_earlier_releases_had_the_bands_of_today(spark: SparkSession) -> None:
    scores = spark.createDataFrame([(0.39,), (0.4,), (0.7,)], "p double")
    assert [r["b"] for r in scores.select(band_of("p", {}).alias("b")).collect()] == ["low", "medium", "high"]


def test_the_population_is_that_of_the_record(spark: SparkSession) -> None:
    people = spark.createDataFrame(
        [("ann", 10, 10), ("bob", 400, 20)], "who string, days_since_order int, days_since_active int"
    )

    def asked(record: dict[str, str], outcome: object) -> list[str]:
        return [r["who"] for r in people.where(population_in(record, outcome)).collect()]  # type: ignore[arg-type]

    assert asked({"active_days": "365"}, NO_ORDER) == ["ann"]
    assert asked({"active_days": "365"}, NO_ACT) == ["ann", "bob"]
    assert asked({"active_days": "365", "population": "days_since_order > 365"}, NO_ORDER) == ["bob"]
