"""Parts of the people are drawn by digits of their ids, others for each use, and not by the first ones."""

from hashlib import sha256

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.models.propensity.draws import drawn, fold, is_aside, place


def test_each_part_is_of_about_its_size_and_of_other_people_than_the_others(spark: SparkSession) -> None:
    # As the smallest of several ids begins: with small digits.
    ids = [(f"0{i % 3:x}" + sha256(str(i).encode()).hexdigest()[2:32],) for i in range(4000)]
    people = spark.createDataFrame(ids, "person_id string")
    rows = people.select(
        (drawn() < 0.3).cast("int").alias("drawn"),
        fold(),
        is_aside().cast("int"),
        (place() < 0.5).cast("int").alias("half"),
    ).toPandas()
    assert rows.mean().to_dict() == pytest.approx({"drawn": 0.3, "fold": 0.5, "is_aside": 0.1, "half": 0.5}, abs=0.04)
    apart = rows.corr().to_numpy()
    assert abs(apart - apart.round()).max() < 0.06
    again = people.orderBy(F.desc("person_id")).select("person_id", fold()).toPandas().sort_values("person_id")
    assert again["fold"].mean() == rows["fold"].mean()
