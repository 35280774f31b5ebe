"""Where the files of models lie, as MLflow has recorded it and as the workspace says.

MLflow keeps the whole path of an experiment's files from the moment when the experiment is made. The database of a
workspace that was copied or moved still names the old place. So nothing is written while the two differ, and what is
read is read at the configured place, below which a copy has its own files.
"""

import os
from typing import Any
from urllib.parse import unquote, urlsplit

from segspark.config.models import Mlflow
from segspark.errors import ConfigError
from segspark.models.mlflow_store import CLASSICAL, KIND, is_there, store


def check_place(config: Mlflow) -> None:
    """Make sure, before anything is written, that it goes where the workspace says.

    Raises:
        ConfigError: the files of a new model would be written elsewhere.
    """
    if not is_there(config):
        return
    with store(config) as mlflow:
        experiment = mlflow.get_experiment_by_name(config.experiment)
        recorded = experiment.artifact_location
        if is_same(recorded, config.artifact_location):
            if KIND not in experiment.tags:
                # Of a release that did not say it.
                mlflow.MlflowClient().set_experiment_tag(experiment.experiment_id, KIND, CLASSICAL)
            return
    raise ConfigError(
        f"MLflow keeps the files of the experiment {config.experiment} in {_shown(recorded)}, and this workspace in "
        f"{config.artifact_location}: it was copied, moved, or configured anew, and MLflow cannot change the place of an "
        "experiment. Nothing was written. Name another experiment in segspark.yaml (mlflow.experiment), which is then "
        f"made here, or the place that MLflow knows (mlflow.artifact_location: {_shown(recorded)})."
    )


def is_same(recorded: str, configured: str) -> bool:
    """Whether two addresses are one place; an empty one leaves it to MLflow."""
    return not configured or _plain(recorded) == _plain(configured)


def at_place(mlflow: Any, config: Mlflow, uri: str, run_id: str) -> str:
    """The address at which a run's or a version's files are read.

    Args:
        uri: as MLflow has recorded it, below the place of the run's experiment.

    Raises:
        ConfigError: the workspace keeps its files elsewhere, and these are not there.
    """
    client = mlflow.MlflowClient()
    recorded = client.get_experiment(client.get_run(run_id).info.experiment_id).artifact_location
    if is_same(recorded, config.artifact_location):
        return uri
    root, file = _plain(recorded), _plain(uri)
    if not file.startswith(f"{root}/"):
        return uri
    here = f"{config.artifact_location.rstrip('/')}/{file[len(root) + 1 :]}"
    if _exists(mlflow, here):
        return here
    raise ConfigError(
        f"MLflow keeps these files of the model in {_shown(uri)}, this workspace keeps its own in "
        f"{config.artifact_location}, and there is no copy of them at {here}. Copy {_shown(recorded)} there, or name it "
        f"in segspark.yaml (mlflow.artifact_location: {_shown(recorded)})."
    )


def _exists(mlflow: Any, address: str) -> bool:
    path = _path(address)
    return os.path.exists(path) if path is not None else bool(mlflow.artifacts.list_artifacts(artifact_uri=address))


def _plain(address: str) -> str:
    """A path without links, or an address; neither ends with a slash."""
    path = _path(address)
    if path is not None:
        return os.path.realpath(path)
    scheme, _, rest = address.partition(":")
    return f"{'s3' if scheme == 's3a' else scheme}:{rest.rstrip('/')}"


def _path(address: str) -> str | None:
    """The path of a local address; None for any other."""
    if address.startswith("file:"):
        return unquote(urlsplit(address).path)
    return address if urlsplit(address).scheme == "" else None


def _shown(address: str) -> str:
    return _path(address) or address
