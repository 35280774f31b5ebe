"""One writer at a time per lake: a lease in the lake itself, which ends where its holder does.

The lease is a row of numbered files, ``_lease/00000007.json``; the newest number says who writes. Taking it, renewing
it and giving it back are each one ``put_if_absent`` of the next number, so exactly one of several wins, on every kind
of store. No clocks of two machines are compared: whoever waits sees the same number for a whole expiry by a clock of
its own, and then takes the next one. A holder that was taken for dead finds a newer number and stops before its next
commit.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from segspark.config.url import scheme_of
from segspark.errors import InfrastructureError
from segspark.points import point
from segspark.process import Fate, this_process
from segspark.store import Store
from segspark.tables.claim import Claim
from segspark.tables.former_lock import FORMER_LOCK, retire_former_lock
from segspark.tables.lease_files import FOLDER, Newest, name_of, put, read_newest

EXPIRES_S = 60.0
# A holder renews so often within an expiry that a slow store or a busy machine does not end its lease.
BEATS = 4
_LOOK_S = 0.5
# So often a number may be refused although no newer one is seen: something there is no file.
_TRIES = 20


class Lease:
    """A lease that is held: renewed, asked before each commit, and given back.

    Nobody takes it over until he has seen one number for a whole expiry. So in a bucket, where each question is a
    request, a holder does not ask for half of an expiry after it began to write its newest number.
    """

    def __init__(self, store: Store, claim: Claim, number: int, put_at: float | None = None) -> None:
        """
        Args:
            put_at: when this process began to write the number, by ``seconds``; None if it is unknown.
        """
        self._store, self._claim, self._number = store, claim, number
        self._one_at_a_time = threading.Lock()
        self._certain_s = claim.expires_s / 2 if scheme_of(store.url) else 0.0
        self._put_at = put_at

    def check(self) -> None:
        """Called before each commit.

        Raises:
            InfrastructureError: somebody else has taken the lease; nothing more may be written.
        """
        with self._one_at_a_time, _reached(self._store):
            if self._put_at is not None and seconds() < self._put_at + self._certain_s:
                return
            newest = read_newest(self._store)
        if not self._is_ours(newest):
            raise InfrastructureError(
                f"This run does not hold the lease of {self._store.url} any more ({newest.words}): it did not renew it "
                f"in time, or somebody ran `segspark unlock`. It stops before its next commit; run again."
            )

    def renew(self) -> bool:
        """Put the next number; False if the lease is lost."""
        with self._one_at_a_time:
            at = seconds()
            if not put(self._store, self._number + 1, self._claim, after=self._number):
                # Lost, or ahead: a store may have written a number and its answer was lost.
                self._put_at = None
                newest = read_newest(self._store)
                if not self._is_ours(newest) or not put(self._store, newest.number + 1, self._claim):
                    return False
                self._number = newest.number
            self._number, self._put_at = self._number + 1, at
            return True

    def release(self) -> None:
        """Give it back, unless it is lost already. What cannot be written expires."""
        with self._one_at_a_time, suppress(OSError, InfrastructureError):
            newest = read_newest(self._store)
            if self._is_ours(newest):
                put(self._store, newest.number + 1, self._claim.freed())

    def _is_ours(self, newest: Newest) -> bool:
        if newest.claim is None:
            # The file was damaged since; a number is written once, and this one by us.
            return newest.number == self._number
        # The number may be ahead of ours if a store wrote it and its answer was lost.
        return newest.claim.token == self._claim.token and not newest.claim.is_free


@contextmanager
def only_writer(
    store: Store, what: str, expires_s: float = EXPIRES_S, tell: Callable[[str], None] | None = None
) -> Iterator[Lease]:
    """Hold the lake's lease, and renew it in a thread.

    The lease of a process that has ended on this machine is taken over at once. Where that cannot be known, this waits
    for a whole expiry whether the holder renews its lease.

    Args:
        what: the run, for people.
        expires_s: how long others wait for a sign of life.
        tell: told once if this has to wait.

    Raises:
        InfrastructureError: another run holds the lease, or the store cannot be written; nothing was touched.
    """
    claim = Claim(uuid.uuid4().hex, what, expires_s, this_process())
    with _reached(store):
        lease = take(store, claim, tell=tell)
    ended = threading.Event()
    beat = threading.Thread(target=_renew_until, args=(lease, ended, expires_s / BEATS), daemon=True, name="lease")
    beat.start()
    try:
        with _reached(store):
            retire_former_lock(store)
        point("lease_taken")
        yield lease
    finally:
        ended.set()
        lease.release()


def _renew_until(lease: Lease, ended: threading.Event, every_s: float) -> None:
    while not ended.wait(every_s):
        # A store that fails now may answer at the next beat; a lost lease is said by ``check``.
        with suppress(OSError, InfrastructureError):
            if not lease.renew():
                return


def take(
    store: Store,
    claim: Claim,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[str], None] | None = None,
) -> Lease:
    """The lease, once it is free or its holder has ended or gives no sign of life.

    Args:
        clock: seconds of this process; only their differences count.

    Raises:
        InfrastructureError: somebody holds it.
    """
    first: tuple[Newest, float] | None = None
    last, refused = 0, 0
    while True:
        newest = read_newest(store)
        if newest.claim is not None and newest.claim.token == claim.token and not newest.claim.is_free:
            # Written before a store's answer was lost.
            return Lease(store, claim, newest.number)
        its_fate = Fate.ENDED if newest.is_free else newest.fate
        if its_fate is Fate.UNKNOWN and first is not None and first[0].number == newest.number:
            wait = newest.claim.expires_s if newest.claim else claim.expires_s
            left = first[1] + wait - clock()
            if left > 0:
                sleep(min(_LOOK_S, left))
                continue
            its_fate = Fate.ENDED
        if its_fate is Fate.ENDED:
            at = seconds()
            if put(store, newest.number + 1, claim):
                return Lease(store, claim, newest.number + 1, at)
            refused = refused + 1 if newest.number == last else 1
            last = newest.number
            if refused > _TRIES:
                raise InfrastructureError(
                    f"{store.url_of(name_of(last + 1))} is no file of a lease, and nothing can be written in its place. "
                    "If it is certain that no run is at work: segspark unlock."
                )
            continue
        if its_fate is Fate.RUNS or first is not None:
            # A newer number than the first one that was seen is a sign of life.
            raise InfrastructureError(
                f"Another run writes to this lake, {store.url} ({newest.words}). Wait for it to end and run again; "
                "if it is certain that none runs: segspark unlock."
            )
        first = (newest, clock())
        if tell is not None:
            tell(f"waits for a sign of life of another run ({newest.words})")


def seconds() -> float:
    """A clock that goes on while the machine sleeps, where it has one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def unlock(store: Store, seen: Newest, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Free the lease for a person who is certain that its holder is not at work; a holder that is stops before its next
    commit. In a bucket this waits until such a holder asks again.

    Args:
        seen: what the person was shown.

    Returns:
        False if somebody else holds it by now.
    """
    with _reached(store):
        store.delete(FORMER_LOCK)
        point("unlocking")
        for _ in range(_TRIES):
            newest = read_newest(store)
            # A holder that is at work has renewed it since, under the same token.
            if newest.number != seen.number and newest.claim != seen.claim and not newest.is_free:
                return False
            if put(store, newest.number + 1, Claim(uuid.uuid4().hex, "segspark unlock", EXPIRES_S, None)):
                if scheme_of(store.url) and newest.claim is not None and newest.fate is not Fate.ENDED:
                    sleep(newest.claim.expires_s / 2)
                return True
        # What is in the way is no file of a lease.
        store.delete_tree(FOLDER)
    return True


@contextmanager
def _reached(store: Store) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InfrastructureError(
            f"The lease of {store.url} cannot be read or written: {error.strerror or error}. Nothing was written."
        ) from error
