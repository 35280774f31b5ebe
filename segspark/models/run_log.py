"""One run of MLflow with all that a review of a model needs, and the model itself."""

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame

from segspark.config.url import STORE_SCHEMES
from segspark.models.artifact import handed_over
from segspark.spark.versions import spark_version
from segspark.store.access import as_guarded

# Tags of a run: the SHA-256 of its documents and figures.
DIGEST_OF = "digest."
# Whose code a pipeline runs through, besides segspark itself.
_TRAINED_BY = ("numpy", "pandas", "pyarrow", "scikit-learn")


@dataclass(frozen=True)
class Logged:
    """What is logged with a model; see ``tracking.log_model``."""

    title: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    documents: Mapping[str, Any]
    figures: Mapping[str, bytes]
    data_versions: Mapping[str, Mapping[str, Any]]
    as_of: date
    label_end: date


def log_run(mlflow: Any, logged: Logged, model: PipelineModel, sample: DataFrame) -> tuple[str, str]:
    """Log everything in a new run; gives its id and the address of the model.

    Args:
        sample: a few rows of the model's input; their schema becomes the signature, the rows are not logged.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    signature = ModelSignature(inputs=Schema([ColSpec(_mlflow_type(t), n) for n, t in sample.dtypes]))
    with mlflow.start_run(run_name=logged.title) as run, tempfile.TemporaryDirectory() as scratch:
        mlflow.log_params({k: str(v)[:500] for k, v in logged.params.items()})
        mlflow.log_metrics({k: v for k, v in logged.metrics.items() if v == v})
        mlflow.set_tags({"as_of": logged.as_of.isoformat(), "label_end_date": logged.label_end.isoformat()})
        _log_data(mlflow, logged.data_versions)
        texts = {file: json.dumps(content, indent=2, default=str) for file, content in logged.documents.items()}
        for file, text in texts.items():
            mlflow.log_text(text, file)
        contents = {**{file: text.encode() for file, text in texts.items()}, **logged.figures}
        digests = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
        mlflow.set_tags({f"{DIGEST_OF}{file}": digest for file, digest in digests.items()})
        for file, content in logged.figures.items():
            path = Path(scratch) / file
            path.write_bytes(content)
            mlflow.log_artifact(str(path))
        with handed_over():
            uri = _log_pipeline(mlflow, run, model, signature)
        _guard(run.info.artifact_uri)
    return run.info.run_id, uri


def _log_data(mlflow: Any, versions: Mapping[str, Mapping[str, Any]]) -> None:
    """The versions of the tables that were read, as a file, as tags, and as MLflow's datasets.

    MLflow's own Delta source asks Spark for the table, or keeps its path; name and version are enough here.
    """
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    mlflow.log_dict(dict(versions), "data_versions.json")
    mlflow.set_tags({f"data.{t}": f"version {v['version']}, {v['rows']} rows" for t, v in versions.items()})
    for table, about in versions.items():
        source = CodeDatasetSource({"table": table, **{key: str(value) for key, value in about.items()}})
        mlflow.log_input(MetaDataset(source, name=table, digest=f"version {about['version']}"), context="training")


def _log_pipeline(mlflow: Any, run: Any, model: PipelineModel, signature: Any) -> str:
    """Log the pipeline with a run; returns its address."""
    given: dict[str, Any] = {"pip_requirements": requirements(), "signature": signature}
    if urlsplit(run.info.artifact_uri).scheme not in STORE_SCHEMES:
        uri: str = mlflow.spark.log_model(model, artifact_path="model", **given).model_uri
        return uri
    # MLflow would have Spark write to the bucket, past the store, if Spark happens to know it.
    with tempfile.TemporaryDirectory() as scratch:
        about = mlflow.models.Model(artifact_path="model", run_id=run.info.run_id)
        mlflow.spark.save_model(model, f"{scratch}/model", mlflow_model=about, **given)
        mlflow.log_artifacts(f"{scratch}/model", "model")
    return f"runs:/{run.info.run_id}/model"


def requirements() -> list[str]:
    """The Spark and the packages that train here, for whoever loads a model elsewhere."""
    spark = re.match(r"[\d.]*\d", spark_version() or "")
    # A platform's own suffix is no version that can be installed.
    return [
        f"pyspark=={spark[0]}" if spark else "pyspark",
        *(f"{name}=={metadata.version(name)}" for name in _TRAINED_BY),
    ]


def _guard(artifacts: str) -> None:
    """MLflow copies Spark's files as they are, open to everybody."""
    place = urlsplit(artifacts)
    if place.scheme in ("", "file"):
        as_guarded(Path(unquote(place.path)))


def _mlflow_type(spark_type: str) -> str:
    return {"bigint": "long", "int": "integer", "double": "double", "date": "datetime", "boolean": "boolean"}.get(
        spark_type, "string"
    )
