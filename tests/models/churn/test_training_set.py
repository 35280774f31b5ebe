"""Cuts and labels: what is learnt from lies before what is checked, and nobody's future is a feature."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from segspark.features.engine.kernel import Outcome, with_outcome
from segspark.models.churn.config import Churn
from segspark.models.churn.training_set import Cuts, choose_cuts, freeze, label_churn

A = date(2026, 6, 1)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 200), st.integers(1, 6), st.integers(1, 120))
def test_no_day_serves_both_training_and_validation(as_of: date, label: int, n: int, step: int) -> None:
    cuts = choose_cuts(as_of, Churn(label_days=label, n_training_cuts=n, cut_step_days=step))
    assert cuts.validate + timedelta(days=label) == as_of
    assert all(cut + timedelta(days=label) <= cuts.validate for cut in cuts.train)
    assert len(set(cuts.train)) == n


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


def test_labels_are_of_buyers_of_the_window_only(spark: SparkSession) -> None:
    cuts = Cuts((date(2026, 1, 1),), date(2026, 4, 1))
    rows = [
        ("ann", date(2026, 1, 1), date(2025, 12, 1), 0),
        ("ann", date(2026, 4, 1), date(2025, 12, 1), 2),
        ("bob", date(2026, 4, 1), date(2024, 3, 1), 1),
        ("eve", date(2026, 4, 1), None, 0),
    ]
    features = spark.createDataFrame(rows, "person_id string, as_of_date date, last_order_date date, n_order_after int")
    found = label_churn(features, cuts, Churn()).select("person_id", "cut_date", "role", "label").collect()
    assert sorted(map(tuple, found)) == [
        ("ann", date(2026, 1, 1), "train", 1),
        ("ann", date(2026, 4, 1), "validate", 0),
    ]


def test_a_frozen_row_holds_the_inputs_in_their_order_with_what_is_missing_filled(spark: SparkSession) -> None:
    frame = spark.createDataFrame(
        [("ann", A, "train", 1, None, 30, 60.0)],
        "person_id string, cut_date date, role string, label int, n_click_30d int, days_since_order int, "
        "days_between_orders double",
    )
    frozen = freeze(frame, {"n_click_30d": 0.0, "overdue": 9.0}, "set").collect()[0]
    assert frozen["values"] == [0.0, 0.5]
    assert (frozen["dataset_id"], frozen["label"]) == ("set", 1)
