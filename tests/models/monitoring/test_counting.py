"""People are counted by bin where they are."""

import numpy as np
from pyspark.sql import SparkSession

from segspark.models.monitoring.binning import bins_of_people, count_people
from segspark.models.monitoring.counting import read_counts
from segspark.models.monitoring.reference import Bins


def test_counts_are_those_of_all_parts_together(spark: SparkSession) -> None:
    rng = np.random.default_rng(2)
    orders, spent = rng.poisson(1, 500).astype(float), rng.normal(size=500)
    rows = [(int(o), float(s) if at % 10 else None) for at, (o, s) in enumerate(zip(orders, spent, strict=True))]
    people = spark.createDataFrame(rows, "`input n order` int, spent double").repartition(5)
    bins = {"input n order": bins_of_people(orders, (0.0,)), "spent": bins_of_people(spent)}
    spent[::10] = np.nan
    assert read_counts(people, bins) == {
        "input n order": list(count_people(bins["input n order"], orders)),
        "spent": list(count_people(bins["spent"], spent)),
    }


def test_nobody_is_in_no_bin(spark: SparkSession) -> None:
    people = spark.createDataFrame([], "spent double")
    assert read_counts(people, {"spent": Bins((), (1.0,), (0.5, 0.5, 0.0))}) == {"spent": [0, 0, 0]}
