"""The protocol of the lease, with every call of the store as a step, in orders that hypothesis draws.

The runs are threads, of which exactly one moves at a time: a toy store waits for its turn before each call. Clocks are
drawn too, so that a wait for an expiry takes no time.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.errors import InfrastructureError
from segspark.process import Process
from segspark.store.store import StoredFile
from segspark.tables import lease_files
from segspark.tables.claim import Claim
from segspark.tables.lease import Lease, take
from segspark.tables.lease_files import name_of, put, read_newest

EXPIRES_S = 60.0


class Crashed(BaseException):
    """A run that is killed between two calls of the store."""


@dataclass
class Turns:
    """Lets one thread go on at a time, until its next step; who that is was drawn."""

    order: Sequence[int]
    clock: float = 0.0
    waiting: dict[int, threading.Event] = field(default_factory=dict)
    crashing: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    moved: threading.Event = field(default_factory=threading.Event)

    def step(self, who: int) -> None:
        turn = threading.Event()
        self.waiting[who] = turn
        self.moved.set()
        turn.wait()
        if who in self.crashing:
            raise Crashed

    def run(self, runs: Sequence[Callable[[], None]], pass_time: Callable[[float], float]) -> None:
        errors: list[BaseException] = []

        def guarded(who: int, run: Callable[[], None]) -> None:
            try:
                self.step(who)
                run()
            except Crashed:
                pass
            except BaseException as error:
                errors.append(error)
            finally:
                self.ended.add(who)
                self.moved.set()

        threads = [threading.Thread(target=guarded, args=(n, run), daemon=True) for n, run in enumerate(runs)]
        for n, thread in enumerate(threads):
            self.moved.clear()
            thread.start()
            self._wait_for(n)
        draws = iter(self.order)
        for n_steps in range(20_000):
            able = sorted(set(range(len(runs))) - self.ended)
            if not able:
                break
            drawn = next(draws, n_steps)
            self.clock = pass_time(self.clock)
            who = able[drawn % len(able)]
            self.moved.clear()
            self.waiting.pop(who).set()
            self._wait_for(who)
        else:
            raise AssertionError("the runs do not end")
        if errors:
            raise errors[0]

    def _wait_for(self, who: int) -> None:
        while who not in self.waiting and who not in self.ended:
            assert self.moved.wait(20)
            self.moved.clear()


class ToyStore:
    """A store of which each call is one step; listing is one too, as that of object stores is."""

    def __init__(self, turns: Turns, who: int, files: dict[str, bytes]) -> None:
        self._turns, self._who, self._files = turns, who, files
        self.url = "toy"

    def url_of(self, name: str) -> str:
        return f"toy/{name}"

    def read(self, name: str) -> bytes:
        self._turns.step(self._who)
        try:
            return self._files[name]
        except KeyError:
            raise FileNotFoundError(name) from None

    def list(self, prefix: str = "") -> list[StoredFile]:
        self._turns.step(self._who)
        return [StoredFile(n, len(c)) for n, c in sorted(self._files.items()) if n.startswith(prefix)]

    def put_if_absent(self, name: str, content: bytes) -> bool:
        self._turns.step(self._who)
        return self._files.setdefault(name, content) is content

    def delete(self, name: str) -> None:
        self._turns.step(self._who)
        self._files.pop(name, None)


def claim_of(who: int) -> Claim:
    """Of a machine each, so that nothing can be proved of a process."""
    return Claim(f"token {who}", f"run {who}", EXPIRES_S, Process(f"machine {who}", 1))


@settings(max_examples=60)
@given(
    order=st.lists(st.integers(0, 5), max_size=300),
    n=st.integers(2, 4),
    crashes=st.sets(st.integers(0, 3), max_size=2),
    rounds=st.integers(1, 3),
    kept=st.sampled_from([lease_files.KEPT, 4]),
)
def test_at_most_one_is_in_at_any_time_and_whoever_crashes_is_followed(
    order: list[int], n: int, crashes: set[int], rounds: int, kept: int
) -> None:
    """Runs renew in time; those that crash while they hold the lease never give it back."""
    files: dict[str, bytes] = {}
    turns = Turns(order)
    inside: list[int] = []
    went_in: list[int] = []

    def run(who: int) -> None:
        store: Any = ToyStore(turns, who, files)

        def sleep(seconds: float) -> None:
            turns.step(who)

        entered = 0
        while entered < rounds:
            try:
                lease = take(store, claim_of(who), clock=lambda: turns.clock, sleep=sleep)
            except InfrastructureError:
                # Refused: somebody else is in; they try again.
                turns.step(who)
                continue
            assert not inside, "two are in"
            inside.append(who)
            went_in.append(who)
            lease.check()
            assert lease.renew()
            lease.check()
            inside.remove(who)
            if who in crashes and entered == rounds - 1:
                raise Crashed
            lease.release()
            entered += 1

    def pass_time(now: float) -> float:
        # Time passes for those who wait only while nobody is in: a holder renews in time.
        return now if inside else now + 10

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lease_files, "KEPT", kept)
        turns.run([lambda who=who: run(who) for who in range(n)], pass_time)  # type: ignore[misc]
    assert {who: went_in.count(who) for who in range(n)} == dict.fromkeys(range(n), rounds)


@settings(max_examples=60)
@given(order=st.lists(st.integers(0, 5), max_size=300), n=st.integers(2, 4))
def test_a_run_that_sleeps_beyond_its_expiry_passes_no_check_after_another_went_in(order: list[int], n: int) -> None:
    """Time passes whatever happens, so a holder may be taken for dead at any step."""
    files: dict[str, bytes] = {}
    turns = Turns(order)
    went_in: list[int] = []
    passed: list[int] = []

    def run(who: int) -> None:
        store: Any = ToyStore(turns, who, files)
        for _ in range(40):
            with suppress(InfrastructureError):
                lease = take(store, claim_of(who), clock=lambda: turns.clock, sleep=lambda seconds: turns.step(who))
                went_in.append(who)
                for _ in range(3):
                    newest = went_in[-1]
                    lease.check()
                    assert newest == who
                    passed.append(who)
                lease.release()
                return
            turns.step(who)

    turns.run([lambda who=who: run(who) for who in range(n)], lambda now: now + 7)  # type: ignore[misc]
    assert passed


@settings(max_examples=60)
@given(order=st.lists(st.integers(0, 7), max_size=60), n=st.integers(2, 6), start=st.integers(0, 3))
def test_of_several_that_put_the_same_number_one_wins(order: list[int], n: int, start: int) -> None:
    files = {name_of(at): claim_of(9).as_bytes() for at in range(1, start + 1)}
    turns = Turns(order)
    won: list[int] = []

    def run(who: int) -> None:
        if put(ToyStore(turns, who, files), start + 1, claim_of(who)):  # type: ignore[arg-type]
            won.append(who)

    turns.run([lambda who=who: run(who) for who in range(n)], lambda now: now)  # type: ignore[misc]
    assert len(won) == 1
    turns = Turns(())
    turns.run(
        [lambda: won.append(int(read_newest(ToyStore(turns, 0, files)).claim.token.split()[1]))],  # type: ignore
        lambda now: now,
    )
    assert won[0] == won[1]


def test_a_lease_whose_put_is_not_asked_for_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: a store that lets two write the same number lets two in."""
    monkeypatch.setattr(ToyStore, "put_if_absent", lambda self, name, content: (
        self._turns.step(self._who), self._files.__setitem__(name, content), True)[-1])  # fmt: skip
    files: dict[str, bytes] = {}
    turns = Turns([0, 1] * 20)
    leases: list[Lease] = []

    def run(who: int) -> None:
        leases.append(take(ToyStore(turns, who, files), claim_of(who), sleep=lambda s: turns.step(who)))  # type: ignore

    turns.run([lambda: run(0), lambda: run(1)], lambda now: now)
    assert len(leases) == 2
