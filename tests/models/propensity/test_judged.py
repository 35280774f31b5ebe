"""People who are judged come to the driver as a bounded sample; an input that knows the label is named."""

import numpy as np
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.inputs import Input
from segspark.models.propensity.judged import leaks, read_past, read_scored, share_of_people

INPUTS = (Input("a", 0.0), Input("b", 0.0))


def test_rows_come_in_the_order_of_people_with_their_inputs_by_name(spark: SparkSession) -> None:
    rows = [("b" * 32, 1, 0, 0.7, [1.0, 2.0]), ("a" * 32, 0, 1, 0.2, [3.0, 4.0])]
    frame = spark.createDataFrame(rows, "person_id string, label int, fold int, p double, inputs array<double>")
    found = read_scored(frame, INPUTS, 2)
    assert found.p.tolist() == [0.2, 0.7]
    assert found.fold.tolist() == [1, 0]
    assert found.y.tolist() == [0, 1]
    assert {name: v.tolist() for name, v in found.sample.columns.items()} == {"a": [3.0, 1.0], "b": [4.0, 2.0]}
    past = read_past(frame.withColumnRenamed("inputs", "values").withColumn("cut_date", F.lit("2026-01-01")), INPUTS, 2)
    assert past.sample.y.tolist() == [0, 1]
    # By digits of the ids: of sixteen parts the tenth and the eleventh, so neither is of the first tenth.
    assert past.place.round(2).tolist() == [0.67, 0.73]
    assert past.is_aside.tolist() == [False, False]


def test_of_many_people_about_the_asked_number_is_read(spark: SparkSession) -> None:
    people = spark.range(2000).select(F.md5(F.col("id").cast("string")).alias("person_id"))
    n = people.where(share_of_people(2000, most=500)).count()
    assert 400 < n < 600
    assert people.where(share_of_people(2000, most=5000)).count() == 2000


def test_an_input_that_knows_the_label_is_named_in_either_direction() -> None:
    y = np.repeat([0.0, 1.0], 200)
    noise = np.random.default_rng(1).normal(size=400)
    found = leaks(Sample({"honest": y + 2 * noise, "knows": y, "turned": -y, "constant": 0 * y}, y), 0.98)
    assert [name for name, _ in found] == ["knows", "turned"]
    assert all(auc == 1 for _, auc in found)
