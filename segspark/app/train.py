"""Train the models of a day: each fitted on what was known, logged and registered; one does not stop another."""

import traceback
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any

from segspark.errors import EXIT_BUG, SegsparkError
from segspark.features.resources import CATALOGUE
from segspark.models.artifact_places import check_place
from segspark.models.columns import column_models
from segspark.models.model import Fitted, Model, Refused
from segspark.models.registered import registered_name
from segspark.models.registry import MODELS, models_of
from segspark.models.resources import OWN_MODELS, models_in_use
from segspark.models.table.model import TABLE_FILES
from segspark.models.tracking import log_model
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.reports.card.made import store_cards, without_card
from segspark.segments.definitions import Definitions
from segspark.segments.schemes.registry import active_schemes
from segspark.segments.schemes.scheme import SchemeContext

FAILED = "failed_models"


class TrainingFailed(SegsparkError):
    """Models that raised an error, while the others were registered."""

    def __init__(self, failures: Mapping[str, Mapping[str, Any]]) -> None:
        text = "; ".join(f"{name}: {failure['error']}" for name, failure in failures.items())
        super().__init__(f"Training failed for {text}. Other models are trained and registered all the same.")
        self.exit_code = max(failure["exit_code"] for failure in failures.values())


def train(step: Step) -> None:
    """Fit every model that something uses.

    A refusal is an outcome. A model that raises is recorded as failed, and ``check_trained`` ends the run with it.

    Raises:
        ConfigError: MLflow would write models elsewhere than the workspace says, or a model asks for what is not installed.
    """
    check_place(step.settings.mlflow)
    wanted = wanted_columns(step)
    models = [m for m in models_of(step.settings.models) if _is_asked_for(m, step, wanted)]
    for model in models:
        model.check(step.settings.models.of(model))
    # Those that give scores take longest, so they begin first.
    models.sort(key=lambda model: not model.scores)
    # Run in parallel, because a fit is many small jobs in sequence and does not use the whole machine.
    # Before the models are trained in threads: scikit-learn looks whether a value is Polars', and fails where MLflow, in
    # another thread, is still importing it.
    import_module("mlflow.data")
    results = step.beside(*[partial(_train_one, step, model, wanted) for model in models])
    for result in results:
        step.outcome.update(result.values)
    step.outcome.update({model.name: result.note for model, result in zip(models, results, strict=True)})
    failures = {model.name: result.failure for model, result in zip(models, results, strict=True) if result.failure}
    if failures:
        step.outcome[FAILED] = failures


def _is_asked_for(model: Model[Any, Any], step: Step, wanted: Collection[str]) -> bool:
    """Whether a model is fitted: if it was named, else if something uses it and its section does not turn it off."""
    if step.request.names:
        return model.name in step.request.names
    is_used = any(output.column in wanted for output in model.outputs)
    return is_used and model.is_trained(step.settings.models.of(model))


def wanted_columns(step: Step) -> Collection[str]:
    """The outputs of models that something uses: scores are always stored, any condition may use the columns that a model
    adds to people, and the other columns are used by schemes."""
    from pyspark.sql import functions as F

    models = models_of(step.settings.models)
    given = {output.column for model in models for output in model.outputs}
    always = {score.column for model in models for score in model.scores}
    always |= {output.column for model in column_models() for output in model.outputs}
    context = SchemeContext(step, Definitions(), F)
    schemes = active_schemes(step.settings.segments)
    used = {value for scheme in schemes for value in (*scheme.values(context), *scheme.asks)}
    return always | given & used


def check_trained(outcome: Mapping[str, Any]) -> None:
    """Look at the recorded outcome of a training.

    Raises:
        TrainingFailed: some models failed.
    """
    if outcome.get(FAILED):
        raise TrainingFailed(outcome[FAILED])


@dataclass(frozen=True)
class Result:
    """What a training gives the record of the run.

    Attributes:
        note: a sentence.
        failure: the error and its exit code; empty without one.
    """

    note: str
    values: Mapping[str, Any] = field(default_factory=dict)
    failure: Mapping[str, Any] = field(default_factory=dict)


def _train_one(step: Step, model: Model[Any, Any], wanted: Collection[str]) -> Result:
    with step.stage(model.name) as report:
        try:
            result = _fitted(step, model, wanted)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            exit_code = error.exit_code if isinstance(error, SegsparkError) else EXIT_BUG
            if exit_code == EXIT_BUG:
                step.note(traceback.format_exc())
            result = Result(f"failed: {text}", failure={"error": text, "exit_code": exit_code})
        report.note = result.note
    return result


def _fitted(step: Step, model: Model[Any, Any], wanted: Collection[str]) -> Result:
    """The fit, which is registered unless it is refused."""
    result = model.train(step, wanted)
    if isinstance(result, Refused):
        return Result(result.note, {f"{model.name}_refused": list(result.reasons)} if result.reasons else {})
    name = registered_name(step.settings.name, model)
    version = _registered(step, name, model, result)
    result.when_registered(f"{name}/{version}")
    note = result.note.replace("{version}", version)
    failures = store_cards(step.settings, model, version)
    if not failures:
        return Result(note, result.outcome)
    # The version stands and is used, so the training has not failed; the card can be made when its error is mended.
    for error in failures.values():
        step.note("".join(traceback.format_exception(error)))
    said = without_card(failures)
    return Result(f"{note}; {said}", {**result.outcome, f"{model.name}_card": said})


def expiry_of(model: Model[Any, Any], fitted: Fitted) -> int | None:
    """Days after the label window from which a version is not used any more: what the model says, else twice the
    longest horizon of its scores; None without one."""
    if fitted.expires_after_days is not None:
        return fitted.expires_after_days
    horizons = [int(fitted.params[score.horizon]) for score in model.scores if score.horizon in fitted.params]
    return 2 * max(horizons) if horizons else None


def _registered(step: Step, name: str, model: Model[Any, Any], fitted: Fitted) -> str:
    """The new version."""
    return log_model(
        step.settings.mlflow,
        name=name,
        model=fitted.model,
        sample=fitted.sample,
        params=fitted.params,
        metrics=fitted.metrics,
        documents=fitted.documents.to_files(),
        figures=fitted.files,
        data_versions=fitted.data_versions,
        as_of=step.as_of,
        label_end=fitted.label_end,
        ranks_by=fitted.ranks_by,
        ranking=fitted.ranking,
        allow_champion=fitted.allow_champion,
        gates=fitted.gates,
        contest=fitted.contest,
        expires_after_days=expiry_of(model, fitted),
    )


TRAIN = Flow(
    name="train",
    reads=(
        "gold.features", "gold.activity_daily", "gold.activity_corrections", "gold.activity_items", "silver.profiles",
        "silver.identity_links", "silver.consents", "silver.events",
    ),
    writes=("gold.training_sets", "gold.segment_migrations"),
    function=train,
    needs=lambda: (CATALOGUE, *models_in_use(MODELS.all()), OWN_MODELS, TABLE_FILES),
)  # fmt: skip
