"""A pipeline stage that fills missing values from the most similar people.

Spark has no such stage. The saved form holds the imputer's numbers as text, and the name of this class.
"""

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
from pyspark.ml import Transformer
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from segspark.models.impute import NearestImputer


class NearestStage(Transformer, DefaultParamsReadable["NearestStage"], DefaultParamsWritable):  # type: ignore[misc]
    """Fills the imputer's columns in place; a complete column stays unchanged, to the last bit."""

    imputer: Param[str] = Param(
        Params._dummy(), "imputer", "numbers of the imputer as JSON", typeConverter=TypeConverters.toString
    )

    @classmethod
    def of(cls, imputer: NearestImputer) -> "NearestStage":
        stage = cls()
        stage.set(stage.imputer, json.dumps(imputer.as_dict()))
        return stage

    def _transform(self, dataset: DataFrame) -> DataFrame:
        imputer = NearestImputer.from_dict(json.loads(self.getOrDefault(self.imputer)))
        names = imputer.names
        schema = T.StructType([T.StructField(n, T.DoubleType()) for n in names])

        def fill(batches: Iterator[tuple[pd.Series, ...]]) -> Iterator[pd.DataFrame]:
            for batch in batches:
                # Spark hands over a single column without a tuple.
                columns = batch if isinstance(batch, tuple) else (batch,)
                given = {n: np.asarray(c, dtype=float) for n, c in zip(names, columns, strict=True)}
                yield pd.DataFrame(imputer.apply(given)[0])

        filled = F.pandas_udf(fill, schema)(*[F.col(n).cast("double") for n in names])  # type: ignore[attr-defined]
        with_filled = dataset.withColumn("_filled", filled)
        return with_filled.withColumns({n: F.col("_filled")[n] for n in names}).drop("_filled")
