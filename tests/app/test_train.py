"""Which models a training day fits, and what it tells of each; whole trainings are those of sockets/test_model.py."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from builders import make_workspace, step_of, with_model

from segspark.app import train as app
from segspark.app.run import FLOWS
from segspark.app.train import TRAIN, TrainingFailed, check_trained
from segspark.config.models import Model as Section
from segspark.config.models import Workspace
from segspark.errors import EXIT_BUG, EXIT_GATE_CLOSED, ConfigError, GateClosed
from segspark.models import registry
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.model import Fitted, Model, Refused, Score
from segspark.models.promotion import GateResult
from segspark.models.propensity import challenger
from segspark.models.propensity.model import CHURN
from segspark.models.registry import MODELS
from segspark.models.value.model import VALUE
from segspark.pipeline.step import Step
from segspark.sockets import Socket
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 6)
SCORES = (
    "churn",
    "p_alive",
    "expected_orders",
    "value_cents",
    "days_to_order",
    "days_to_order_low",
    "days_to_order_high",
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def a_step(workspace: Workspace) -> Step:
    return step_of(TRAIN, workspace, SparkLake(workspace.lake, None), DAY)  # type: ignore[arg-type]


def with_schemes(workspace: Workspace, *schemes: str) -> Workspace:
    return workspace.model_copy(update={"segments": workspace.segments.model_copy(update={"schemes": schemes})})


@pytest.mark.parametrize(
    ("schemes", "behaviour"),
    [
        (("levels", "rules"), None),
        (("levels", "behaviour"), {"cluster", "is_far", *SCORES}),
        (("rare",), {"rare", "is_far", *SCORES}),
        (("rare", "behaviour"), {"rare", "cluster", "is_far", *SCORES}),
    ],
)
def test_groups_are_trained_where_a_scheme_wants_them_and_scores_always(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, schemes: tuple[str, ...], behaviour: set[str] | None
) -> None:
    asked: dict[str, Collection[str]] = {}

    def watched(model: Model[Any, Any]) -> Model[Any, Any]:
        def train(step: Step, wanted: Collection[str]) -> Refused:
            asked[model.name] = wanted
            return Refused("no")

        return replace(model, train=train)

    monkeypatch.setattr(registry, "MODELS", Socket("model", watched(BEHAVIOUR), watched(CHURN), watched(VALUE)))
    app.train(a_step(with_schemes(workspace, *schemes)))
    assert asked.pop("behaviour", None) == behaviour
    assert sorted(asked) == ["churn", "customer_value"]


@dataclass(frozen=True)
class Nothing:
    def to_files(self) -> dict[str, Any]:
        return {"features.json": {"features": []}}

    @classmethod
    def from_files(cls, files: Any) -> "Nothing":
        return cls()


def toy(name: str, train: Callable[..., Any]) -> Model[Any, Any]:
    return Model(name, Section, train, (Score(name),), Nothing)


def fitted(step: Step, wanted: Collection[str]) -> Fitted:
    versions: list[str] = step.outcome.setdefault("versions", [])
    return Fitted(
        "model", "sample", {}, {}, Nothing(), {}, {}, DAY, "auc", 0.5,  # type: ignore[arg-type]
        outcome={"auc": 0.5}, note="version {version} of {all}", when_registered=versions.append,
    )  # fmt: skip


def refused(step: Step, wanted: Collection[str]) -> Refused:
    return Refused("refused: too few", ({"code": "few", "values": {"n": 3}},))


def broken(step: Step, wanted: Collection[str]) -> Fitted:
    raise ZeroDivisionError("by zero")


def closed(step: Step, wanted: Collection[str]) -> Fitted:
    raise GateClosed("not yet")


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Models of the program out of the way, no registry, and what was shown."""
    shown: list[str] = []
    monkeypatch.setattr(registry, "MODELS", Socket("model"))
    monkeypatch.setattr(app, "log_model", lambda config, **told: "7")
    monkeypatch.setattr(
        app, "store_cards", lambda settings, model, version: shown_cards.append((model.name, version)) or {}
    )
    shown_cards.clear()
    monkeypatch.setattr(Step, "note", lambda step, text: shown.append(text))
    return shown


shown_cards: list[tuple[str, str]] = []


def test_a_registered_version_has_its_cards_stored_and_a_refusal_has_none(
    workspace: Workspace, notes: list[str]
) -> None:
    with registry.MODELS.added(toy("toy", fitted), toy("other", refused)):
        app.train(a_step(workspace))
    assert shown_cards == [("toy", "7")]


def test_a_card_that_cannot_be_made_is_told_and_does_not_fail_the_training(
    workspace: Workspace, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "store_cards", lambda settings, model, version: {version: KeyError("words")})
    step = a_step(workspace)
    with registry.MODELS.added(toy("toy", fitted)):
        app.train(step)
    said = "the card of version 7 cannot be made (KeyError: 'words')"
    assert step.outcome["toy"] == f"version 7 of {{all}}; {said}"
    assert (step.outcome["toy_card"], step.outcome["auc"]) == (said, 0.5)
    check_trained(step.outcome)
    (shown,) = notes
    assert shown.endswith("KeyError: 'words'\n")


def test_a_model_is_registered_and_what_it_tells_is_recorded(workspace: Workspace, notes: list[str]) -> None:
    step = a_step(workspace)
    with registry.MODELS.added(toy("toy", fitted)):
        app.train(step)
    assert step.outcome == {"toy": "version 7 of {all}", "auc": 0.5, "versions": ["small_toy/7"]}
    check_trained(step.outcome)


@pytest.mark.parametrize(
    ("params", "own", "expected"),
    [
        ({"label_days": 90}, None, 180),
        ({"label_days": "30", "other": 7}, None, 60),
        ({"label_days": 90}, 45, 45),
        # Groups look at no horizon.
        ({}, None, None),
        ({}, 0, 0),
    ],
)
def test_a_version_expires_twice_its_horizon_after_its_labels_unless_it_says_otherwise(
    params: dict[str, Any], own: int | None, expected: int | None
) -> None:
    model = Model("toy", Section, fitted, (Score("toy", horizon="label_days"), Score("plain")), Nothing)
    made = replace(fitted(SimpleNamespace(outcome={}), ()), params=params, expires_after_days=own)  # type: ignore[arg-type]
    assert app.expiry_of(model, made) == expected


def test_what_decides_on_a_model_is_handed_to_the_registry(
    workspace: Workspace, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {}

    def contested(step: Step, wanted: Collection[str]) -> Fitted:
        return replace(fitted(step, wanted), gates=(GATE,), contest=no_contest, expires_after_days=9)

    monkeypatch.setattr(app, "log_model", lambda config, **given: told.update(given) or "7")
    with registry.MODELS.added(toy("toy", contested)):
        app.train(a_step(workspace))
    assert (told["gates"], told["contest"], told["expires_after_days"]) == ((GATE,), no_contest, 9)


GATE = GateResult("lift", 1.4, 1.1, True)


def no_contest(loaded: object) -> None:
    """Of a version that cannot be scored any more."""


def test_what_a_model_lacks_ends_the_training_before_anything_is_fitted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train(step: Step, wanted: Collection[str]) -> Refused:
        pytest.fail("it was fitted")

    watched = replace(VALUE, train=train), replace(CHURN, train=train)
    monkeypatch.setattr(registry, "MODELS", Socket("model", *watched))
    monkeypatch.setattr(challenger, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"models\.churn\.challenger is xgboost.*pip install 'segspark\[xgboost\]'"):
        app.train(a_step(with_model(workspace, CHURN, challenger="xgboost")))


def test_a_refusal_is_an_outcome_with_its_reasons(workspace: Workspace, notes: list[str]) -> None:
    step = a_step(workspace)
    with registry.MODELS.added(toy("toy", refused), toy("other", fitted)):
        app.train(step)
    assert step.outcome["toy"] == "refused: too few"
    assert step.outcome["toy_refused"] == [{"code": "few", "values": {"n": 3}}]
    assert step.outcome["other"].startswith("version 7")
    check_trained(step.outcome)


def test_a_model_that_raises_is_recorded_and_ends_the_run_after_the_others(
    workspace: Workspace, notes: list[str]
) -> None:
    step = a_step(workspace)
    with registry.MODELS.added(toy("broken", broken), toy("toy", fitted)):
        app.train(step)
    assert step.outcome["broken"] == "failed: ZeroDivisionError: by zero"
    assert step.outcome["toy"].startswith("version 7")
    # A bug is shown with the place where it happened.
    (shown,) = notes
    assert 'raise ZeroDivisionError("by zero")' in shown
    with pytest.raises(TrainingFailed, match="broken: ZeroDivisionError: by zero") as caught:
        check_trained(step.outcome)
    assert caught.value.exit_code == EXIT_BUG


def test_an_error_with_an_exit_code_of_its_own_keeps_it(workspace: Workspace, notes: list[str]) -> None:
    step = a_step(workspace)
    with registry.MODELS.added(toy("closed", closed)):
        app.train(step)
    assert notes == []
    with pytest.raises(TrainingFailed) as caught:
        check_trained(step.outcome)
    assert caught.value.exit_code == EXIT_GATE_CLOSED


def test_the_flow_stands_among_the_flows_and_is_not_skipped() -> None:
    assert TRAIN in FLOWS
    assert not TRAIN.is_skipped_when_unchanged
    assert set(TRAIN.writes) == {"gold.training_sets", "gold.segment_migrations"}


def test_the_flow_looks_up_the_version_in_use_of_every_model() -> None:
    assert callable(TRAIN.needs)
    with MODELS.added(toy("toy", fitted)):
        assert [r.name for r in TRAIN.needs()] == [
            "catalogue", "behaviour_model", "churn_model", "engagement_churn_model", "customer_value_model", "send_hour_model",
            "toy_model", "own_models", "table_files",
        ]  # fmt: skip
