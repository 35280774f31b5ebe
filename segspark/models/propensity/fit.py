"""MLlib's gradient-boosted trees on a frozen training set, and the pipeline that scores people with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.ml.classification import GBTClassificationModel, GBTClassifier
from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.ml.regression import GBTRegressor, IsotonicRegression, IsotonicRegressionModel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.models.evaluate.blend import SUREST
from segspark.models.evaluate.judgement import CalibrationMap
from segspark.models.propensity.announce import STRAIGHT, Announcement
from segspark.models.propensity.config import Trees as TreesConfig
from segspark.models.propensity.draws import drawn, fold, is_aside
from segspark.models.propensity.inputs import Input
from segspark.models.propensity.training_set import known_of

# A fit is hundreds of small jobs: with more tasks than this they only wait for each other.
ROWS_PER_PARTITION = 50_000
CALIBRATED, BESIDE, SAID = "calibrated", "beside", "said"


@dataclass(frozen=True)
class Trees:
    """Fitted trees, and the rows of their fit."""

    model: GBTClassificationModel
    n_rows: int

    @property
    def n_trees(self) -> int:
        return int(self.model.getNumTrees)


def fit_trees(rows: DataFrame, cuts: Sequence[date], n_rows: int, config: TreesConfig) -> Trees:
    """``fit_to`` some cuts."""
    return fit_to(of_cuts(rows, cuts), n_rows, config)


def of_cuts(rows: DataFrame, cuts: Sequence[date]) -> DataFrame:
    return rows.where(F.col("cut_date").isin([F.lit(cut) for cut in cuts]))


def fit_to(rows: DataFrame, n_rows: int, config: TreesConfig) -> Trees:
    """``fit_with`` a classifier."""
    return Trees(*fit_with(GBTClassifier(**tree_settings(config)), rows, n_rows, config))


def fit_with(
    estimator: GBTClassifier | GBTRegressor, rows: DataFrame, n_rows: int, config: TreesConfig
) -> tuple[Any, int]:
    """Fit to rows; a tenth of the people is kept aside, and fitting stops when more trees do not help them.

    Args:
        estimator: with ``tree_settings``.
        rows: of gold.training_sets: person_id, cut_date, label, values.
        n_rows: how many they are; of more than ``max_training_rows`` a share of the people is drawn.

    Returns:
        The fitted model, and the rows of its fit.
    """
    n_partitions = max(2, min(n_rows, config.max_training_rows) // ROWS_PER_PARTITION)
    table = with_vectors(in_order(rows, n_rows, config, n_partitions)).persist()
    try:
        return estimator.fit(table), table.count()
    finally:
        table.unpersist()


def in_order(rows: DataFrame, n_rows: int, config: TreesConfig, n_partitions: int) -> DataFrame:
    """The rows of a fit: of too many a share of the people, with ``is_aside``, in a fixed order.

    The order makes the model independent of the number of files and tasks.
    """
    chosen = rows
    if n_rows > config.max_training_rows:
        chosen = chosen.where(drawn() < config.max_training_rows / n_rows)
    columns = [F.col("person_id"), F.col("cut_date"), F.col("label"), is_aside()]
    ordered = chosen.select(*columns, "values").repartition(n_partitions, "person_id")
    return ordered.sortWithinPartitions("person_id", "cut_date")


def tree_settings(config: TreesConfig) -> dict[str, Any]:
    """Of an estimator of boosted trees, by the names of its parameters."""
    return {
        "featuresCol": "features",
        "labelCol": "label",
        "maxIter": config.max_iter,
        "maxDepth": config.max_depth,
        "stepSize": config.step_size,
        "seed": config.seed,
        # Of all rows: a drawn part would depend on the partitions, and its noise would stop the fit early.
        "subsamplingRate": 1.0,
        "minInstancesPerNode": 20,
        "maxMemoryInMB": 512,
        "validationIndicatorCol": "is_aside",
        # The default of a hundredth stops after the first tree.
        "validationTol": 1e-5,
    }


def with_vectors(rows: DataFrame) -> DataFrame:
    """The rows with ``features`` in place of ``values``: assembled again, because vectors with many zeros become
    sparse: MLlib checks each stored value for NaN, at a cost."""
    dense = rows.withColumn("values", array_to_vector(F.col("values")))
    return VectorAssembler(inputCols=["values"], outputCol="features").transform(dense).drop("values")


def scored_by(trees: GBTClassificationModel, rows: DataFrame) -> DataFrame:
    """The rows with ``p``, the probability before calibration, and ``fold``, 0 or 1 by the person."""
    scored = trees.transform(with_vectors(rows.withColumn("inputs", known_of(rows))))
    return scored.select("person_id", "cut_date", "label", fold(), probability().alias("p"), "inputs")


def probability() -> Column:
    p: Column = vector_to_array(F.col("probability"))[1]
    return p


def pipeline(
    inputs: Sequence[Input],
    trees: GBTClassificationModel,
    announcement: Announcement,
    other: str = "",
    beside: Sequence[Input] = (),
) -> PipelineModel:
    """From the feature frame to ``features``, ``said`` (Input.said of the inputs in their order), ``probability`` and
    ``calibrated``; with a blend also ``beside``, the probability of the simpler model.

    Args:
        other: the simpler model that is blended, as SQL over the inputs ``x_<name>``.
        beside: further inputs, which it alone looks at.
    """
    filled = ", ".join(f"{i.expression} AS `x_{i.name}`" for i in (*inputs, *beside))
    said = ", ".join(i.said for i in inputs)
    stages = [
        SQLTransformer(statement=f"SELECT *, {filled}, array({said}) AS {SAID} FROM __THIS__"),
        VectorAssembler(inputCols=[f"x_{i.name}" for i in inputs], outputCol="features"),
        trees,
    ]
    blend = announcement.blend
    if blend is None:
        return PipelineModel([*stages, _curve(announcement.calibration, "probability", CALIBRATED)])
    ours, theirs = (_log_odds_sql(p) for p in ("alone", BESIDE))
    margin = f"{blend.intercept!r}D + {blend.weight!r}D * {ours} + {blend.of_other!r}D * {theirs}"
    return PipelineModel(
        [
            *stages,
            # SQL cannot look into a vector; a curve that changes nothing takes the probability out of it.
            _curve(STRAIGHT, "probability", "alone"),
            SQLTransformer(statement=f"SELECT *, {other} AS {BESIDE} FROM __THIS__"),
            SQLTransformer(statement=f"SELECT *, 1 / (1 + exp(-({margin}))) AS blended FROM __THIS__"),
            _curve(announcement.calibration, "blended", CALIBRATED),
        ]
    )


def _log_odds_sql(p: str) -> str:
    inner = f"least(greatest({p}, {SUREST!r}D), {1 - SUREST!r}D)"
    return f"ln({inner} / (1 - {inner}))"


def _curve(found: CalibrationMap, of: str, output: str) -> IsotonicRegressionModel:
    """A map as Spark's own stage: of points that rise already, its fit is the points."""
    points = list(zip(found.scores, found.probabilities, strict=True))
    table = SparkSession.builder.getOrCreate().createDataFrame(points, "score double, label double")
    fitter = IsotonicRegression(featuresCol="score", labelCol="label", predictionCol=output)
    model: IsotonicRegressionModel = fitter.fit(table).setFeaturesCol(of).setFeatureIndex(1)
    return model
