"""MLflow, pointed at the store and the experiment of a workspace."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

from segspark.config.models import Mlflow
from segspark.models.artifact_store import artifacts_in_stores
from segspark.process import is_left, name_of_this_process

# Set before MLflow is imported anywhere: jobs need no telemetry and no progress bars.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

# MLflow's store is global to the process, so models are logged one after the other.
_ONE_AT_A_TIME = RLock()


_SQLITE = "sqlite:///"
# MLflow's pages show an experiment of unknown kind as one of conversations with a language model.
KIND, CLASSICAL = "mlflow.experimentKind", "custom_model_development"
# Making a database takes seconds.
_ABANDONED_HOURS = 24


def is_there(config: Mlflow) -> bool:
    """Whether the store may hold something; False is certain. A database of SQLite is made by the first training: a
    question about models need not make its tables, which takes seconds."""
    return not config.tracking_uri.startswith(_SQLITE) or _file_of(config).exists()


def _file_of(config: Mlflow) -> Path:
    return Path(config.tracking_uri.removeprefix(_SQLITE).partition("?")[0])


def _make_database(path: Path) -> None:
    """Make a database of SQLite that appears with all its tables or not at all.

    MLflow makes them in many steps, and cannot open a database whose making was killed.
    """
    if path.exists():
        return
    from mlflow.store.db.utils import _initialize_tables
    from sqlalchemy import create_engine

    path.parent.mkdir(parents=True, exist_ok=True)
    beside = f".{path.name}."
    for left in path.parent.glob(f"{beside}*.part"):
        if is_left(left.name.removeprefix(beside).removesuffix(".part"), _ABANDONED_HOURS):
            left.unlink(missing_ok=True)
    aside = path.with_name(f"{beside}{name_of_this_process()}.part")
    engine = create_engine(f"{_SQLITE}{aside}")
    try:
        _initialize_tables(engine)
        engine.dispose()
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        engine.dispose()
        aside.unlink(missing_ok=True)


@contextmanager
def store(config: Mlflow) -> Iterator[Any]:
    """MLflow on the workspace's store and experiment; other threads wait."""
    with _ONE_AT_A_TIME, _store(config) as mlflow:
        yield mlflow


@contextmanager
def silent() -> Iterator[None]:
    """MLflow prints what it has registered, whatever the levels of its loggers are."""
    from mlflow.utils import logging_utils

    logging_utils.disable_logging()
    try:
        yield
    finally:
        logging_utils.enable_logging()


@contextmanager
def _store(config: Mlflow) -> Iterator[Any]:
    import mlflow

    for name in ("mlflow", "alembic", "mlflow.store.db.utils"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if config.tracking_uri.startswith(_SQLITE):
        _make_database(_file_of(config))
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(config.tracking_uri)
    mlflow.set_registry_uri(config.tracking_uri)
    if mlflow.get_experiment_by_name(config.experiment) is None:
        mlflow.create_experiment(config.experiment, artifact_location=config.artifact_location, tags={KIND: CLASSICAL})
    mlflow.set_experiment(config.experiment)
    try:
        with artifacts_in_stores():
            yield mlflow
    finally:
        mlflow.set_tracking_uri(before)
