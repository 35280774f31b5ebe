"""Folders of this process outside of the lake; the next process removes those of one that was killed."""

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segspark.process import is_left, name_of_this_process

# A process of which nothing can be proved, as in another container, has ended after a week.
ABANDONED_HOURS = 7 * 24
_SAMPLES, _LOGS, _SECRETS = "segspark-check-", "segspark-logs-", "segspark-secret-"


def scratch_folder(workspace: Path) -> Path:
    """The scratch folder of this process: below SPARK_LOCAL_DIRS if that is set, else beside the workspace's file. It
    is outside of the lake, which may lie in a store; what killed processes have left is removed."""
    _remove_left(_SAMPLES)
    below = Path(os.environ["SPARK_LOCAL_DIRS"].split(",")[0]) if os.environ.get("SPARK_LOCAL_DIRS") else workspace
    top = below / ".segspark-scratch"
    mine = name_of_this_process()
    for old in top.glob("*"):
        if old.name != mine and is_left(old.name, ABANDONED_HOURS):
            shutil.rmtree(old, ignore_errors=True)
    scratch = top / mine
    scratch.mkdir(parents=True, exist_ok=True)
    return scratch


@contextmanager
def sample_folder() -> Iterator[Path]:
    """A private folder for what a check stages, removed at the end, or by the next process if this one is killed."""
    with _temporary(_SAMPLES) as name:
        yield Path(name)


def private_file(content: bytes) -> str:
    """The path of a file that only this user reads, removed when this process ends."""
    _remove_left(_SECRETS)
    folder = tempfile.mkdtemp(prefix=f"{_SECRETS}{name_of_this_process()}.")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = os.path.join(folder, uuid.uuid4().hex)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    return path


def log_folder() -> "tempfile.TemporaryDirectory[str]":
    """A private folder for copies of logs, which goes with this object, or by the next process if this one is killed."""
    return _temporary(_LOGS)


def _temporary(prefix: str) -> "tempfile.TemporaryDirectory[str]":
    _remove_left(prefix)
    return tempfile.TemporaryDirectory(prefix=f"{prefix}{name_of_this_process()}.")


def _remove_left(prefix: str) -> None:
    for old in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        if is_left(old.name.removeprefix(prefix).partition(".")[0], ABANDONED_HOURS):
            shutil.rmtree(old, ignore_errors=True)
