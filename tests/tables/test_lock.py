"""One writer at a time; the lock of a process that is gone is taken over, that of another machine is respected."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from segspark.errors import InfrastructureError
from segspark.store import Store, store_at
from segspark.tables.lock import LOCK, only_writer


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_at(tmp_path / "lake")


def hold(store: Store, **owner: Any) -> None:
    store.replace(
        LOCK, json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "what": "daily", **owner}).encode()
    )


def ended() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_lock_says_who_holds_it_and_is_gone_afterwards(store: Store) -> None:
    with only_writer(store, "daily 2026-05-06"):
        owner = json.loads(store.read(LOCK))
        assert owner == {"pid": os.getpid(), "host": socket.gethostname(), "what": "daily 2026-05-06"}
    assert list(store.list()) == []

    def fail() -> None:
        with only_writer(store, "daily"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(store.list()) == []


def test_a_second_run_at_the_same_time_is_refused_and_touches_nothing(store: Store) -> None:
    with only_writer(store, "daily"):
        before = store.read(LOCK)
        with pytest.raises(InfrastructureError, match="Another run") as refused, only_writer(store, "hourly"):
            pass
        assert refused.value.exit_code == 4
        assert f"daily, process {os.getpid()} on {socket.gethostname()}" in str(refused.value)
        assert store.url_of(LOCK) in str(refused.value)
        # Whoever was refused does not take the lock away.
        assert store.read(LOCK) == before


def test_the_lock_of_a_process_that_is_gone_is_taken_over(store: Store) -> None:
    hold(store, pid=ended(), what="killed")
    with only_writer(store, "daily"):
        assert json.loads(store.read(LOCK))["what"] == "daily"


def test_the_lock_of_a_running_process_is_respected(store: Store) -> None:
    hold(store, pid=os.getppid(), what="running")
    with pytest.raises(InfrastructureError, match="running, process"), only_writer(store, "daily"):
        pass
    assert json.loads(store.read(LOCK))["what"] == "running"


def test_of_another_machine_nothing_can_be_known(store: Store) -> None:
    hold(store, pid=ended(), host="elsewhere", what="far away")
    with (
        pytest.raises(InfrastructureError, match=r"far away, process [0-9]+ on elsewhere"),
        only_writer(store, "daily"),
    ):
        pass
    assert json.loads(store.read(LOCK))["host"] == "elsewhere"


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"host": "x", "pid": "none"}'])
def test_a_lock_that_cannot_be_read_is_respected(store: Store, content: bytes) -> None:
    store.replace(LOCK, content)
    with pytest.raises(InfrastructureError, match="owner unknown"), only_writer(store, "daily"):
        pass
    assert store.read(LOCK) == content
