"""Training on a flat table: each part of the people is judged by a fit to the others, and all make the published model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from json import dumps
from typing import Any

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.models.evaluate.judge import judge
from segspark.models.evaluate.judgement import CROSS_VALIDATED
from segspark.models.evaluate.probabilities import roc_auc
from segspark.models.evaluate.thresholds import thresholds
from segspark.models.model import Fitted, Refused
from segspark.models.propensity.announce import Announcement, crossfitted, fit_announcement
from segspark.models.propensity.baselines import Sample, by_one, logistic_in_sql
from segspark.models.propensity.documents import Review
from segspark.models.propensity.fit import Trees, fit_to, pipeline, scored_by
from segspark.models.propensity.gates import gates_of
from segspark.models.propensity.inputs import Input
from segspark.models.propensity.judged import Scored, check_leaks
from segspark.models.propensity.reasons import mean_effects, with_other
from segspark.models.shapley.gbt import from_model
from segspark.models.shapley.leaf_tables import LeafTables
from segspark.models.table.columns import encode
from segspark.models.table.config import FlatTable
from segspark.models.table.documents import TableDocuments
from segspark.models.table.read import TextTable
from segspark.pipeline.step import Step

# What is blended with the trees.
LINEAR = "logistic"


@dataclass(frozen=True)
class Rows:
    """A table ready for fits, a row each.

    Attributes:
        ids: 32 hexadecimal digits of who a row is of.
        fold: the part in which it is judged.
    """

    sample: Sample
    inputs: tuple[Input, ...]
    ids: np.ndarray
    fold: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(i.name for i in self.inputs)


def train_table(step: Step, name: str, table: TextTable, config: FlatTable) -> Fitted | Refused:
    """Fit and judge a model of a table.

    Raises:
        CheckFailed: an input knows the label.
        ConfigError: a column cannot be read as configured.
    """
    encoded = encode(table.rows, config)
    positive = {value.casefold() for value in config.positive}
    y = table.rows[config.label].str.casefold().isin(positive).to_numpy(float)
    if lack := _lack(y, config):
        return lack
    ids = [_hashed(i) for i in (table.rows[config.id] if config.id else range(len(y)))]
    fold = np.array([int(i[25:31], 16) % config.n_folds for i in ids])
    rows = Rows(Sample(encoded.columns, y), encoded.inputs, np.array(ids), fold)
    check_leaks(name, config.max_input_auc, rows.sample, rows.inputs)
    return _fitted(step, config, table, rows, encoded.left_out)


def _lack(y: np.ndarray, config: FlatTable) -> Refused | None:
    n, positive = len(y), int(y.sum())
    if n < config.min_people:
        return Refused(f"refused: {n} rows; {config.min_people} are needed")
    if min(positive, n - positive) < config.min_class:
        return Refused(
            f"refused: {positive} of {n} rows have the outcome; at least {config.min_class} of either are needed"
        )
    return None


def _hashed(value: object) -> str:
    return sha256(str(value).encode()).hexdigest()[:32]


def _frame(rows: Rows, day: Any) -> DataFrame:
    """As rows of a training set: person_id, cut_date, label, values, and fold."""
    values = rows.sample.matrix(rows.names)
    content = [
        (i, day, int(label), v.tolist(), int(f))
        for i, label, v, f in zip(rows.ids, rows.sample.y, values, rows.fold, strict=True)
    ]
    schema = "person_id string, cut_date date, label int, values array<double>, part int"
    return SparkSession.builder.getOrCreate().createDataFrame(content, schema).persist()


def _judged(frame: DataFrame, rows: Rows, config: FlatTable) -> tuple[Scored, dict[str, np.ndarray]]:
    """What fits to the other parts say of each row: of the trees, and of simpler models."""
    p = np.empty(len(rows.ids))
    simple = {LINEAR: np.empty(len(p)), "best_input": np.empty(len(p))}
    for part in range(config.n_folds):
        here = rows.fold == part
        past, judged = _part(rows.sample, ~here), _part(rows.sample, here)
        trees = fit_to(frame.where(F.col("part") != part), int((~here).sum()), config)
        p[here] = _read_scores(trees, frame.where(F.col("part") == part), rows.ids[here])
        simple[LINEAR][here] = logistic_in_sql(past, rows.names).predict(judged)
        simple["best_input"][here] = by_one(past, (_best(past),)).predict(judged)
    return Scored(rows.sample, p, rows.fold, simple[LINEAR]), simple


def _part(sample: Sample, rows: np.ndarray) -> Sample:
    return Sample({name: values[rows] for name, values in sample.columns.items()}, sample.y[rows])


def _best(past: Sample) -> str:
    """The input that ranks best by itself."""
    return max(past.columns, key=lambda name: abs(roc_auc(past.columns[name], past.y) - 0.5))


def _read_scores(trees: Trees, frame: DataFrame, ids: Sequence[str]) -> np.ndarray:
    """In the order of the ids; as many rows as the part has. Rows of one person with the same inputs have one score."""
    found = scored_by(trees.model, frame).select("person_id", "inputs", "p").toPandas()
    # Rows of one person may differ: they keep the order in which the frame was made.
    return np.asarray(found["p"], dtype=float) if list(found["person_id"]) == list(ids) else _by_id(found, ids)


def _by_id(found: Any, ids: Sequence[str]) -> np.ndarray:
    by_person = found.groupby("person_id")["p"].apply(list).to_dict()
    return np.array([by_person[i].pop(0) for i in ids])


def _fitted(step: Step, config: FlatTable, table: TextTable, rows: Rows, left_out: tuple[str, ...]) -> Fitted:
    frame, y = _frame(rows, step.as_of), rows.sample.y
    judged, simple = _judged(frame, rows, config)
    p = crossfitted(judged)
    judgement = judge(p, y, simple, CROSS_VALIDATED)
    gates = gates_of(judgement, config)
    trees = fit_to(frame, len(y), config)
    frame.unpersist()
    announcement = fit_announcement(judged)
    blend = announcement.blend
    other = LINEAR if blend else ""
    aucs = tuple(roc_auc(p[rows.fold == part], y[rows.fold == part]) for part in range(config.n_folds))
    review = Review(
        judgement,
        gates,
        thresholds(p, y, config.cost_false, config.cost_missed),
        (),
        announcement.calibration,
        trees.n_trees,
        blend=blend,
        blended_with=other,
    )
    documents = TableDocuments(
        review, {i.name: i.fill for i in rows.inputs}, _importances(trees, judged, announcement, rows), aucs, left_out
    )
    closed = [gate for gate in gates if not gate.is_open]
    sample = SparkSession.builder.getOrCreate().createDataFrame(table.rows.head(1)).limit(0)
    mean = float(np.mean(aucs))
    return Fitted(
        model=pipeline(
            rows.inputs, trees.model, announcement, logistic_in_sql(rows.sample, rows.names).sql if blend else ""
        ),
        sample=sample,
        params={
            **config.model_dump(mode="json"),
            "file_digest": table.digest,
            "rows": len(y),
            "positives": int(y.sum()),
            "n_trees": trees.n_trees,
            "judged": f"{config.n_folds}-fold cross-validation",
            "blended_with": other,
            "blend": dumps(asdict(blend)) if blend else "",
        },
        metrics={**judgement.metrics(), "mean_fold_roc_auc": mean, "n_trees": float(trees.n_trees)},
        documents=documents,
        files={},
        data_versions={},
        label_end=step.as_of,
        ranks_by="mean_fold_roc_auc",
        ranking=mean,
        gates=gates,
        outcome={
            f"{config.label}_metrics": {
                "mean_fold_roc_auc": round(mean, 4),
                "log_loss": round(judgement.log_loss.value, 4),
                "calibration_error": round(judgement.calibration.error, 4),
                "calibration_excess": round(judgement.calibration.excess, 4),
            }
        },
        note=f"version {{version}}: by {config.n_folds}-fold cross-validation of {len(y)} rows ROC-AUC {mean:.3f}, log-loss "
        f"{judgement.log_loss.value:.3f}, calibration error {judgement.calibration.error:.3f} (chance alone gives "
        f"{judgement.calibration.by_chance:.3f})"
        + (f"; not used, closed gates: {', '.join(gate.code for gate in closed)}" if closed else ""),
    )


def _importances(trees: Trees, judged: Scored, announcement: Announcement, rows: Rows) -> dict[str, float]:
    effects = LeafTables.compile(from_model(trees.model)).values(rows.sample.matrix(rows.names))
    if announcement.blend is None or judged.beside is None:
        return mean_effects(effects, rows.names)
    return mean_effects(with_other(effects, announcement.blend, judged.beside), (*rows.names, LINEAR))
