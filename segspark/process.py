"""Which process holds something, and whether it is still there; only what can be proved counts."""

import hashlib
import os
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

_PROC = Path("/proc")
# Of a process in a file's name: its number, when it was started, where it runs, and the hour of the naming.
NAME = r"(?P<pid>\d+)-(?P<started>\d+)-(?P<place>[0-9a-f]{8})-(?P<hour>\d+)"
_HOUR_S = 3600


class Fate(Enum):
    """What this process can say of another one."""

    RUNS = "runs on this machine"
    ENDED = "has ended"
    UNKNOWN = "cannot be seen from here"


@dataclass(frozen=True)
class Process:
    """A process among those of all machines.

    Attributes:
        boot, namespace: this start of the machine, and the container's own numbering of processes; empty if unknown.
        started: clock ticks between the machine's start and that of the process, so that a number that was given to
            another process is not mistaken; None if unknown.
    """

    host: str
    pid: int
    boot: str = ""
    namespace: str = ""
    started: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(content: Mapping[str, Any]) -> "Process":
        """
        Raises:
            KeyError, TypeError, ValueError: this describes no process.
        """
        started = content.get("started")
        return Process(
            str(content["host"]),
            int(content["pid"]),
            str(content.get("boot", "")),
            str(content.get("namespace", "")),
            None if started is None else int(started),
        )


def this_process() -> Process:
    pid = os.getpid()
    return Process(socket.gethostname(), pid, _boot(), _namespace(), _started(pid))


def fate(process: Process) -> Fate:
    """What can be proved of a process.

    The same name of a machine is no proof: names repeat, machines restart, and every container counts its processes
    from 1. So the start of the machine and the container must be the same too.
    """
    here = this_process()
    if not here.boot or (process.boot, process.namespace) != (here.boot, here.namespace):
        return Fate.UNKNOWN
    if not _has_pid(process.pid):
        return Fate.ENDED
    started = _started(process.pid)
    if started is None or process.started is None:
        # Another user's process may be hidden here.
        return Fate.UNKNOWN
    return Fate.RUNS if started == process.started and not _is_reaped_soon(process.pid) else Fate.ENDED


def name_of_this_process() -> str:
    """A short name for files and folders, by which others know whether they were left behind (``is_left``)."""
    here = this_process()
    return f"{here.pid}-{here.started or 0}-{_place_of(here)}-{int(time.time()) // _HOUR_S}"


def is_left(name: str, hours: int) -> bool:
    """Whether the process of a name has ended; what is named after no process is nobody's.

    Args:
        hours: where nothing can be proved, as of a container that is gone, it has ended so long after the naming.
    """
    found = re.fullmatch(NAME, name)
    if found is None:
        return True
    here, started = this_process(), int(found["started"]) or None
    if found["place"] == _place_of(here):
        its = fate(Process(here.host, int(found["pid"]), here.boot, here.namespace, started))
        if its is not Fate.UNKNOWN:
            return its is Fate.ENDED
    return int(found["hour"]) + hours < int(time.time()) // _HOUR_S


def _place_of(process: Process) -> str:
    text = "\n".join((process.host, process.boot, process.namespace))
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _has_pid(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return os.readlink(_PROC / "self/ns/pid")
    except OSError:
        return ""


def _stat(pid: int) -> list[str]:
    """The fields of a process after its name, which may hold blanks and brackets; none if it cannot be read."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _started(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[19]) if len(fields) > 19 else None


def _is_reaped_soon(pid: int) -> bool:
    """Whether it has ended, and only its parent has not asked how; a thread of it may still be ending."""
    if _stat(pid)[:1] not in (["Z"], ["X"]):
        return False
    try:
        return len(os.listdir(_PROC / str(pid) / "task")) <= 1
    except OSError:
        return True
