"""A lake that two machines write: processes that take each other for another machine's, stopped, killed and woken."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from segspark.errors import InfrastructureError
from segspark.store import Store, store_at
from segspark.tables.lease import only_writer
from segspark.tables.lease_files import name_of, read_newest

# Holds the lease, on a machine of its own if it is told so; writes a number whenever it is asked to.
HOLD = """
import sys
from segspark import process
from segspark.errors import InfrastructureError
from segspark.store import store_at
from segspark.tables.lease import only_writer
root, machine, expires_s = sys.argv[1:]
if machine:
    process._boot = lambda: machine
store = store_at(root)
try:
    with only_writer(store, "held", float(expires_s)) as lease:
        print("in", flush=True)
        for line in sys.stdin:
            lease.check()
            store.replace(line.strip(), b"")
            print("written", flush=True)
except InfrastructureError as error:
    print(error, flush=True)
    sys.exit(error.exit_code)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_at(tmp_path / "lake")


@contextmanager
def holder(store: Store, machine: str, expires_s: float, kill_at: str = "") -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, store.url, machine, str(expires_s)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "SEGSPARK_KILL_AT": kill_at},
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def asked(process: subprocess.Popen[str], name: str) -> str:
    assert process.stdin is not None
    process.stdin.write(f"{name}\n")
    process.stdin.flush()
    return said(process)


def test_one_that_sleeps_for_longer_than_its_lease_writes_nothing_when_it_wakes(store: Store) -> None:
    with holder(store, "another machine", 1) as theirs:
        assert said(theirs) == "in"
        assert asked(theirs, "before") == "written"
        theirs.send_signal(signal.SIGSTOP)
        with only_writer(store, "mine") as mine:
            theirs.send_signal(signal.SIGCONT)
            assert "does not hold the lease" in asked(theirs, "after")
            assert theirs.wait(60) == InfrastructureError.exit_code
            # Nor has it given back what is another's.
            mine.check()
    assert (store.size("before"), store.size("after")) == (0, None)
    assert read_newest(store).is_free


def test_one_that_works_on_another_machine_is_respected_however_long_it_takes(store: Store) -> None:
    with holder(store, "another machine", 12) as theirs:
        assert said(theirs) == "in"
        with pytest.raises(InfrastructureError, match="Another run writes to this lake"):
            only_writer(store, "mine").__enter__()
        assert asked(theirs, "on") == "written"


def test_one_that_is_killed_on_another_machine_blocks_for_its_expiry_alone(store: Store) -> None:
    with holder(store, "another machine", 2) as theirs:
        assert said(theirs) == "in"
        theirs.kill()
        theirs.wait()
    started = time.monotonic()
    with only_writer(store, "mine"):
        assert time.monotonic() - started >= 2


def test_a_takeover_that_is_killed_is_taken_over(store: Store) -> None:
    for n in (1, 2):
        with holder(store, "", 60, "lease_taken") as killed:
            assert killed.wait(60) == -signal.SIGKILL
        assert read_newest(store).number == n
    started = time.monotonic()
    with only_writer(store, "mine"):
        assert time.monotonic() - started < 30
    assert read_newest(store).is_free


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_an_hour_off_neither_ends_a_lease_nor_keeps_it(store: Store, hours: int) -> None:
    """The times of its files are another machine's, and nobody looks at them."""
    with holder(store, "another machine", 6) as theirs:
        assert said(theirs) == "in"
        for number in range(1, read_newest(store).number + 1):
            moved = time.time() + 3600 * hours
            with suppress(FileNotFoundError):
                os.utime(store.url_of(name_of(number)), (moved, moved))
        with pytest.raises(InfrastructureError, match="Another run writes to this lake"):
            only_writer(store, "mine").__enter__()
        theirs.kill()
        theirs.wait()
    newest = read_newest(store).number
    os.utime(store.url_of(name_of(newest)), (time.time() + 3600 * hours,) * 2)
    started = time.monotonic()
    with only_writer(store, "mine"):
        assert 6 <= time.monotonic() - started < 60
