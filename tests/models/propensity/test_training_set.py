"""Labels: what is learnt from lies before what is checked, and nobody's future is a feature."""

from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
from pyspark.sql import SparkSession

from segspark.features.engine.kernel import Outcome, with_outcome
from segspark.models.propensity.cuts import Cuts
from segspark.models.propensity.inputs import Input
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.propensity.training_set import freeze, label_people

A = date(2026, 6, 1)


def test_the_outcome_is_what_was_bought_within_the_label_window_as_known() -> None:
    def day(n: int) -> date:
        return A + timedelta(days=n)

    ann, bob = "a" * 32, "b" * 32
    # (person, day, known on, orders): the last is taken back later, too late to be known.
    said = [(ann, 0, 1, 1), (ann, 90, 91, 5), (bob, -1, 0, 3), (bob, 89, 90, 2), (bob, 89, 200, -2)]
    activity = pa.table(
        {
            "person_id": [r[0] for r in said],
            "activity_date": pa.array([day(r[1]) for r in said], pa.date32()),
            "applied_as_of": pa.array([day(r[2]) for r in said], pa.date32()),
            "n_order": pa.array([r[3] for r in said], pa.int64()),
        }
    )
    features = pa.table(
        {"person_id": [ann, bob, ann, bob], "as_of_date": pa.array([A, A, day(1), day(1)], pa.date32())}
    )
    found = with_outcome(features, activity, Outcome("after", "n_order", 90, day(120)))
    assert found["after"].to_pylist() == [1, 2, 5, 2]
    # The days of a gap do not count, and the window is as long as without it.
    later = with_outcome(features, activity, Outcome("after", "n_order", 90, day(120), gap=1))
    assert later["after"].to_pylist() == [5, 2, 5, 2]


CUTS = Cuts((date(2026, 1, 1),), date(2026, 4, 1), (date(2026, 3, 1),))
COLUMNS = "person_id string, as_of_date date, days_since_order int, n_after int"


def test_labels_are_of_the_population_only(spark: SparkSession) -> None:
    rows = [
        ("ann", date(2026, 1, 1), 31, 0),
        ("ann", date(2026, 3, 1), 90, 2),
        ("ann", date(2026, 4, 1), 121, 2),
        ("bob", date(2026, 4, 1), 366, 1),
        ("eve", date(2026, 4, 1), None, 0),
        # Given back what was ordered later than it was: nothing is left of it.
        ("kim", date(2026, 4, 1), 365, -1),
    ]
    features = spark.createDataFrame(rows, COLUMNS)
    found = label_people(features, CUTS.roles, NO_ORDER, 365).select("person_id", "cut_date", "role", "label").collect()
    assert sorted(map(tuple, found)) == [
        ("ann", date(2026, 1, 1), "train", 1),
        ("ann", date(2026, 3, 1), "recent", 0),
        ("ann", date(2026, 4, 1), "validate", 0),
        ("kim", date(2026, 4, 1), "validate", 1),
    ]


def test_what_is_done_may_be_the_outcome_too(spark: SparkSession) -> None:
    features = spark.createDataFrame([("ann", date(2026, 1, 1), 1, 0), ("bob", date(2026, 1, 1), 1, 3)], COLUMNS)
    cuts = Cuts((date(2026, 1, 1),), date(2026, 4, 1))
    rows = label_people(features, cuts.roles, replace(NO_ORDER, is_absence=False), 365).collect()
    assert {r["person_id"]: r["label"] for r in rows} == {"ann": 0, "bob": 1}


def test_a_frozen_row_holds_the_values_in_their_order_and_what_is_missing_may_be_filled(spark: SparkSession) -> None:
    frame = spark.createDataFrame(
        [("ann", A, "train", 1, None, 30)],
        "person_id string, cut_date date, role string, label int, n_click_30d int, days_since_order int",
    )
    inputs = (Input("n_click_30d", 7.0), Input("half", 9.0, "days_since_order / 2", ("days_since_order",)))
    filled = [i.expression for i in inputs]
    assert freeze(frame, filled, "set").collect()[0]["values"] == [7.0, 15.0]
    assert freeze(frame, [i.unfilled for i in inputs], "set").collect()[0]["values"] == [None, 15.0]
