"""Train the models of a day, behaviour groups and churn: fit on what was known, log, register."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from pyspark.sql import functions as F

from segspark.features.compute import features_of_days
from segspark.features.engine.windows import with_derived
from segspark.features.resources import CATALOGUE
from segspark.ids import identity
from segspark.models.churn.inputs import choose_inputs, columns_of
from segspark.models.churn.model import CHURN
from segspark.models.churn.train import ChurnModel, check_gates, train_churn
from segspark.models.churn.training_set import Cuts, choose_cuts, freeze, label_churn, orders_after
from segspark.models.clustering.training import train_groups
from segspark.models.figures import churn_figures
from segspark.models.resources import BEHAVIOUR_MODEL
from segspark.models.tracking import log_model
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Frame, ReplaceKey
from segspark.tables.contracts import gold
from segspark.tables.contracts.catalogue import BY_NAME


def train(step: Step) -> None:
    """Fit both models as of the day; a refusal is an outcome, not an error."""
    models: dict[str, Callable[[Step], str]] = {"churn": _train_churn}
    if {"behaviour", "rare"} & set(step.settings.segments.schemes):
        models["behaviour"] = lambda step: train_groups(step, step.context[BEHAVIOUR_MODEL])
    # Run in parallel, because a fit is many small jobs in sequence and does not use the whole machine.
    notes = step.beside(*[partial(_timed, step, name, fit) for name, fit in models.items()])
    step.outcome.update(zip(models, notes, strict=True))


def _timed(step: Step, name: str, fit: Callable[[Step], str]) -> str:
    with step.stage(name) as report:
        note = report.note = fit(step)
    return note


def _versions(step: Step, rows: dict[str, int]) -> dict[str, dict[str, Any]]:
    return {name: {"version": step.facts(BY_NAME[name]).version, "rows": n} for name, n in rows.items()}


# Churn --------------------------------------------------------------------------------------------------------


def _train_churn(step: Step) -> str:
    config = step.settings.models.of(CHURN)
    cuts = choose_cuts(step.as_of, config)
    catalogue = step.context[CATALOGUE]
    inputs = choose_inputs([*(c.name for c in catalogue.stored_columns()), *(d.name for d in catalogue.derived)])
    looked_at = catalogue.narrowed({*columns_of(inputs), "last_order_date"})
    after = orders_after(cuts, config, step.as_of)
    features = with_derived(features_of_days(step, cuts.all, looked_at, after), looked_at)
    version = step.facts(gold.ACTIVITY_DAILY).version
    dataset_id = identity("churn", step.as_of, cuts.all, inputs, catalogue.hash, version)
    frozen = freeze(label_churn(features, cuts, config), inputs, dataset_id)
    step.write(gold.TRAINING_SETS, Frame(frozen), ReplaceKey(dataset_id))
    rows = step.read(gold.TRAINING_SETS).where(F.col("dataset_id") == dataset_id)
    gates = check_gates(rows, _read_first_order(step), cuts, config)
    if gates:
        step.outcome["churn_refused"] = [asdict(gate) for gate in gates]
        return "refused: " + "; ".join(map(str, gates))
    return _log_churn(step, train_churn(rows, inputs, cuts, config), dataset_id)


def _read_first_order(step: Step) -> date | None:
    """The day of the first order that anybody is known to have made; one row."""
    today = step.read_day(gold.FEATURES, step.as_of)
    first: date | None = today.agg(F.min("first_order_date").alias("first")).collect()[0]["first"]
    return first


def _log_churn(step: Step, result: ChurnModel, dataset_id: str) -> str:
    config = step.settings.models.of(CHURN)
    ours, recency = result.evaluation, result.baseline
    people = with_derived(
        step.read_day(gold.FEATURES, step.as_of), step.context[CATALOGUE].narrowed(columns_of(result.inputs))
    )
    have = [n for n in result.inputs if n in people.columns]
    version = log_model(
        step.settings.mlflow,
        name=f"{step.settings.name}_churn",
        model=result.model,
        sample=people.select(*have),
        params={
            **config.model_dump(mode="json"),
            "dataset_id": dataset_id,
            "training_cuts": ", ".join(map(str, result.cuts.train)),
            "validation_cut": result.cuts.validate,
        },
        metrics={
            **ours.metrics(),
            **{f"recency_{k}": v for k, v in recency.metrics().items()},
            "n_train": float(result.n_train),
        },
        documents={
            "evaluation.json": {
                "model": ours.as_dict(),
                "recency": recency.as_dict(),
                "importances": result.importances,
                "cuts": _said(result.cuts),
                "n_train": result.n_train,
            },
            "features.json": {"features": list(result.inputs), "fill": result.inputs},
        },
        figures=churn_figures(ours, recency),
        data_versions=_versions(step, {"gold.training_sets": result.n_train + ours.n}),
        as_of=step.as_of,
        label_end=result.label_end,
        ranks_by="pr_auc",
        ranking=ours.pr_auc,
        allow_champion=result.is_worth_it,
    )
    step.outcome["churn_metrics"] = {
        "roc_auc": round(ours.roc_auc, 4),
        "recency_roc_auc": round(recency.roc_auc, 4),
        "pr_auc": round(ours.pr_auc, 4),
        "recency_pr_auc": round(recency.pr_auc, 4),
    }
    return (
        f"version {version}: ROC-AUC {ours.roc_auc:.3f} (recency alone {recency.roc_auc:.3f}), "
        f"PR-AUC {ours.pr_auc:.3f} ({recency.pr_auc:.3f}, base rate {ours.base_rate:.3f}), "
        f"lift {ours.top_decile_lift:.2f}, Brier {ours.brier:.3f} ({recency.brier:.3f})"
    )


def _said(cuts: Cuts) -> dict[str, Any]:
    return {"train": [d.isoformat() for d in cuts.train], "validate": cuts.validate.isoformat()}


TRAIN = Flow(
    name="train",
    reads=(
        "gold.features", "gold.activity_daily", "gold.activity_corrections", "gold.activity_items", "silver.profiles",
        "silver.identity_links", "silver.consents",
    ),
    writes=("gold.training_sets", "gold.segment_migrations"),
    function=train,
    needs=(CATALOGUE, BEHAVIOUR_MODEL),
)  # fmt: skip
