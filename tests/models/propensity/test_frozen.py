"""Whose rows a training set has: those who permit profiling by the newest records."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from builders import make_workspace, step_of, store_rows
from pyspark.sql import SparkSession

from segspark.app.train import TRAIN
from segspark.models.propensity import frozen
from segspark.models.propensity.data_gates import Count
from segspark.tables.contracts import silver
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 6)
DAYS = timedelta(days=1)
NAMES = ("ann", "bob", "eve")


def test_who_has_withdrawn_is_in_no_training_set_also_of_an_earlier_day(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    store_rows(lake, silver.IDENTITY_LINKS, *[
        {"identifier_id": f"id of {who}", "person_id": who, "is_anonymous": False, "known_as_of": date(2026, 1, 1)}
        for who in NAMES
    ])  # fmt: skip
    # Bob withdrew after the day that the models are trained as of, and eve before it; nobody asked ann.
    for who, day in (("bob", date(2026, 5, 20)), ("eve", date(2026, 5, 1))):
        at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        store_rows(lake, silver.CONSENTS, {
            "identifier_id": f"id of {who}", "purpose": "profiling", "value": "withdrawn", "topic": None,
            "effective_at": at, "recorded_at": at, "known_as_of": day + DAYS,
        })  # fmt: skip
    step = step_of(TRAIN, workspace, lake, DAY)
    rows = spark.createDataFrame([(who,) for who in NAMES], "person_id string")
    assert [r["person_id"] for r in frozen.of_permitting(step, rows).collect()] == ["ann"]


def test_people_at_several_cuts_count_once(spark: SparkSession) -> None:
    first, second, third = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
    rows = [
        ("ann", first, "train", 1), ("ann", second, "train", 0), ("bob", first, "train", 1), ("bob", second, "train", 1),
        ("eve", third, "recent", 1),
    ]  # fmt: skip
    frame = spark.createDataFrame(rows, "person_id string, cut_date date, role string, label int")
    by_cut, counts = frozen._read_counts(frame)
    assert [(c.cut, c.role, c.n, c.n_label) for c in by_cut] == [
        (first, "train", 2, 2), (second, "train", 2, 1), (third, "recent", 1, 1),
    ]  # fmt: skip
    assert counts == {"train": Count(2, 2, 1), "validate": Count(0, 0, 0)}
