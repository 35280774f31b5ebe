"""The stage of the hurdle: probability times amount, saved with its factor, and nothing of who never ordered."""

from math import exp
from pathlib import Path

import pytest
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.models.value.hurdle_stage import CHANCE, LOG_CENTS, HurdleStage


def said(spark: SparkSession) -> DataFrame:
    rows = [("ann", 900.0, [0.75, 0.25], 8.0), ("kim", None, [0.5, 0.5], 3.0)]
    frame = spark.createDataFrame(
        rows, f"person_id string, value_cents double, chance array<double>, {LOG_CENTS} double"
    )
    return frame.withColumn(CHANCE, array_to_vector(F.col("chance")))


def test_a_saved_stage_gives_probability_times_amount(spark: SparkSession, tmp_path: Path) -> None:
    HurdleStage.of(1.2).save(str(tmp_path / "stage"))
    rows = {
        r["person_id"]: r["value_cents"]
        for r in HurdleStage.load(str(tmp_path / "stage")).transform(said(spark)).collect()
    }
    assert rows == {"ann": pytest.approx(0.25 * exp(8.0) * 1.2), "kim": None}
