"""A training day of churn up to its gates; the fit is that of test_train.py, a whole day that of app/test_real_data.py."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, step_of, store_rows
from pyspark.sql import SparkSession

from segspark.app.train import TRAIN
from segspark.models.churn import training
from segspark.models.churn.documents import CameBack
from segspark.models.churn.model import CHURN
from segspark.models.churn.training import train_on_day
from segspark.models.churn.training_set import choose_cuts
from segspark.models.model import Refused
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
    assert [r["person_id"] for r in training._of_permitting(step, rows).collect()] == ["ann"]


def test_who_ordered_after_a_window_without_an_order_came_back(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(tmp_path / "w")
    config = workspace.models.of(CHURN)
    step = step_of(TRAIN, workspace, SparkLake(workspace.lake, spark), DAY)
    cuts = choose_cuts(DAY, config)
    cut = max(cuts.train)
    end = cut + config.label_days * DAYS
    rows = [
        ("ann", cut, "train", 1), ("bob", cut, "train", 1), ("tim", cut, "train", 1),
        # Ordered in the window; of an earlier cut; of the validation.
        ("eve", cut, "train", 0), ("ann", min(cuts.train), "train", 1), ("bob", cuts.validate, "validate", 1),
    ]  # fmt: skip
    frozen = spark.createDataFrame(rows, "person_id string, cut_date date, role string, label int")
    last = [("ann", end), ("bob", end - 200 * DAYS), ("eve", end + DAYS)]
    today = spark.createDataFrame(last, "person_id string, last_order_date date")
    monkeypatch.setattr(step, "read_day", lambda table, day: today)
    assert training._read_came_back(step, frozen, cuts, config) == CameBack(cut, config.label_days, 3, 1)


@dataclass(frozen=True)
class Gate:
    name: str

    def __str__(self) -> str:
        return f"{self.name} is too small"


def test_a_closed_gate_is_told_and_nothing_is_fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Rows:
        def where(self, condition: Any) -> "Rows":
            return self

    written: list[Any] = []
    workspace = make_workspace(tmp_path / "w")
    step = step_of(TRAIN, workspace, SparkLake(workspace.lake, None), DAY)  # type: ignore[arg-type]
    for name in ("features_of_days", "with_derived", "label_churn", "_of_permitting", "freeze"):
        monkeypatch.setattr(training, name, lambda *_: "rows")
    monkeypatch.setattr(training, "train_churn", lambda *_: pytest.fail("fitted"))
    monkeypatch.setattr(training, "check_gates", lambda *_: [Gate("history"), Gate("people")])
    monkeypatch.setattr(training, "_read_first_order", lambda step: DAY)
    monkeypatch.setattr(training, "F", type("F", (), {"col": staticmethod(str)}))
    monkeypatch.setattr(step, "write", lambda table, rows, how: written.append((table.name, how.value)))
    monkeypatch.setattr(step, "read", lambda table: Rows())
    assert train_on_day(step, workspace.models.of(CHURN)) == Refused(
        "refused: history is too small; people is too small", ({"name": "history"}, {"name": "people"})
    )
    # The training set is kept all the same, under the id of what decides about it.
    ((table, dataset_id),) = written
    assert table == "gold.training_sets"
    assert len(dataset_id) == 24
