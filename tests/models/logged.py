"""A model that adds a number, logged and registered: what most tests of the registry look at."""

from datetime import date
from pathlib import Path
from typing import Any

import mlflow
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import SparkSession

from segspark.config.models import Mlflow
from segspark.models.tracking import log_model


def log(
    spark: SparkSession, config: Mlflow, add: int, label_end: date, quality: float, name: str = "adder", **more: Any
) -> str:
    return log_model(
        config,
        name=name,
        model=PipelineModel([SQLTransformer(statement=f"SELECT *, x + {add} AS y FROM __THIS__")]),
        sample=spark.createDataFrame([(1.0,)], "x double"),
        params={"add": add},
        metrics={"quality": quality, "missing": float("nan")},
        documents={"features.json": {"features": ["x"]}},
        figures={"plot.png": b"png"},
        data_versions={"gold.features": {"version": 3, "rows": 1}},
        **{"as_of": label_end, "label_end": label_end, "ranks_by": "quality", "ranking": quality, **more},
    )


def model_files(config: Mlflow, name: str) -> Path:
    """The folder of the only version of a model."""
    mlflow.set_tracking_uri(config.tracking_uri)
    (version,) = mlflow.MlflowClient().search_model_versions(f"name = '{name}'")
    return Path(mlflow.MlflowClient().get_model_version_download_uri(name, version.version))
