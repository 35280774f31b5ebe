"""One writer at a time per lake: a lock file with its owner."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segspark.errors import InfrastructureError
from segspark.store import Store

LOCK = "_lock.json"


@contextmanager
def only_writer(store: Store, what: str) -> Iterator[None]:
    """Hold the lake's lock.

    A lock of a process that has ended on this machine is taken over; the processes of other machines cannot be
    checked, so their locks are respected.

    Raises:
        InfrastructureError: another run holds the lock; nothing was touched.
    """
    mine = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "what": what}).encode()
    for _ in range(2):
        if store.put_if_absent(LOCK, mine):
            break
        _remove_if_abandoned(store)
    else:
        raise InfrastructureError(
            f"Another run writes to this lake ({_describe(store)}). Wait for it to end and run again; "
            f"if it is certain that none runs, remove {store.url_of(LOCK)}."
        )
    try:
        yield
    finally:
        store.delete(LOCK)


def _remove_if_abandoned(store: Store) -> None:
    try:
        owner = json.loads(store.read(LOCK))
        same_host = owner["host"] == socket.gethostname()
        pid = int(owner["pid"])
    except (OSError, ValueError, KeyError):
        return
    if same_host and pid != os.getpid() and not Path(f"/proc/{pid}").exists() and not _is_alive(pid):
        store.delete(LOCK)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _describe(store: Store) -> str:
    try:
        owner = json.loads(store.read(LOCK))
        return f"{owner['what']}, process {owner['pid']} on {owner['host']}"
    except (OSError, ValueError, KeyError):
        return "owner unknown"
