"""The scratch folder of a process."""

import os
import shutil
import socket
from pathlib import Path


def scratch_folder(workspace: Path) -> Path:
    """The scratch folder of this process: below SPARK_LOCAL_DIRS if that is set, else beside the workspace's file. It
    is outside of the lake, which may lie in a store; folders of killed runs are removed."""
    below = Path(os.environ["SPARK_LOCAL_DIRS"].split(",")[0]) if os.environ.get("SPARK_LOCAL_DIRS") else workspace
    top = below / ".segspark-scratch"
    for old in top.glob("*"):
        if is_gone(old.name):
            shutil.rmtree(old, ignore_errors=True)
    scratch = top / this_process()
    scratch.mkdir(parents=True, exist_ok=True)
    return scratch


def this_process() -> str:
    """Names this process among those of all machines."""
    return f"{socket.gethostname()}-{os.getpid()}"


def is_gone(process: str) -> bool:
    """Whether a process of that name has ended; of other machines' nothing is known, so that they have not."""
    host, _, number = process.rpartition("-")
    return host == socket.gethostname() and not _is_running(number)


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
