"""The numbered files of a lease: which is the newest, and the one way to write the next."""

import re
from dataclasses import dataclass

from segspark.process import Fate, fate
from segspark.store import Store
from segspark.tables.claim import Claim

FOLDER = "_lease"
# Old numbers that stay: one who looked long ago and then writes a number that was removed still finds newer ones.
KEPT = 8
_NAME = re.compile(FOLDER + r"/(\d{8,18})\.json")


@dataclass(frozen=True)
class Newest:
    """The newest number of a lease; 0 without a claim where there is none, or where everything was removed."""

    number: int
    claim: Claim | None

    @property
    def is_free(self) -> bool:
        return self.number == 0 or (self.claim is not None and self.claim.is_free)

    @property
    def fate(self) -> Fate:
        return Fate.UNKNOWN if self.claim is None or self.claim.process is None else fate(self.claim.process)

    @property
    def words(self) -> str:
        return self.claim.words if self.claim else "its file cannot be read"


def read_newest(store: Store) -> Newest:
    """Who holds the lease now. A file that is empty, half written or of somebody else names nobody."""
    while True:
        at = max(_numbers(store), default=0)
        if not at:
            return Newest(0, None)
        try:
            content = store.read(name_of(at))
        except FileNotFoundError:
            # A newer one was written and this one removed, in the meantime.
            continue
        except PermissionError:
            return Newest(at, None)
        return Newest(at, Claim.from_bytes(content))


def put(store: Store, number: int, claim: Claim, after: int | None = None) -> bool:
    """Write a number; whether it is ours and the newest one. Old numbers are removed.

    Args:
        after: our number of before. Where it is gone, somebody has removed the files of the lease by hand.
    """
    if not store.put_if_absent(name_of(number), claim.as_bytes()):
        return False
    numbers = _numbers(store)
    if max(numbers, default=0) != number or after not in (None, *numbers):
        # It had been taken and removed long ago.
        store.delete(name_of(number))
        return False
    for old in numbers:
        if old <= number - KEPT:
            store.delete(name_of(old))
    return True


def _numbers(store: Store) -> list[int]:
    found = [(file.name, _NAME.fullmatch(file.name)) for file in store.list(f"{FOLDER}/")]
    return [int(match[1]) for name, match in found if match and name == name_of(int(match[1]))]


def name_of(number: int) -> str:
    return f"{FOLDER}/{number:08d}.json"
