"""One writer at a time: a lease that ends with its holder, on one machine or on several."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bucket_server import requests
from segspark.errors import InfrastructureError
from segspark.process import Process, this_process
from segspark.store import Store, store_at
from segspark.tables import lease as lease_module
from segspark.tables.claim import Claim
from segspark.tables.lease import Lease, only_writer, take, unlock
from segspark.tables.lease_files import KEPT, name_of, read_newest

ELSEWHERE = Process("elsewhere", 7, "another boot", "pid:[1]", 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_at(tmp_path / "lake")


def claim(process: Process | None = None, token: str = "theirs", expires_s: float = 60.0) -> Claim:
    return Claim(token, "daily", expires_s, process or this_process())


def ended() -> Process:
    """A process of this machine that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return replace(this_process(), pid=process.pid)


class Clock:
    """A clock that moves while somebody sleeps; what happens meanwhile is called."""

    def __init__(self, meanwhile: Any = lambda: None) -> None:
        self.now, self._meanwhile = 100.0, meanwhile

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self._meanwhile()

    def take(self, store: Store, **more: Any) -> Lease:
        return take(store, claim(token="mine"), clock=lambda: self.now, sleep=self.sleep, **more)


def test_the_lease_says_who_holds_it_and_is_free_afterwards(store: Store) -> None:
    with only_writer(store, "daily 2026-05-06"):
        newest = read_newest(store)
        assert (newest.number, newest.is_free) == (1, False)
        assert newest.words == f"daily 2026-05-06, process {os.getpid()} on {this_process().host}"
    assert read_newest(store).is_free

    def fail() -> None:
        with only_writer(store, "daily"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert read_newest(store).is_free


def test_old_numbers_are_removed(store: Store) -> None:
    for _ in range(KEPT):
        with only_writer(store, "daily"):
            pass
    assert read_newest(store).number == 2 * KEPT
    assert [f.name for f in store.list()] == [name_of(n) for n in range(KEPT + 1, 2 * KEPT + 1)]


def test_a_second_run_at_the_same_time_is_refused_and_touches_nothing(store: Store) -> None:
    with only_writer(store, "daily"):
        before = {f.name: store.read(f.name) for f in store.list()}
        with pytest.raises(InfrastructureError, match="Another run writes to this lake") as refused:
            only_writer(store, "hourly").__enter__()
        assert refused.value.exit_code == 4
        for told in (f"daily, process {os.getpid()}", store.url, "segspark unlock"):
            assert told in str(refused.value)
        assert {f.name: store.read(f.name) for f in store.list()} == before


def test_the_lease_of_a_process_that_has_ended_is_taken_over_at_once(store: Store) -> None:
    store.replace(name_of(3), claim(ended()).as_bytes())
    clock = Clock()
    clock.take(store).check()
    assert clock.now == 100.0
    assert read_newest(store).number == 4


@pytest.mark.parametrize(
    "process",
    [
        # Its number was given to another process since: this one.
        replace(this_process(), started=(this_process().started or 0) - 1),
        replace(this_process(), pid=2**22 + 7),
    ],
)
def test_a_number_that_another_process_has_now_is_not_mistaken(store: Store, process: Process) -> None:
    store.replace(name_of(1), claim(process).as_bytes())
    clock = Clock()
    clock.take(store)
    assert clock.now == 100.0


@pytest.mark.parametrize(
    "holder", [ELSEWHERE, replace(this_process(), boot="before"), replace(this_process(), namespace="pid:[1]")]
)
def test_of_another_machine_start_or_container_a_whole_expiry_without_a_sign_of_life_is_proof(
    store: Store, holder: Process
) -> None:
    store.replace(name_of(1), claim(holder, expires_s=30).as_bytes())
    clock, told = Clock(), []
    clock.take(store, tell=told.append).check()
    assert clock.now == 130.0
    assert len(told) == 1
    assert "waits for a sign of life" in told[0]


def test_a_holder_elsewhere_that_renews_is_respected(store: Store) -> None:
    theirs = Lease(store, claim(ELSEWHERE), 1)
    store.replace(name_of(1), claim(ELSEWHERE).as_bytes())
    clock = Clock()
    clock._meanwhile = lambda: theirs.renew() if clock.now >= 115 else None
    with pytest.raises(InfrastructureError, match="on elsewhere"):
        clock.take(store)
    assert clock.now == 115.0
    theirs.check()


def test_one_that_is_given_back_during_the_wait_is_taken(store: Store) -> None:
    theirs = Lease(store, claim(ELSEWHERE), 1)
    store.replace(name_of(1), claim(ELSEWHERE).as_bytes())
    clock = Clock(theirs.release)
    clock.take(store).check()
    assert clock.now < 101


DAMAGED = (b"", b"{", b"{}", b"null", b"[]", b"\xff\xfe", b'{"token": "a", "expires_s": "x", "holder": null}', b"[" * 9999,
           b'{"token": "a", "expires_s": 60, "holder": {"host": "x", "pid": "none"}}',
           b'{"token": "a", "expires_s": NaN, "holder": null}')  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED)
def test_a_file_that_is_damaged_or_of_somebody_else_blocks_for_one_expiry(store: Store, content: bytes) -> None:
    store.replace(name_of(1), content)
    clock = Clock()
    clock.take(store).check()
    assert clock.now == 160.0


def test_an_expiry_beyond_reason_keeps_nobody_waiting_for_ever(store: Store) -> None:
    store.replace(name_of(1), claim(ELSEWHERE, expires_s=1e9).as_bytes())
    clock = Clock()
    clock.take(store)
    assert clock.now == 3700.0


def test_files_of_other_names_are_nothing(store: Store) -> None:
    for name in ("_lease/9.json", "_lease/notes.txt", "_lease/00000003.json.part", f"_lease/{10**20}.json"):
        store.replace(name, b"x")
    Clock().take(store)
    assert read_newest(store).number == 1


def test_what_is_no_file_is_told_and_unlock_removes_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "lake" / name_of(1)).mkdir(parents=True)
    with pytest.raises(InfrastructureError, match=r"00000001.json is no file of a lease"):
        Clock().take(store)
    assert unlock(store, read_newest(store))
    Clock().take(store).check()


def test_a_holder_that_was_taken_for_dead_stops_before_its_next_commit(store: Store) -> None:
    store.replace(name_of(1), claim(ELSEWHERE).as_bytes())
    theirs = Lease(store, claim(ELSEWHERE), 1)
    theirs.check()
    mine = Clock().take(store)
    with pytest.raises(InfrastructureError, match="does not hold the lease"):
        theirs.check()
    assert not theirs.renew()
    # Neither does it give back what is another's.
    theirs.release()
    mine.check()


def test_a_holder_whose_files_were_damaged_goes_on(store: Store) -> None:
    lease = Clock().take(store)
    store.replace(name_of(1), b"")
    lease.check()
    assert lease.renew()
    lease.check()


def test_a_holder_whose_files_were_removed_by_hand_stops(store: Store) -> None:
    lease = Clock().take(store)
    store.delete_tree("_lease")
    with pytest.raises(InfrastructureError, match="does not hold"):
        lease.check()
    assert not lease.renew()


def test_whoever_looked_long_ago_does_not_hold_what_was_removed_since(store: Store) -> None:
    """A number below the newest one is free to write, and worth nothing."""
    store.replace(name_of(20), claim().as_bytes())
    assert not lease_module.put(store, 6, claim(token="late"))
    assert [f.name for f in store.list()] == [name_of(20)]


def test_a_number_whose_answer_was_lost_is_ours(store: Store) -> None:
    """As an object store may have written although the connection broke."""
    store.replace(name_of(1), claim(token="mine").as_bytes())
    Clock().take(store).check()
    lease = Lease(store, claim(token="mine"), 1)
    store.replace(name_of(2), claim(token="mine").as_bytes())
    lease.check()
    assert lease.renew()
    assert read_newest(store).number == 3


def test_the_lease_is_renewed_while_it_is_held(store: Store) -> None:
    with only_writer(store, "daily", expires_s=0.2) as lease:
        deadline = time.monotonic() + 20
        while read_newest(store).number < 4:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        lease.check()
    newest = read_newest(store)
    time.sleep(0.2)
    assert read_newest(store) == newest, "renewed after it was given back"


def test_a_store_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InfrastructureError, match="cannot be read or written: Not a directory"):
        only_writer(store_at(tmp_path / "file" / "lake"), "daily").__enter__()


def test_unlock_frees_whom_it_showed_and_nobody_else(store: Store) -> None:
    theirs = Clock().take(store)
    seen = read_newest(store)
    # It is at work, and renews.
    theirs.renew()
    assert unlock(store, seen)
    with pytest.raises(InfrastructureError):
        theirs.check()
    take(store, claim(token="another"))
    assert not unlock(store, seen)
    assert not read_newest(store).is_free


def test_in_a_bucket_a_holder_asks_again_after_half_an_expiry_and_unlock_waits_for_it(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(lease_module, "seconds", lambda: now[0])
    store = store_at(f"{s3}/{tmp_path.name}")
    mine = take(store, claim(token="mine"))
    requests()
    for _ in range(3):
        mine.check()
    assert not requests()
    # Two requests: the next number, and whether it is the newest.
    assert mine.renew()
    assert sum(requests().values()) == 2
    waited: list[float] = []
    assert unlock(store, read_newest(store), waited.append)
    assert waited == [30.0]
    mine.check()
    now[0] += waited[0]
    with pytest.raises(InfrastructureError, match="does not hold the lease"):
        mine.check()
    assert not mine.renew()
    # Of a holder that has ended nothing has to be waited for.
    theirs = take(store, claim(ended()))
    assert unlock(store, read_newest(store), waited.append)
    assert waited == [30.0]
    assert not theirs.renew()


# The lock file of earlier versions ------------------------------------------------------------------------------------


def lock(store: Store, **holder: Any) -> None:
    content = {"pid": os.getppid(), "host": this_process().host, "what": "daily", **holder}
    store.replace("_lock.json", json.dumps(content).encode())


def test_a_lock_of_an_earlier_version_is_removed_once_its_process_has_ended(store: Store) -> None:
    lock(store, pid=ended().pid)
    with only_writer(store, "daily"):
        assert store.size("_lock.json") is None


@pytest.mark.parametrize("holder", [{}, {"host": "elsewhere"}])
def test_a_lock_of_an_earlier_version_is_respected_while_its_process_may_be_at_work(
    store: Store, holder: dict[str, Any]
) -> None:
    lock(store, **holder)
    with pytest.raises(InfrastructureError, match="earlier version"):
        only_writer(store, "daily").__enter__()
    assert read_newest(store).is_free
    assert unlock(store, read_newest(store))
    with only_writer(store, "daily"):
        pass


@pytest.mark.parametrize("content", DAMAGED[:6])
def test_a_lock_of_an_earlier_version_that_cannot_be_read_is_of_nobody(store: Store, content: bytes) -> None:
    store.replace("_lock.json", content)
    with only_writer(store, "daily"):
        assert store.size("_lock.json") is None


# Real processes -------------------------------------------------------------------------------------------------------

HOLD = """
import sys, time
from segspark.store import store_at
from segspark.tables.lease import only_writer
with only_writer(store_at(sys.argv[1]), "held"):
    print("in", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(store: Store) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, store.url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    yield process
    with suppress(ProcessLookupError):
        process.kill()
    process.wait()


def test_a_process_that_is_killed_leaves_a_lease_that_the_next_one_takes(
    store: Store, holder: subprocess.Popen[str]
) -> None:
    """Also while nobody has asked how it ended: it is a process no more, but its number is still taken."""
    with pytest.raises(InfrastructureError, match="held, process"):
        only_writer(store, "daily").__enter__()
    holder.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
    started = time.monotonic()
    with only_writer(store, "daily"):
        assert time.monotonic() - started < 10


def test_a_process_that_is_stopped_still_holds_its_lease(store: Store, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGSTOP)
    with pytest.raises(InfrastructureError, match="held, process"):
        only_writer(store, "daily").__enter__()


def test_a_bucket_that_fails_for_a_moment_ends_no_renewal(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    failed, real = [], Lease.renew

    def fail_once(lease: Lease) -> bool:
        if not failed:
            failed.append(1)
            raise InfrastructureError("s3://bucket cannot be reached")
        return real(lease)

    monkeypatch.setattr(Lease, "renew", fail_once)
    with only_writer(store, "daily", expires_s=0.2):
        deadline = time.monotonic() + 20
        while read_newest(store).number < 3:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert failed == [1]
