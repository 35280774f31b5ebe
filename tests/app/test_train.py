"""Which models a training day fits and what it tells; whole trainings are those of models/ and of real data."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, step_of

from segspark.app import train as app
from segspark.app.run import FLOWS
from segspark.app.train import TRAIN
from segspark.config.models import Workspace
from segspark.models.churn.model import CHURN
from segspark.models.churn.training_set import choose_cuts
from segspark.models.resources import BEHAVIOUR_MODEL
from segspark.pipeline.step import Step
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 6)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def a_step(workspace: Workspace) -> Step:
    return step_of(TRAIN, workspace, SparkLake(workspace.lake, None), DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("schemes", "models"),
    [
        (("levels", "rules"), ["churn"]),
        (("levels", "behaviour"), ["churn", "behaviour"]),
        (("rare",), ["churn", "behaviour"]),
    ],
)
def test_groups_are_trained_where_a_scheme_wants_them_and_churn_always(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, schemes: tuple[str, ...], models: list[str]
) -> None:
    monkeypatch.setattr(app, "_train_churn", lambda step: "refused: too few people")
    monkeypatch.setattr(app, "train_groups", lambda step, before: f"version 2 after {before}")
    step = a_step(workspace.model_copy(update={"segments": workspace.segments.model_copy(update={"schemes": schemes})}))
    step.context._values[BEHAVIOUR_MODEL] = "version 1"
    app.train(step)
    # A refusal is an outcome, and the other model is trained all the same.
    notes = {"churn": "refused: too few people", "behaviour": "version 2 after version 1"}
    assert step.outcome == {name: notes[name] for name in models}


@dataclass(frozen=True)
class Gate:
    name: str

    def __str__(self) -> str:
        return f"{self.name} is too small"


def test_a_closed_gate_is_told_and_nothing_is_fitted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    class Rows:
        def where(self, condition: Any) -> "Rows":
            return self

    written: list[Any] = []
    step = a_step(workspace)
    for name in ("features_of_days", "with_derived", "label_churn", "freeze", "train_churn"):
        monkeypatch.setattr(app, name, lambda *_, name=name: "rows" if name != "train_churn" else pytest.fail("fitted"))
    monkeypatch.setattr(app, "check_gates", lambda *_: [Gate("history"), Gate("people")])
    monkeypatch.setattr(app, "_read_first_order", lambda step: DAY)
    monkeypatch.setattr(app, "F", type("F", (), {"col": staticmethod(str)}))
    monkeypatch.setattr(step, "write", lambda table, rows, how: written.append((table.name, how.value)))
    monkeypatch.setattr(step, "read", lambda table: Rows())
    assert app._train_churn(step) == "refused: history is too small; people is too small"
    assert step.outcome["churn_refused"] == [{"name": "history"}, {"name": "people"}]
    # The training set is kept all the same, under the id of what decides about it.
    ((table, dataset_id),) = written
    assert table == "gold.training_sets"
    assert len(dataset_id) == 24


def test_cuts_are_told_as_days(workspace: Workspace) -> None:
    cuts = choose_cuts(DAY, workspace.models.of(CHURN))
    told = app._said(cuts)
    assert told["validate"] == cuts.validate.isoformat()
    assert told["train"] == [d.isoformat() for d in cuts.train]


def test_the_flow_stands_among_the_flows_and_is_not_skipped() -> None:
    assert TRAIN in FLOWS
    assert not TRAIN.is_skipped_when_unchanged
    assert set(TRAIN.writes) == {"gold.training_sets", "gold.segment_migrations"}
