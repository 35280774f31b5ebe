"""Real processes that meet at one lease. The counts go to benchmarks/results/lease.json."""

import json
import multiprocessing
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from segspark.errors import InfrastructureError
from segspark.process import Process, this_process
from segspark.store import store_at
from segspark.tables.claim import Claim
from segspark.tables.lease import only_writer
from segspark.tables.lease_files import name_of

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "lease.json"
FORKED = multiprocessing.get_context("fork")


def noted(name: str, **counts: Any) -> None:
    """Add counts of this machine to the results."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[name] = {**counts, "python": platform.python_version(), "cores": FORKED.cpu_count()}
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")


def all_of(n: int, work: Callable[..., None], *given: Any) -> None:
    processes = [FORKED.Process(target=work, args=(who, *given), daemon=True) for who in range(n)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0


def stale(kind: str, gone: int) -> bytes:
    """What a run leaves that was killed here, or elsewhere, or while its disk failed."""
    here = replace(this_process(), pid=gone)
    if kind == "damaged":
        return b'{"token": "x"'
    return Claim("dead", "killed", 0.2, here if kind == "ended" else Process("elsewhere", 1)).as_bytes()


def enter(who: int, root: str, barrier: Any, told: Any) -> None:
    store = store_at(root)
    barrier.wait()
    try:
        with only_writer(store, f"run {who}", expires_s=4):
            told.put("in")
            barrier.wait()
    except InfrastructureError:
        told.put("refused")
        barrier.wait()


def entered(rounds: int, folder: Path) -> list[int]:
    """How many of four entered in each round."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    counts = []
    for at in range(rounds):
        store = store_at(folder / str(at))
        kind = ("ended", "elsewhere", "damaged")[at % 10 if at % 10 < 3 else 0]
        store.replace(name_of(1), stale(kind, ended.pid))
        barrier, told = FORKED.Barrier(4), FORKED.SimpleQueue()
        all_of(4, enter, store.url, barrier, told)
        counts.append([told.get() for _ in range(4)].count("in"))
    return counts


def test_of_four_processes_that_meet_one_stale_lease_one_enters(tmp_path: Path) -> None:
    assert entered(13, tmp_path) == [1] * 13


@pytest.mark.slow
def test_of_four_processes_that_meet_one_stale_lease_one_enters_150_times(tmp_path: Path) -> None:
    counts = entered(150, tmp_path)
    noted("four_at_one_stale_lease", rounds=len(counts), exactly_one_entered=counts.count(1))
    assert counts == [1] * 150


def count_up(who: int, root: str, rounds: int) -> None:
    """Read, add one, write: what two do at once is lost."""
    store = store_at(root)
    for _ in range(rounds):
        while True:
            try:
                with only_writer(store, f"run {who}"):
                    store.replace("count", str(int(store.read("count")) + 1).encode())
                break
            except InfrastructureError:
                time.sleep(0.0005)


def lost(n: int, rounds: int, folder: Path) -> int:
    store = store_at(folder)
    store.replace("count", b"0")
    all_of(n, count_up, store.url, rounds)
    return n * rounds - int(store.read("count"))


@pytest.mark.parametrize("n", [2, 4])
def test_nothing_is_lost_by_processes_that_take_turns(tmp_path: Path, n: int) -> None:
    assert lost(n, 20, tmp_path) == 0


@pytest.mark.slow
@pytest.mark.parametrize("n", [2, 4])
def test_nothing_is_lost_in_a_thousand_rounds(tmp_path: Path, n: int) -> None:
    missing = lost(n, 1000, tmp_path)
    noted(f"turns_of_{n}_processes", rounds_each=1000, lost=missing)
    assert missing == 0
