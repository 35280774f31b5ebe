"""The folder for what a process writes and forgets."""

import os
import shutil
import socket
from pathlib import Path


def scratch_folder(workspace: Path) -> Path:
    """A folder for what this process writes and forgets: below SPARK_LOCAL_DIRS where that is set, else beside the
    workspace's file. It is none of the lake's, which may lie in a store; those of killed runs are removed."""
    below = Path(os.environ["SPARK_LOCAL_DIRS"].split(",")[0]) if os.environ.get("SPARK_LOCAL_DIRS") else workspace
    host, top = socket.gethostname(), below / ".segspark-scratch"
    for old in top.glob(f"{host}-*"):
        if not _is_running(old.name.rpartition("-")[2]):
            shutil.rmtree(old, ignore_errors=True)
    scratch = top / f"{host}-{os.getpid()}"
    scratch.mkdir(parents=True, exist_ok=True)
    return scratch


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
