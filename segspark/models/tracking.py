"""MLflow: fitted models, their data and quality, and which version is in use."""

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
from pyspark.sql import DataFrame, SparkSession

from segspark.config.models import Mlflow
from segspark.config.url import STORE_SCHEMES
from segspark.errors import CheckFailed
from segspark.models.artifact import PIPELINE, digests_of, handed_over, load_pipeline, verify
from segspark.models.mlflow_store import is_there, silent, store
from segspark.points import point
from segspark.spark.versions import spark_version
from segspark.store.access import as_guarded

# Tags of a run: the SHA-256 of its documents and figures.
DIGEST_OF = "digest."
# Whose code a pipeline runs through, besides segspark itself.
_TRAINED_BY = ("numpy", "pandas", "pyarrow", "scikit-learn")
# Of a version that may be used.
NEEDED_TAGS = {PIPELINE, "label_end_date", "run_id"}


@dataclass(frozen=True)
class Loaded:
    """A registered version, verified by its digest."""

    name: str
    version: str
    model: PipelineModel
    tags: Mapping[str, str]

    @property
    def model_version(self) -> str:
        return f"{self.name}/{self.version}"


def log_model(
    config: Mlflow,
    *,
    name: str,
    model: PipelineModel,
    sample: DataFrame,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    documents: Mapping[str, Any],
    figures: Mapping[str, bytes],
    data_versions: Mapping[str, Mapping[str, Any]],
    as_of: date,
    label_end: date,
    ranks_by: str,
    ranking: float,
    allow_champion: bool = True,
) -> str:
    """One run with everything needed to review the model, registered with an alias.

    Args:
        name: registered name.
        sample: a few rows of the model's input; their schema becomes the signature, the rows are not logged.
        documents: JSON artifacts by file name.
        figures: PNG and other binary artifacts by file name.
        data_versions: per table the Delta version and the rows read.
        label_end: first day after all data used by the model; it scores no earlier day.
        ranks_by: the metric that decides between champion and challenger, greater is better; ``ranking`` is its value.
        allow_champion: False for a model that is worse than its baseline.

    Returns:
        The new version.
    """
    with store(config) as mlflow, tempfile.TemporaryDirectory() as scratch:
        from mlflow.models import ModelSignature
        from mlflow.types import ColSpec, Schema

        signature = ModelSignature(inputs=Schema([ColSpec(_mlflow_type(t), n) for n, t in sample.dtypes]))
        with mlflow.start_run(run_name=f"{name} {as_of}") as run:
            mlflow.log_params({k: str(v)[:500] for k, v in params.items()})
            mlflow.log_metrics({k: v for k, v in metrics.items() if v == v})
            mlflow.set_tags({"as_of": as_of.isoformat(), "label_end_date": label_end.isoformat()})
            mlflow.log_dict(dict(data_versions), "data_versions.json")
            mlflow.set_tags(
                {f"data.{t}": f"version {v['version']}, {v['rows']} rows" for t, v in data_versions.items()}
            )
            texts = {file: json.dumps(document, indent=2, default=str) for file, document in documents.items()}
            for file, text in texts.items():
                mlflow.log_text(text, file)
            contents = {**{file: text.encode() for file, text in texts.items()}, **figures}
            mlflow.set_tags({f"{DIGEST_OF}{file}": _sha256(content) for file, content in contents.items()})
            for file, content in figures.items():
                path = Path(scratch) / file
                path.write_bytes(content)
                mlflow.log_artifact(str(path))
            with handed_over():
                uri = _log_pipeline(mlflow, run, model, signature)
            _guard(run.info.artifact_uri)
        files = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=scratch))
        tags = {
            **digests_of(files),
            "as_of": as_of.isoformat(),
            "label_end_date": label_end.isoformat(),
            "run_id": run.info.run_id,
            ranks_by: repr(float(ranking)),
        }
        point("model_logged")
        # Tags come with the version in one transaction: without them nobody can tell of which days it may speak.
        with silent():
            version = str(mlflow.register_model(uri, name, tags=tags).version)
        point("model_registered")
        client = mlflow.MlflowClient()
        alias = _alias(client, name, ranking, ranks_by) if allow_champion else "challenger"
        client.set_registered_model_alias(name, alias, version)
        point("model_named")
        return version


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


def _alias(client: Any, name: str, value: float, ranks_by: str) -> str:
    """Champion if there is none or the new version is at most a hundredth worse; else challenger."""
    version = _champion_version(client, name)
    if version is None:
        return "champion"
    tags = client.get_model_version(name, version).tags
    return "champion" if value >= float(tags.get(ranks_by, "-inf")) - 0.01 else "challenger"


def _champion_version(client: Any, name: str) -> str | None:
    version = client.get_registered_model(name).aliases.get("champion")
    return str(version) if version is not None else None


def find_champion(config: Mlflow, name: str, as_of: date) -> Any | None:
    """The registered version valid for a day, without loading it: the champion, or the newest older version if the
    champion was trained on days from as_of on; None if there is none."""
    if not is_there(config):
        return None
    with store(config) as mlflow:
        client = mlflow.MlflowClient()
        versions = client.search_model_versions(f"name = '{name}'")
        if not versions:
            return None
        champion = _champion_version(client, name)
        # A version of an earlier release whose run was killed may lack its tags.
        complete = [v for v in versions if v.tags.keys() >= NEEDED_TAGS]
        usable = [v for v in complete if date.fromisoformat(v.tags["label_end_date"]) <= as_of]
        usable.sort(key=lambda v: (str(v.version) == champion, int(v.version)), reverse=True)
        return usable[0] if usable and champion is not None else None


def load_champion(config: Mlflow, name: str, as_of: date) -> Loaded | None:
    """The version of find_champion, verified and ready to transform.

    Raises:
        CheckFailed: the stored files are not those that were registered.
    """
    chosen = find_champion(config, name, as_of)
    if chosen is None:
        return None
    with store(config) as mlflow, tempfile.TemporaryDirectory() as scratch:
        uri = f"models:/{name}/{chosen.version}"
        # A copy that nobody else can write, made once: what is verified is what is loaded.
        files = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=scratch))
        verify(files, chosen.tags, name, str(chosen.version))
        return Loaded(name, str(chosen.version), _model_of(files, chosen.tags[PIPELINE]), dict(chosen.tags))


# A cache of this process, by session and digest: reading a model again takes some twenty small jobs.
_MODELS: dict[tuple[str, str], Any] = {}


def _model_of(files: Path, digest: str) -> Any:
    key = (str(SparkSession.builder.getOrCreate().conf.get("spark.app.id")), digest)
    if key not in _MODELS:
        _MODELS[key] = load_pipeline(files)
    return _MODELS[key]


def read_document(config: Mlflow, run_id: str, file: str) -> Any:
    """A JSON artifact of a run."""
    return json.loads(read_bytes(config, run_id, file))


def read_bytes(config: Mlflow, run_id: str, file: str) -> bytes:
    """The bytes of an artifact of a run.

    Raises:
        CheckFailed: they are not those that were logged.
    """
    with store(config) as mlflow, tempfile.TemporaryDirectory() as scratch:
        path = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=file, dst_path=scratch)
        return _verified(mlflow.MlflowClient().get_run(run_id), file, Path(path))


def _verified(run: Any, file: str, path: Path) -> bytes:
    content = path.read_bytes()
    # Runs of earlier versions have no digests.
    if run.data.tags.get(f"{DIGEST_OF}{file}", _sha256(content)) != _sha256(content):
        raise CheckFailed(f"{file} of the run {run.info.run_id} is not what was logged. Restore it, or train again.")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_params(config: Mlflow, run_id: str) -> dict[str, str]:
    """The parameters that were logged with a run, as text."""
    with store(config) as mlflow:
        return dict(mlflow.MlflowClient().get_run(run_id).data.params)


def read_documents(config: Mlflow, run_id: str) -> dict[str, Any]:
    """All JSON artifacts of a run by file name."""
    with store(config) as mlflow, tempfile.TemporaryDirectory() as scratch:
        files = sorted(a.path for a in mlflow.MlflowClient().list_artifacts(run_id) if a.path.endswith(".json"))
        run = mlflow.MlflowClient().get_run(run_id)

        def content(file: str) -> Any:
            path = mlflow.artifacts.download_artifacts(artifact_uri=f"{run.info.artifact_uri}/{file}", dst_path=scratch)
            return json.loads(_verified(run, file, Path(path)))

        return {file: content(file) for file in files}


def read_inputs(config: Mlflow, model: Loaded) -> list[str]:
    """The features a loaded model was fitted on."""
    features: list[str] = read_document(config, model.tags["run_id"], "features.json")["features"]
    return features


def _mlflow_type(spark_type: str) -> str:
    return {"bigint": "long", "int": "integer", "double": "double", "date": "datetime", "boolean": "boolean"}.get(
        spark_type, "string"
    )
