"""The hurdle: who buys within the horizon, and how much those who do, by boosted trees each (Cragg 1971, Econometrica 39(5)).

The expected value is the product. Amounts are fitted as logarithms, because a few people spend many times what most do.
The exponent of an expected logarithm is too small for a mean; one factor makes it one. Duan (1983, JASA 78) takes the mean of
the exponents of the residuals, which are too small on the rows that the trees were fitted to, and assumes that they spread
alike everywhere. Here the factor is that of the totals: what the people of the fit spent, over the sum of their exponents, so
the list's total is kept whatever the spread.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.ml import Transformer
from pyspark.ml.classification import GBTClassificationModel
from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.ml.regression import GBTRegressionModel, GBTRegressor
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.propensity.config import Trees
from segspark.models.propensity.fit import fit_to, fit_with, tree_settings, with_vectors
from segspark.models.propensity.inputs import Input
from segspark.models.value.hurdle_stage import CHANCE, LOG_CENTS, HurdleStage, expected_cents

# As for the models of propensity.
TREES = Trees.model_validate({})


@dataclass(frozen=True)
class Hurdle:
    """Both fitted trees, and the factor from the exponent of an expected logarithm to a mean."""

    will: GBTClassificationModel
    much: GBTRegressionModel
    factor: float


def fit_hurdle(rows: DataFrame, n: int, n_buyers: int) -> Hurdle:
    """Fit to people at cuts.

    Args:
        rows: person_id, cut_date, label (1 who bought), cents (what they spent, 0 of the others), values.
        n, n_buyers: rows, and those with the label.
    """
    will = fit_to(rows.select("person_id", "cut_date", "label", "values"), n, TREES).model
    bought = rows.where("label = 1").withColumn("label", F.log("cents"))
    much, _ = fit_with(GBTRegressor(**tree_settings(TREES)), bought, n_buyers, TREES)
    will.setProbabilityCol(CHANCE).setPredictionCol("hurdle_label").setRawPredictionCol("hurdle_margin")
    much.setPredictionCol(LOG_CENTS)
    return Hurdle(will, much, _read_factor(much.transform(with_vectors(bought))))


def _read_factor(fitted: DataFrame) -> float:
    """One row."""
    row = fitted.agg(F.sum("cents").alias("spent"), F.sum(F.exp(LOG_CENTS)).alias("exponents")).collect()[0]
    return float(row["spent"] / row["exponents"])


def valued_by(hurdle: Hurdle, rows: DataFrame) -> DataFrame:
    """The rows with ``hurdle_cents``, what is expected of each."""
    said = hurdle.much.transform(hurdle.will.transform(with_vectors(rows)))
    return said.withColumn("hurdle_cents", expected_cents(hurdle.factor))


def hurdle_stages(inputs: Sequence[Input], hurdle: Hurdle, discount: float) -> list[Transformer]:
    """What a pipeline does with the feature frame to say the expected value.

    Args:
        discount: what an amount within the horizon is worth today, as a share.
    """
    filled = ", ".join(f"{i.expression} AS `x_{i.name}`" for i in inputs)
    return [
        SQLTransformer(statement=f"SELECT *, {filled} FROM __THIS__"),
        VectorAssembler(inputCols=[f"x_{i.name}" for i in inputs], outputCol="features"),
        hurdle.will,
        hurdle.much,
        HurdleStage.of(hurdle.factor * discount),
    ]
