"""Where a task first saw each identifier and each link, and where a record first introduced an identifier."""

from collections.abc import Iterator
from typing import Any

from segspark.sources.masking import Pair

_PAIR = ("left_id", "right_id", "left_is_anonymous", "right_is_anonymous")


class FirstSeen:
    """Collected over the records of a task; times are UTC microseconds, known the as-of day as a number.

    Attributes:
        size: rows that are collected, each of some hundred bytes.
    """

    def __init__(self) -> None:
        self.size = 0
        # By whether the record introduces.
        self._identifiers: dict[bool, dict[str, tuple[int, int, int, bool]]] = {False: {}, True: {}}
        self._links: dict[Pair, tuple[int, int, int, str]] = {}

    def see(self, identifier: str, is_anonymous: bool, introduces: bool, known: int, at: int, received: int) -> None:
        # A visitor needs no introduction, and becomes nobody without a link to a person.
        first = self._identifiers[introduces or is_anonymous]
        before = first.get(identifier)
        if before is None or known <= before[0]:
            seen = (known, at, received, is_anonymous)
            self.size += before is None
            if before is None or seen < before:
                first[identifier] = seen

    def link(self, pair: Pair, introduces: bool, known: int, at: int, received: int, rule: str) -> None:
        self.see(pair[0], pair[2], introduces, known, at, received)
        self.see(pair[1], pair[3], introduces, known, at, received)
        first = (known, at, received, rule)
        before = self._links.get(pair)
        self.size += before is None
        if before is None or first < before:
            self._links[pair] = first

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Kind of staged rows and row; a record before the introduction is told only if it was known earlier."""
        for introduces, first in self._identifiers.items():
            for identifier, (known, at, received, anonymous) in first.items():
                introduced = self._identifiers[True].get(identifier)
                if introduces or introduced is None or known < introduced[0]:
                    row = {"identifier_id": identifier, "is_anonymous": anonymous, "introduces": introduces}
                    yield "first_seen", row | _times(known, at, received)
        for pair, (known, at, received, rule) in self._links.items():
            yield "links", dict(zip(_PAIR, pair, strict=True)) | {"rule": rule} | _times(known, at, received)


def _times(known: int, at: int, received: int) -> dict[str, int]:
    return {"known_as_of": known, "effective_at": at, "recorded_at": received}
