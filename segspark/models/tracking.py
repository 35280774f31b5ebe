"""MLflow: fitted models are logged, registered and decided on; the version in use is loaded with what is known of it."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession

from segspark.config.models import Mlflow
from segspark.errors import CheckFailed
from segspark.models.artifact import PIPELINE, SPARKML, digests_of, load_pipeline, verify
from segspark.models.artifact_places import at_place, check_place
from segspark.models.champions import TRAINED
from segspark.models.fingerprint import FINGERPRINT, fingerprint_of
from segspark.models.mlflow_store import silent, store
from segspark.models.promotion import CHALLENGER, Champion, Contest, Decision, GateResult, decide
from segspark.models.registered import find_champion, record_move
from segspark.models.run_log import DIGEST_OF, Logged, log_run
from segspark.models.shapley.gbt import trees_of
from segspark.models.shapley.trees import Ensemble
from segspark.points import point


@dataclass(frozen=True)
class Loaded:
    """A registered version, verified by its digest.

    Attributes:
        trees: of its boosted trees as arrays, for the reasons of scores; None without such a stage.
    """

    name: str
    version: str
    model: PipelineModel
    tags: Mapping[str, str]
    trees: Ensemble | None = None

    @property
    def model_version(self) -> str:
        return f"{self.name}/{self.version}"


@dataclass(frozen=True)
class _Challenger:
    ranks_by: str
    ranking: float
    allow_champion: bool
    gates: tuple[GateResult, ...]
    contest: Callable[[Loaded], Contest | None] | None


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
    gates: tuple[GateResult, ...] = (),
    contest: Callable[[Loaded], Contest | None] | None = None,
    expires_after_days: int | None = None,
) -> str:
    """One run with everything needed to review the model, registered, and champion from as_of on if it may be.

    Args:
        name: registered name.
        sample: a few rows of the model's input; their schema becomes the signature, the rows are not logged.
        documents: JSON artifacts by file name.
        figures: PNG and other binary artifacts by file name.
        data_versions: per table the Delta version and the rows read.
        label_end: first day after all data used by the model; it scores no earlier day.
        ranks_by: a metric by which it can be held against the champion without a contest, greater is better; ``ranking``
            is its value.
        allow_champion: False for a model that is worse than its baseline.
        gates, contest: see ``Fitted``.
        expires_after_days: days after label_end from which it is not used any more; None is never.

    Returns:
        The new version.

    Raises:
        ConfigError: MLflow would write elsewhere than the workspace says.
    """
    check_place(config)
    challenger = _Challenger(ranks_by, ranking, allow_champion, gates, contest)
    champion = _champion(config, name, as_of, challenger)
    decision = decide(challenger, champion)
    logged = Logged(f"{name} {as_of}", params, metrics, documents, figures, data_versions, as_of, label_end)
    with store(config) as mlflow, tempfile.TemporaryDirectory() as scratch:
        run_id, uri = log_run(mlflow, logged, model, sample)
        files = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=scratch))
        tags = {
            **digests_of(files),
            FINGERPRINT: fingerprint_of(files / SPARKML),
            "as_of": as_of.isoformat(),
            "label_end_date": label_end.isoformat(),
            **({"expires_after_days": str(expires_after_days)} if expires_after_days is not None else {}),
            "run_id": run_id,
            ranks_by: repr(float(ranking)),
            **_judged(gates, champion, decision),
        }
        point("model_logged")
        # Tags come with the version in one transaction: without them nobody can tell of which days it may speak.
        with silent():
            version = str(mlflow.register_model(uri, name, tags=tags).version)
        point("model_registered")
        client = mlflow.MlflowClient()
        if decision.is_promoted:
            record_move(
                client, name, version, day=as_of, kind=TRAINED, who=config.recorded_as or "run", why=decision.sentence
            )
        else:
            client.set_registered_model_alias(name, CHALLENGER, version)
        point("model_named")
        return version


def _champion(config: Mlflow, name: str, as_of: date, challenger: _Challenger) -> Champion | None:
    """The version in use on the day, with the contest against the challenger if there is one."""
    chosen = find_champion(config, name, as_of)
    if chosen is None:
        return None
    tags = chosen.tags
    return Champion(
        str(chosen.version),
        float(tags[challenger.ranks_by]) if challenger.ranks_by in tags else None,
        float(json.loads(tags["decision"])["conceded"]) if "decision" in tags else 0.0,
        _contest(config, name, as_of, challenger),
    )


def _contest(config: Mlflow, name: str, as_of: date, challenger: _Challenger) -> Contest | None:
    if challenger.contest is None:
        return None
    try:
        loaded = load_champion(config, name, as_of)
    except CheckFailed:
        # Its files were changed or lost: no day can use it, and it cannot hold its place either.
        return None
    return challenger.contest(loaded) if loaded is not None else None


def _judged(gates: tuple[GateResult, ...], champion: Champion | None, decision: Decision) -> dict[str, str]:
    """Tags of what a version was judged by."""
    contest = champion.contest if champion else None
    return {
        "gates": json.dumps([asdict(gate) for gate in gates]),
        **({"contest": json.dumps({"version": champion.version, **asdict(contest)})} if champion and contest else {}),
        "decision": json.dumps(decision.as_dict()),
    }


def load_champion(config: Mlflow, name: str, as_of: date) -> Loaded | None:
    """The version of find_champion, verified and ready to transform.

    Raises:
        CheckFailed: the stored files are not those that were registered.
        ConfigError: they are not where the workspace keeps its files.
    """
    chosen = find_champion(config, name, as_of)
    if chosen is None:
        return None
    with store(config) as mlflow, tempfile.TemporaryDirectory() as scratch:
        recorded = mlflow.MlflowClient().get_model_version_download_uri(name, chosen.version)
        uri = at_place(mlflow, config, recorded, chosen.tags["run_id"])
        # A copy that nobody else can write, made once: what is verified is what is loaded.
        files = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=scratch))
        verify(files, chosen.tags, name, str(chosen.version))
        model = _model_of(files, chosen.tags[PIPELINE])
        return Loaded(name, str(chosen.version), model, dict(chosen.tags), trees_of(files / SPARKML))


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
        run = mlflow.MlflowClient().get_run(run_id)
        place = at_place(mlflow, config, run.info.artifact_uri, run_id)
        path = mlflow.artifacts.download_artifacts(artifact_uri=f"{place}/{file}", dst_path=scratch)
        return _verified(run, file, Path(path))


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
        run = mlflow.MlflowClient().get_run(run_id)
        place = at_place(mlflow, config, run.info.artifact_uri, run_id)
        files = sorted(name for name in _names_at(place) if name.endswith(".json"))

        def content(file: str) -> Any:
            path = mlflow.artifacts.download_artifacts(artifact_uri=f"{place}/{file}", dst_path=scratch)
            return json.loads(_verified(run, file, Path(path)))

        return {file: content(file) for file in files}


def read_inputs(config: Mlflow, model: Loaded) -> list[str]:
    """The features a loaded model was fitted on."""
    features: list[str] = read_document(config, model.tags["run_id"], "features.json")["features"]
    return features


def names_of_files(config: Mlflow, run_id: str) -> list[str]:
    """The files and folders directly below a run."""
    with store(config) as mlflow:
        run = mlflow.MlflowClient().get_run(run_id)
        return _names_at(at_place(mlflow, config, run.info.artifact_uri, run_id))


def _names_at(place: str) -> list[str]:
    """The files and folders directly at an address."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    return [entry.path for entry in get_artifact_repository(place).list_artifacts()]
