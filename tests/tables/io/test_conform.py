"""Frames take the shape of their contract, or are refused."""

import pytest
from pyspark.sql import SparkSession
from tables.io.toy_tables import BOXES, VISITS

from segspark.errors import CheckFailed
from segspark.tables.io.conform import conform, schema_of


def test_columns_are_ordered_cast_and_filled_with_nulls(spark: SparkSession) -> None:
    given = spark.createDataFrame([("a", 1, "x")], "box string, n int, more string").select("more", "n", "box")
    assert conform(BOXES, given).schema.simpleString() == "struct<box:string,n:bigint>"
    assert [r.asDict() for r in conform(BOXES, given.drop("n")).collect()] == [{"box": "a", "n": None}]


def test_a_frame_in_shape_is_taken_as_it_is(spark: SparkSession) -> None:
    frame = spark.createDataFrame([], schema_of(BOXES))
    assert conform(BOXES, frame) is frame


def test_a_frame_without_a_required_column_is_refused(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("a", "x")], "person_id string, site string")
    with pytest.raises(
        CheckFailed, match=r"silver\.visits needs \['visit_date'\]; the frame has \['person_id', 'site'\]"
    ):
        conform(VISITS, frame)
