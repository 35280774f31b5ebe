"""Training of the churn model on a day: the frozen training set, the gates, the fit, and what is recorded of it."""

from dataclasses import asdict
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.compute import features_of_days
from segspark.features.engine.windows import with_derived
from segspark.features.resources import CATALOGUE
from segspark.identity.links import people_as_of
from segspark.ids import identity
from segspark.models.churn.config import Churn
from segspark.models.churn.documents import CameBack, ChurnDocuments
from segspark.models.churn.inputs import choose_inputs, columns_of
from segspark.models.churn.train import ChurnModel, check_gates, train_churn
from segspark.models.churn.training_set import Cuts, choose_cuts, freeze, label_churn, orders_after
from segspark.models.figures import churn_figures
from segspark.models.model import Fitted, Refused
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Frame, ReplaceKey
from segspark.privacy.consent import read_permitting
from segspark.purposes import PROFILING
from segspark.tables.contracts import gold, silver


def train_on_day(step: Step, config: Churn) -> Fitted | Refused:
    """Fit the model as of the step's day, on the training set that it stores, unless a gate is closed."""
    cuts = choose_cuts(step.as_of, config)
    catalogue = step.context[CATALOGUE]
    inputs = choose_inputs([*(c.name for c in catalogue.stored_columns()), *(d.name for d in catalogue.derived)])
    looked_at = catalogue.narrowed({*columns_of(inputs), "last_order_date"})
    after = orders_after(cuts, config, step.as_of)
    features = with_derived(features_of_days(step, cuts.all, looked_at, after), looked_at)
    versions = [step.facts(table).version for table in (gold.ACTIVITY_DAILY, silver.CONSENTS)]
    dataset_id = identity("churn", step.as_of, cuts.all, inputs, catalogue.hash, versions)
    frozen = freeze(_of_permitting(step, label_churn(features, cuts, config)), inputs, dataset_id)
    step.write(gold.TRAINING_SETS, Frame(frozen), ReplaceKey(dataset_id))
    rows = step.read(gold.TRAINING_SETS).where(F.col("dataset_id") == dataset_id)
    gates = check_gates(rows, _read_first_order(step), cuts, config)
    if gates:
        return Refused("refused: " + "; ".join(map(str, gates)), tuple(asdict(gate) for gate in gates))
    back = _read_came_back(step, rows, cuts, config)
    return _fitted(step, train_churn(rows, inputs, cuts, config), config, dataset_id, back)


def _of_permitting(step: Step, rows: DataFrame) -> DataFrame:
    """The rows of those who permit profiling by the newest records, whatever was known at the cuts."""
    owners = people_as_of(step.read(silver.IDENTITY_LINKS), F.lit(step.as_of))
    assumed, zone = step.settings.consent.assumed, step.settings.time_zone
    permitting = read_permitting(step.read(silver.CONSENTS), owners, PROFILING, step.as_of, assumed, zone)
    return rows.join(permitting, on="person_id", how="left_semi")


def _read_first_order(step: Step) -> date | None:
    """The day of the first order that anybody is known to have made; one row."""
    today = step.read_day(gold.FEATURES, step.as_of)
    first: date | None = today.agg(F.min("first_order_date").alias("first")).collect()[0]["first"]
    return first


def _read_came_back(step: Step, rows: DataFrame, cuts: Cuts, config: Churn) -> CameBack:
    """Of those without an order in the newest training window, who ordered since; one row."""
    cut = max(cuts.train)
    end = cut + timedelta(days=config.label_days)
    silent = rows.where((F.col("cut_date") == F.lit(cut)) & (F.col("role") == "train") & (F.col("label") == 1))
    today = step.read_day(gold.FEATURES, step.as_of).select("person_id", "last_order_date")
    found = silent.join(today, on="person_id", how="left").agg(
        F.count(F.lit(1)).alias("n"), F.count_if(F.col("last_order_date") >= F.lit(end)).alias("n_back")
    )
    row = found.collect()[0]
    return CameBack(cut, (step.as_of - end).days, row["n"], row["n_back"])


def _fitted(step: Step, result: ChurnModel, config: Churn, dataset_id: str, back: CameBack) -> Fitted:
    ours, recency, cuts = result.evaluation, result.baseline, result.cuts
    people = with_derived(
        step.read_day(gold.FEATURES, step.as_of), step.context[CATALOGUE].narrowed(columns_of(result.inputs))
    )
    consents = step.facts(silver.CONSENTS)
    training_sets = {"version": step.facts(gold.TRAINING_SETS).version, "rows": result.n_train + ours.n}
    return Fitted(
        model=result.model,
        sample=people.select(*[n for n in result.inputs if n in people.columns]),
        params={
            **config.model_dump(mode="json"),
            "dataset_id": dataset_id,
            "training_cuts": ", ".join(map(str, cuts.train)),
            "validation_cut": cuts.validate,
        },
        metrics={
            **ours.metrics(),
            **{f"recency_{k}": v for k, v in recency.metrics().items()},
            "n_train": float(result.n_train),
        },
        documents=ChurnDocuments(
            ours, recency, result.importances, cuts.train, cuts.validate, result.n_train, result.inputs, back
        ),
        files=churn_figures(ours, recency),
        data_versions={
            gold.TRAINING_SETS.name: training_sets,
            silver.CONSENTS.name: {"version": consents.version, "rows": consents.rows},
        },
        label_end=result.label_end,
        ranks_by="pr_auc",
        ranking=ours.pr_auc,
        allow_champion=result.is_worth_it,
        outcome={
            "churn_metrics": {
                "roc_auc": round(ours.roc_auc, 4),
                "recency_roc_auc": round(recency.roc_auc, 4),
                "pr_auc": round(ours.pr_auc, 4),
                "recency_pr_auc": round(recency.pr_auc, 4),
            }
        },
        note=f"version {{version}}: ROC-AUC {ours.roc_auc:.3f} (recency alone {recency.roc_auc:.3f}), "
        f"PR-AUC {ours.pr_auc:.3f} ({recency.pr_auc:.3f}, base rate {ours.base_rate:.3f}), "
        f"lift of the rarer outcome {ours.rarer_lift:.2f}, Brier {ours.brier:.3f} ({recency.brier:.3f})",
    )
