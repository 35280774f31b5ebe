"""A pipeline stage that says people's hours. The saved form holds the model's numbers as text, and the class's name."""

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
from pyspark.ml import PipelineModel, Transformer
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.send_hour.clicks import COLUMNS, count_by_hour, human_clicks
from segspark.models.send_hour.config import GROUP, OUTPUT
from segspark.models.send_hour.hour_model import HourModel
from segspark.pipeline.view import View


class HourStage(Transformer, DefaultParamsReadable["HourStage"], DefaultParamsWritable):  # type: ignore[misc]
    """Adds ``send_hour`` to people with COLUMNS and GROUP; null where the list's hour is as good."""

    numbers: Param[str] = Param(Params._dummy(), "numbers", "the model as JSON", typeConverter=TypeConverters.toString)

    @classmethod
    def of(cls, model: HourModel) -> "HourStage":
        stage = cls()
        stage.set(stage.numbers, json.dumps(model.as_dict()))
        return stage

    def _transform(self, dataset: DataFrame) -> DataFrame:
        model = HourModel.from_dict(json.loads(self.getOrDefault(self.numbers)))

        def say(batches: Iterator[tuple[pd.Series, ...]]) -> Iterator[pd.Series]:
            for group, *counts in batches:
                yield pd.Series(
                    model.hours_of(np.column_stack([np.asarray(c, dtype=float) for c in counts]), group.tolist())
                )

        said = F.pandas_udf(say, "double")(GROUP, *COLUMNS)  # type: ignore[attr-defined]
        return dataset.withColumn(OUTPUT, F.when(~F.isnan(said), said))


def score_hours(view: View, model: PipelineModel, people: DataFrame, days: int) -> DataFrame:
    """person_id and send_hour of people with an hour of their own.

    Args:
        people: person_id, GROUP, profiling_from.
        days: as the model was trained.
    """
    counted = count_by_hour(human_clicks(view, people, days))
    said = model.transform(people.select("person_id", GROUP).join(counted, on="person_id", how="inner"))
    return said.where(F.col(OUTPUT).isNotNull()).select("person_id", OUTPUT)
