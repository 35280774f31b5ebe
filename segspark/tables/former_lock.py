"""The lock file of earlier versions: it is respected while its process may be at work, and then removed."""

import json
import os
import socket

from segspark.errors import InfrastructureError
from segspark.store import Store

FORMER_LOCK = "_lock.json"


def retire_former_lock(store: Store) -> None:
    """Remove the lock file if nobody holds it; the caller holds the lease.

    It names a process without its start, so a number that another process has now is respected, and so is every other
    machine. A file that cannot be read was written by no run: a run's appears whole.

    Raises:
        InfrastructureError: a run of an earlier version may be at work.
    """
    if store.size(FORMER_LOCK) is None:
        return
    holder = read_former_holder(store)
    if holder is not None and not _has_ended(*holder):
        host, pid, what = holder
        raise InfrastructureError(
            f"A run of an earlier version locks this lake, {store.url} ({what}, process {pid} on {host}). Wait for it "
            "to end and run again; if it is certain that none runs: segspark unlock."
        )
    store.delete(FORMER_LOCK)


def read_former_holder(store: Store) -> tuple[str, int, str] | None:
    """Host, process and run; None if nobody can be read."""
    try:
        content = json.loads(store.read(FORMER_LOCK))
        return str(content["host"]), int(content["pid"]), str(content.get("what", ""))
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _has_ended(host: str, pid: int, _: str) -> bool:
    if host != socket.gethostname():
        return False
    if pid == os.getpid():
        # A restarted container gives its numbers again: this run itself holds no such lock.
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False
