"""The folder for what a process writes and forgets."""

import os
import shutil
import socket
from pathlib import Path


def scratch_folder(lake: Path) -> Path:
    """A folder below the lake for what this process writes and forgets; those of killed runs are removed."""
    host = socket.gethostname()
    for old in (lake / "_tmp").glob(f"{host}-*"):
        if not _is_running(old.name.rpartition("-")[2]):
            shutil.rmtree(old, ignore_errors=True)
    scratch = lake / "_tmp" / f"{host}-{os.getpid()}"
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
