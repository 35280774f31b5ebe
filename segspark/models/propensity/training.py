"""Training on a day: the frozen training set, the gates, the fits, and what is recorded of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.sql import functions as F

from segspark.models.evaluate.drift import drifts
from segspark.models.evaluate.evaluation import Evaluation
from segspark.models.evaluate.judge import judge
from segspark.models.evaluate.ranking import bins_of, evaluate
from segspark.models.evaluate.thresholds import thresholds
from segspark.models.figures import churn_figures
from segspark.models.model import Fitted, Refused
from segspark.models.promotion import GateResult
from segspark.models.propensity.attributes import ATTRIBUTES
from segspark.models.propensity.baselines import baselines_of, fit_baselines
from segspark.models.propensity.challenger_contest import challenger_contest
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.contest import BLENDS, Entrant, contest
from segspark.models.propensity.cuts import Cuts, choose_cuts, cuts_among
from segspark.models.propensity.data_gates import Lack, history_lacks, people_lacks
from segspark.models.propensity.documents import CameBack, PropensityDocuments, Review
from segspark.models.propensity.fit import pipeline
from segspark.models.propensity.fits import Fits, fit_all, scored_at, scorer
from segspark.models.propensity.frozen import Frozen, store_training_set
from segspark.models.propensity.gates import gates_of
from segspark.models.propensity.inputs import CALENDAR
from segspark.models.propensity.judged import check_leaks, read_past
from segspark.models.propensity.learning import learning_curve
from segspark.models.propensity.outcome import Outcome, Window
from segspark.models.propensity.parts import read_parts
from segspark.models.propensity.reasons import mean_effects, with_other
from segspark.models.propensity.reference_people import reference_of
from segspark.models.propensity.slices import slices
from segspark.models.propensity.trees_contest import TreesContest
from segspark.models.shapley.gbt import from_model
from segspark.models.shapley.leaf_tables import LeafTables
from segspark.pipeline.step import Step
from segspark.tables.contracts import gold, silver


def train_on_day(step: Step, outcome: Outcome, config: Propensity) -> Fitted | Refused:
    """Fit the model as of the step's day, on the training set that it stores, unless the data do not suffice.

    Raises:
        CheckFailed: an input knows the label.
    """
    window = Window(config.label_days, config.gap_days)
    first = _read_first_day(step, outcome)
    cuts = _cuts(step, outcome, config, window, first)
    if cuts is None:
        return _refused([Lack.of("few_days", days=window.days)])
    lacks = history_lacks(first, cuts, config)
    if lacks or first is None:
        return _refused(lacks)
    frozen = store_training_set(step, outcome, config, window, cuts, first)
    lacks = people_lacks(frozen.counts, config)
    return _refused(lacks) if lacks else _fitted(step, outcome, config, window, frozen)


def _refused(lacks: list[Lack]) -> Refused:
    reasons = tuple({"code": lack.code, "values": dict(lack.values)} for lack in lacks)
    return Refused("refused: " + "; ".join(map(str, lacks)), reasons)


def _read_first_day(step: Step, outcome: Outcome) -> date | None:
    """The first day on which anybody did what is predicted; one row."""
    tiles = step.read(gold.ACTIVITY_DAILY)
    if outcome.measure not in tiles.columns:
        return None
    found = tiles.where(F.col(outcome.measure) > 0).agg(F.min("activity_date").alias("first"))
    first: date | None = found.collect()[0]["first"]
    return first


def _cuts(step: Step, outcome: Outcome, config: Propensity, window: Window, first: date | None) -> Cuts | None:
    n_most, step_days = config.n_training_cuts, config.cut_step_days
    if not outcome.after:
        return choose_cuts(step.as_of, window, n_most, step_days, first, config.min_history_days)
    return cuts_among(_read_days_of(step, outcome.after, config.min_class), step.as_of, window, n_most)


def _read_days_of(step: Step, measure: str, least: int) -> list[date]:
    """The days on which something happened to enough people; a row per day of the history at most."""
    tiles = step.read(gold.ACTIVITY_DAILY)
    days = tiles.where(F.col(measure) > 0).groupBy("activity_date").agg(F.count(F.lit(1)).alias("n"))
    return [row["activity_date"] for row in days.where(F.col("n") >= least).collect()]


def _fitted(step: Step, outcome: Outcome, config: Propensity, window: Window, frozen: Frozen) -> Fitted:
    cuts, inputs = frozen.cuts, frozen.inputs
    names = tuple(i.name for i in inputs)
    known = read_past(frozen.rows.where("role = 'train'"), frozen.all_inputs, frozen.of(cuts.train))
    past = known.sample
    check_leaks(outcome.name, config.max_input_auc, past, inputs)
    baselines = fit_baselines(past, baselines_of(outcome, config.label_days))
    other = next((name for name, fit in baselines.items() if fit.sql), "")
    simpler = baselines.get(other)
    fits = fit_all(frozen, window, config, simpler)
    challenger = challenger_contest(step, frozen, window, config, simpler, fits.announced)
    announced, blend = fits.announced, fits.announcement.blend
    judged, y = announced.judged.sample, announced.judged.y
    other = other if blend else ""
    simple = {name: fit.predict(judged) for name, fit in baselines.items()}
    published = scored_at(frozen, cuts.validate, scorer(fits.published), baselines.get(other))
    judgement = judge(announced.p, y, simple, announced.how)
    gates = gates_of(judgement, config)
    ours = evaluate(bins_of(announced.p, y))
    recency = evaluate(bins_of(simple["recency"], y)) if "recency" in simple else ours
    review = Review(
        judgement,
        gates,
        thresholds(announced.p, y, config.cost_false, config.cost_missed),
        slices(judged.columns, announced.p, y, read_parts(step, frozen, config.active_days)),
        fits.announcement.calibration,
        fits.published.n_trees,
        frozen.by_cut,
        learning_curve(known, announced.judged, names, config) if config.learning_curve else (),
        drifts(past.columns, judged.columns, {*CALENDAR, *(i.name for i in frozen.beside)}),
        blend,
        other,
        challenger,
    )
    documents = PropensityDocuments(
        ours,
        recency,
        _importances(frozen, fits, other),
        cuts.train,
        cuts.validate,
        fits.published.n_rows,
        {i.name: i.fill for i in inputs},
        _read_came_back(step, frozen, window, outcome.last) if outcome.is_absence and outcome.last else None,
        review,
        reference_of(outcome, inputs, published.sample, fits.announcement.of(published)),
    )
    closed = [gate for gate in gates if not gate.is_open]
    params = {
        **_params(outcome, config, frozen, fits),
        BLENDS: other,
        "blend": json.dumps(asdict(blend)) if blend else "",
    }
    return Fitted(
        model=_pipeline(frozen, fits, baselines[other].sql if blend else ""),
        sample=step.read_day(gold.FEATURES, step.as_of).limit(0),
        params=params,
        metrics={
            **ours.metrics(),
            **{f"recency_{k}": v for k, v in recency.metrics().items()},
            **judgement.metrics(),
            "n_train": float(fits.published.n_rows),
            "n_trees": float(fits.published.n_trees),
            **(challenger.metrics if challenger else {}),
        },
        documents=documents,
        files=churn_figures(ours, recency),
        data_versions=_data_versions(step, frozen),
        label_end=window.end(cuts.validate),
        ranks_by="pr_auc",
        ranking=ours.pr_auc,
        gates=gates,
        contest=partial(
            contest,
            Entrant(
                frozen,
                announced.judged,
                window,
                config,
                {key: str(value) for key, value in params.items()},
                step.settings.mlflow,
            ),
        ),
        expires_after_days=config.expires_days,
        outcome={
            f"{outcome.name}_metrics": {
                "roc_auc": round(ours.roc_auc, 4),
                "recency_roc_auc": round(recency.roc_auc, 4),
                "pr_auc": round(ours.pr_auc, 4),
                "recency_pr_auc": round(recency.pr_auc, 4),
                "log_loss": round(judgement.log_loss.value, 4),
                "calibration_excess": round(judgement.calibration.excess, 4),
            },
            **({f"{outcome.name}_refused": [gate.as_reason() for gate in closed]} if closed else {}),
        },
        note=_note(ours, recency, closed, challenger),
    )


def _note(ours: Evaluation, recency: Evaluation, closed: list[GateResult], challenger: TreesContest | None) -> str:
    ranks = (
        f"version {{version}}: ROC-AUC {ours.roc_auc:.3f} (recency alone {recency.roc_auc:.3f}), "
        f"PR-AUC {ours.pr_auc:.3f} ({recency.pr_auc:.3f}, base rate {ours.base_rate:.3f}), "
        f"lift of the rarer outcome {ours.rarer_lift:.2f}, Brier {ours.brier:.3f} ({recency.brier:.3f})"
    )
    if challenger is not None:
        ranks += f"; {challenger.note}"
    shut = "; ".join(f"{gate.code} {gate.value:.3f} against {gate.bound:.3f}" for gate in closed)
    return f"{ranks}; not used, closed gates: {shut}" if shut else ranks


def _pipeline(frozen: Frozen, fits: Fits, other: str) -> PipelineModel:
    beside = frozen.beside if other else ()
    return pipeline(frozen.inputs, fits.published.model, fits.announcement, other, beside)


def _importances(frozen: Frozen, fits: Fits, other: str) -> dict[str, float]:
    """Each input's share in what moves the scores of the people judged, that of a blended model included."""
    names = tuple(i.name for i in frozen.inputs)
    tables = LeafTables.compile(from_model(fits.published.model))
    effects = tables.values(fits.announced.judged.sample.matrix(names))
    blend, beside = fits.announcement.blend, fits.announced.judged.beside
    if blend is None or beside is None:
        return mean_effects(effects, names)
    return mean_effects(with_other(effects, blend, beside), (*names, other))


def _params(outcome: Outcome, config: Propensity, frozen: Frozen, fits: Fits) -> dict[str, Any]:
    return {
        **config.model_dump(mode="json"),
        "outcome": outcome.name,
        "measure": outcome.measure,
        "after": outcome.after,
        ATTRIBUTES: config.inputs.model_dump_json(include={"attributes"}),
        "is_absence": outcome.is_absence,
        "population": outcome.population.replace("{days}", str(config.active_days)),
        "dataset_id": frozen.dataset_id,
        "training_cuts": ", ".join(map(str, frozen.cuts.train)),
        "validation_cut": frozen.cuts.validate,
        "n_trees": fits.published.n_trees,
    }


def _data_versions(step: Step, frozen: Frozen) -> Mapping[str, Mapping[str, Any]]:
    consents = step.facts(silver.CONSENTS)
    rows = frozen.of(frozen.cuts.all)
    return {
        gold.TRAINING_SETS.name: {"version": step.facts(gold.TRAINING_SETS).version, "rows": rows},
        silver.CONSENTS.name: {"version": consents.version, "rows": consents.rows},
    }


def _read_came_back(step: Step, frozen: Frozen, window: Window, last: str) -> CameBack:
    """Of those who did nothing in the newest training window, who has done it since; one row."""
    cut = frozen.cuts.calibrate
    end = window.end(cut)
    silent = frozen.at(cut).where("label = 1").select("person_id")
    today = step.read_day(gold.FEATURES, step.as_of).select("person_id", last)
    found = silent.join(today, on="person_id", how="left").agg(
        F.count(F.lit(1)).alias("n"), F.count_if(F.col(last) >= F.lit(end)).alias("n_back")
    )
    row = found.collect()[0]
    return CameBack(cut, (step.as_of - end).days, row["n"], row["n_back"])
