"""What people did in the window after their scores, as known on the day of the measurement."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.models.monitoring.labels import with_labels
from segspark.models.monitoring.record import Announced
from segspark.models.propensity.outcome import Window
from segspark.tables.contracts import gold

ONE = timedelta(days=1)
CUT = date(2026, 3, 2)
# [5 March, 9 March).
WINDOW = Window(4, 3)
TODAY = CUT + 20 * ONE


def labels(
    spark: SparkSession, tiles: list[Any], late: list[Any], is_absence: bool = False, measure: str = "n_order"
) -> dict[str, int]:
    """Label of ann, bob and eve, from orders as (who, day after the cut, n) and late ones with the day they were known."""
    frames = {
        gold.ACTIVITY_DAILY: spark.createDataFrame(
            [(who, CUT + day * ONE, n) for who, day, n in tiles], "person_id string, activity_date date, n_order long"
        ),
        gold.ACTIVITY_CORRECTIONS: spark.createDataFrame(
            [(who, CUT + day * ONE, n, CUT + known * ONE) for who, day, n, known in late],
            "person_id string, activity_date date, n_order long, applied_as_of date",
        ),
    }

    def read(table: Any, days: tuple[date, date]) -> DataFrame:
        column = table.partition_by[0]
        return frames[table].where(f"{column} >= date'{days[0]}' and {column} < date'{days[1]}'")

    view: Any = SimpleNamespace(read=read, as_of=TODAY)
    scored = spark.createDataFrame([("ann", 0.1), ("bob", 0.5), ("eve", 0.9)], "person_id string, value double")
    rows = with_labels(view, scored, Announced(measure, is_absence, WINDOW), CUT).collect()
    assert {row["person_id"]: row["value"] for row in rows} == {"ann": 0.1, "bob": 0.5, "eve": 0.9}
    return {row["person_id"]: row["label"] for row in rows}


def test_the_window_includes_its_first_day_and_not_its_end(spark: SparkSession) -> None:
    assert labels(spark, [("ann", 2, 1), ("bob", 3, 1), ("eve", 6, 1)], []) == {"ann": 0, "bob": 1, "eve": 1}
    assert labels(spark, [("ann", 7, 1)], []) == {"ann": 0, "bob": 0, "eve": 0}


def test_of_an_absence_it_is_the_other_way_round(spark: SparkSession) -> None:
    assert labels(spark, [("bob", 3, 1)], [], is_absence=True) == {"ann": 1, "bob": 0, "eve": 1}


def test_late_events_count_from_the_day_on_which_they_are_known(spark: SparkSession) -> None:
    assert labels(spark, [], [("ann", 4, 1, 20), ("bob", 4, 1, 21), ("eve", 7, 1, 10)]) == {
        "ann": 1,
        "bob": 0,
        "eve": 0,
    }


def test_what_was_taken_back_did_not_happen(spark: SparkSession) -> None:
    assert labels(spark, [("ann", 3, 1), ("bob", 3, 2)], [("ann", 3, -1, 9), ("bob", 3, -1, 9)])["ann"] == 0
    assert labels(spark, [("ann", 3, 1), ("bob", 3, 2)], [("ann", 3, -1, 9), ("bob", 3, -1, 9)])["bob"] == 1


@pytest.mark.parametrize("is_absence", [True, False])
def test_a_measure_that_was_never_written_never_happened(spark: SparkSession, is_absence: bool) -> None:
    assert set(labels(spark, [("ann", 3, 1)], [], is_absence, "n_dream").values()) == {int(is_absence)}
