"""A pipeline stage that says what orders are to come of people.

The saved form holds both models' numbers as text, and the name of this class.
"""

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
from pyspark.ml import PipelineModel, Transformer
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from segspark.models.value.histories import AGE, CENTS, IS_BUYER, T_X, X
from segspark.models.value.prediction import CENTS as VALUE_CENTS
from segspark.models.value.prediction import ORDERS, P_ALIVE, SHARES, Prediction

SAID = (P_ALIVE, ORDERS, VALUE_CENTS, *SHARES)


class ValueStage(Transformer, DefaultParamsReadable["ValueStage"], DefaultParamsWritable):  # type: ignore[misc]
    """Adds what is said of each person to the feature frame; null for people without an order."""

    prediction: Param[str] = Param(
        Params._dummy(), "prediction", "numbers of both models as JSON", typeConverter=TypeConverters.toString
    )

    @classmethod
    def of(cls, prediction: Prediction) -> "ValueStage":
        stage = cls()
        stage.set(stage.prediction, json.dumps(prediction.as_dict()))
        return stage

    def _transform(self, dataset: DataFrame) -> DataFrame:
        prediction = Prediction.from_dict(json.loads(self.getOrDefault(self.prediction)))
        schema = T.StructType([T.StructField(name, T.DoubleType()) for name in SAID])

        def say(batches: Iterator[tuple[pd.Series, ...]]) -> Iterator[pd.DataFrame]:
            for batch in batches:
                x, t_x, age, cents = (np.asarray(column, dtype=float) for column in batch)
                yield pd.DataFrame(prediction.of(x, t_x, age, cents))

        said = F.pandas_udf(say, schema)(*[F.expr(e).cast("double") for e in (X, T_X, AGE, CENTS)])  # type: ignore[attr-defined]
        with_said = dataset.withColumn("_said", said)
        return with_said.withColumns({name: F.col("_said")[name] for name in SAID}).drop("_said")


def score_value(model: PipelineModel, people: DataFrame) -> DataFrame:
    """What is said of people with an order: person_id, SAID, and alive_band (low, medium, high)."""
    said = model.transform(people.where(IS_BUYER))
    band = F.when(F.col(P_ALIVE) >= 0.7, "high").when(F.col(P_ALIVE) >= 0.4, "medium").otherwise("low")
    return said.select("person_id", *SAID, band.alias("alive_band"))
