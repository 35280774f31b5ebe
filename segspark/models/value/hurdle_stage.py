"""A pipeline stage that makes an expected value of what both boosted trees of the hurdle say of people.

The saved form holds a number, and the name of this class.
"""

from pyspark.ml import Transformer
from pyspark.ml.functions import vector_to_array
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.models.value.prediction import CENTS

# What the trees add to people: the probability to buy as a vector, and the logarithm of the amount.
CHANCE, LOG_CENTS = "hurdle_chance", "hurdle_log_cents"


def expected_cents(factor: float) -> Column:
    """Expected cents, of people with CHANCE and LOG_CENTS."""
    return vector_to_array(F.col(CHANCE))[1] * F.exp(LOG_CENTS) * F.lit(factor)


class HurdleStage(Transformer, DefaultParamsReadable["HurdleStage"], DefaultParamsWritable):  # type: ignore[misc]
    """Puts the expected value in place of the one that is there; null stays null, of people without an order."""

    factor: Param[float] = Param(
        Params._dummy(), "factor", "from the exponent to the mean amount", typeConverter=TypeConverters.toFloat
    )

    @classmethod
    def of(cls, factor: float) -> "HurdleStage":
        stage = cls()
        stage.set(stage.factor, factor)
        return stage

    def _transform(self, dataset: DataFrame) -> DataFrame:
        is_buyer = F.col(CENTS).isNotNull()
        return dataset.withColumn(CENTS, F.when(is_buyer, expected_cents(self.getOrDefault(self.factor))))
