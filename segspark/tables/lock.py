"""One writer at a time per lake: a lock file with its owner and age."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segspark.errors import InfrastructureError

LOCK = "_lock.json"


@contextmanager
def only_writer(root: Path, what: str) -> Iterator[None]:
    """Hold the lake's lock.

    A lock whose process is gone from this machine is taken over; of another machine's process nothing can be
    known, so that its lock is respected.

    Raises:
        InfrastructureError: another run holds the lock; nothing was touched.
    """
    root.mkdir(parents=True, exist_ok=True)
    path = root / LOCK
    mine = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "what": what})
    for _ in range(2):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            _remove_if_abandoned(path)
            continue
        with os.fdopen(handle, "w") as out:
            out.write(mine)
        break
    else:
        raise InfrastructureError(
            f"Another run writes to this lake ({_describe(path)}). Wait for it to end and run again; "
            f"if it is certain that none runs, remove {path}."
        )
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _remove_if_abandoned(path: Path) -> None:
    try:
        owner = json.loads(path.read_text())
        same_host = owner["host"] == socket.gethostname()
        pid = int(owner["pid"])
    except (OSError, ValueError, KeyError):
        return
    if same_host and pid != os.getpid() and not Path(f"/proc/{pid}").exists() and not _is_alive(pid):
        path.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _describe(path: Path) -> str:
    try:
        owner = json.loads(path.read_text())
        return f"{owner['what']}, process {owner['pid']} on {owner['host']}"
    except (OSError, ValueError, KeyError):
        return "owner unknown"
