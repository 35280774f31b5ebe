"""MLlib gradient-boosted trees for churn, compared with a baseline of recency alone."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.ml.classification import GBTClassifier
from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F
from sklearn.isotonic import IsotonicRegression

from segspark.models.churn.config import Churn
from segspark.models.churn.inputs import RATIOS
from segspark.models.churn.training_set import Cuts
from segspark.models.evaluate.evaluation import Evaluation
from segspark.models.evaluate.ranking import Bin, evaluate, read_bins

# A fit is hundreds of small jobs: with more tasks than this they only wait for each other.
ROWS_PER_PARTITION = 50_000


@dataclass(frozen=True)
class ChurnModel:
    """A fitted model; ``model`` reads the feature frame and writes ``probability``."""

    model: PipelineModel
    inputs: dict[str, float]
    importances: dict[str, float]
    evaluation: Evaluation
    baseline: Evaluation
    cuts: Cuts
    n_train: int
    label_end: date

    @property
    def is_worth_it(self) -> bool:
        return self.evaluation.pr_auc >= self.baseline.pr_auc


@dataclass(frozen=True)
class Gate:
    """Why the data do not suffice for a model: a code with its numbers, which reports translate."""

    code: str
    values: dict[str, int | date]

    @classmethod
    def of(cls, code: str, **values: int | date) -> "Gate":
        return cls(code, values)

    def __str__(self) -> str:
        return _GATES[self.code].format(**self.values)


_GATES = {
    "no_order": "there is no order yet",
    "history": "{days} days of history before the newest training cut; {needed} are needed: wait until {ready}",
    "few_people": "{n} buyers at the cuts of one role; {needed} are needed",
    "few_labels": "{churned} of {n} buyers at the cuts of one role did not buy again; at least {needed} who did and "
    "{needed} who did not are needed",
}


def check_gates(rows: DataFrame, first_day: date | None, cuts: Cuts, config: Churn) -> list[Gate]:
    """Why no honest model can be fitted to a training set; empty if one can (formulas: model gates)."""
    if first_day is None:
        return [Gate.of("no_order")]
    gates = []
    newest = max(cuts.train)
    history = (newest - first_day).days
    if history < config.min_history_days:
        ready = newest + timedelta(days=config.min_history_days - history + 2 * config.label_days)
        gates.append(Gate.of("history", days=max(history, 0), needed=config.min_history_days, ready=ready))
    counts = _read_counts(rows)
    for role in ("train", "validate"):
        people, churned = counts.get(role, (0, 0))
        if people < config.min_people:
            gates.append(Gate.of("few_people", n=people, needed=config.min_people))
        elif min(churned, people - churned) < config.min_class:
            gates.append(Gate.of("few_labels", churned=churned, n=people, needed=config.min_class))
    return list({str(g): g for g in gates}.values())


def _read_counts(rows: DataFrame) -> dict[str, tuple[int, int]]:
    """Rows and churned ones per role; two rows."""
    counted = (
        rows.groupBy("role")
        .agg(F.count_distinct("person_id").alias("n"), F.sum("label").alias("churned"), F.count(F.lit(1)).alias("rows"))
        .collect()
    )
    return {r["role"]: (r["rows"], r["churned"]) for r in counted}


def train_churn(rows: DataFrame, inputs: dict[str, float], cuts: Cuts, config: Churn) -> ChurnModel:
    """Fit on the training cuts, measure on the later one.

    Args:
        rows: gold.training_sets of one dataset: person_id, cut_date, role, label, values (in the order of inputs).
        inputs: feature -> fill.
    """
    dense = rows.select("person_id", "cut_date", "role", "label", array_to_vector(F.col("values")).alias("values"))
    # Assembled again, because vectors with many zeros become sparse: MLlib checks each stored value for NaN, at a cost.
    vectors = VectorAssembler(inputCols=["values"], outputCol="features").transform(dense).drop("values")
    n_rows = _read_counts(rows)["train"][0]
    train = vectors.where("role = 'train'")
    if n_rows > config.max_training_rows:
        share = int(16**6 * config.max_training_rows / n_rows)
        train = train.where(F.conv(F.substring("person_id", 1, 6), 16, 10).cast("int") < share)
    # A fixed order makes the model independent of the number of files and tasks.
    n_partitions = max(2, min(n_rows, config.max_training_rows) // ROWS_PER_PARTITION)
    train = train.repartition(n_partitions, "person_id").sortWithinPartitions("person_id", "cut_date").persist()
    classifier = GBTClassifier(
        featuresCol="features",
        labelCol="label",
        maxIter=config.max_iter,
        maxDepth=config.max_depth,
        stepSize=0.15,
        seed=config.seed,
        subsamplingRate=0.7,
        minInstancesPerNode=20,
        maxMemoryInMB=512,
    )
    fitted = classifier.fit(train)
    n_train = train.count()
    train.unpersist()
    names = list(inputs)
    validation = vectors.where("role = 'validate'")
    probability = vector_to_array(F.col("probability"))[1]
    scored = fitted.transform(validation).select("label", probability.alias("p"))
    importances = {
        names[i]: float(v)
        for i, v in zip(fitted.featureImportances.indices, fitted.featureImportances.values, strict=True)
    }
    return ChurnModel(
        PipelineModel([_ratios(inputs), *_assembly(inputs), fitted]),
        inputs,
        dict(sorted(importances.items(), key=lambda kv: -kv[1])),
        evaluate(read_bins(scored, "p")),
        _recency_baseline(rows, names.index("days_since_order")),
        cuts,
        n_train,
        cuts.validate + timedelta(days=config.label_days),
    )


def _ratios(inputs: dict[str, float]) -> SQLTransformer:
    made = [f"{RATIOS[n][0]} AS `{n}`" for n in inputs if n in RATIOS]
    return SQLTransformer(statement=f"SELECT {', '.join(['*', *made])} FROM __THIS__")


def _assembly(inputs: dict[str, float]) -> list[SQLTransformer | VectorAssembler]:
    filled = ", ".join(f"coalesce(cast(`{n}` as double), {fill!r}D) AS `x_{n}`" for n, fill in inputs.items())
    return [
        SQLTransformer(statement=f"SELECT *, {filled} FROM __THIS__"),
        VectorAssembler(inputCols=[f"x_{n}" for n in inputs], outputCol="features"),
    ]


def _read_by_recency(rows: DataFrame, at: int) -> list[Row]:
    """Rows and churned ones per role and days since the last order: twice ``active_days`` rows at most, since nobody
    of the population ordered longer ago."""
    days = F.col("values")[at].alias("days")
    return rows.groupBy("role", days).agg(F.count(F.lit(1)).alias("n"), F.sum("label").alias("p")).collect()


def _recency_baseline(rows: DataFrame, at: int) -> Evaluation:
    """The best use of recency alone: churn rate by days since the last order, made monotone on the training cuts."""
    counted = _read_by_recency(rows, at)
    train = [(r["days"], r["n"], r["p"]) for r in counted if r["role"] == "train"]
    curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(
        [d for d, _, _ in train], [p / n for _, n, p in train], sample_weight=[n for _, n, _ in train]
    )
    later = [(r["days"], r["n"], r["p"]) for r in counted if r["role"] == "validate"]
    # Within the flat parts of the curve the days decide the rank, as for somebody who sorts by recency.
    score = curve.predict([d for d, _, _ in later]) + 1e-9 * np.array([d for d, _, _ in later])
    return evaluate(
        sorted((Bin(float(s), n, p) for s, (_, n, p) in zip(score, later, strict=True)), key=lambda b: -b.score)
    )


def score_churn(model: PipelineModel, people: DataFrame, active_days: int) -> DataFrame:
    """The probability of not buying in the label window, for people with an order within active_days.

    Returns:
        person_id, churn (0 to 1), band (low, medium, high).
    """
    buyers = people.where(F.col("days_since_order") <= active_days)
    scored = model.transform(buyers).select("person_id", vector_to_array(F.col("probability"))[1].alias("churn"))
    band = F.when(F.col("churn") >= 0.7, "high").when(F.col("churn") >= 0.4, "medium").otherwise("low")
    return scored.withColumn("band", band)
