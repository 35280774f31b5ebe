"""A training day of churn up to its gates; the fit is that of test_train.py, a whole day that of app/test_real_data.py."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, step_of

from segspark.app.train import TRAIN
from segspark.models.churn import training
from segspark.models.churn.model import CHURN
from segspark.models.churn.training import train_on_day
from segspark.models.model import Refused
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 6)


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
    for name in ("features_of_days", "with_derived", "label_churn", "freeze"):
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
