"""The shop's wall clock: local seconds to UTC, and times in the providers' notations."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from segspark.time import DAY_SECONDS, EPOCH_DAY

PARIS = ZoneInfo("Europe/Paris")


class Record(NamedTuple):
    """One raw record: the UTC second of its receipt, its text, and its planted oddity, if any."""

    at: int
    text: str
    mark: str = ""


class Clock:
    """Days and seconds of the history, counted from the first local midnight."""

    def __init__(self, first: date, n_days: int) -> None:
        self.first, self.n_days = first, n_days
        days = [first + timedelta(days=i) for i in range(n_days + 1)]
        starts = [datetime(d.year, d.month, d.day, tzinfo=PARIS) for d in days]
        self.midnights = [int(s.timestamp()) for s in starts]
        self._offset = np.array([_offset(s.replace(hour=12)) for s in starts])
        self._base = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())

    @property
    def end(self) -> int:
        """The UTC second at which the history ends."""
        return self.midnights[self.n_days]

    def utc(self, second: np.ndarray) -> np.ndarray:
        """UTC seconds of local seconds; each day has the offset of its noon, so that no hour is missing."""
        result: np.ndarray = self._base + second - self._offset[second // DAY_SECONDS]
        return result

    def day(self, at: int) -> int:
        """The local day of a UTC second."""
        return bisect_right(self.midnights, at) - 1

    def date(self, day: int) -> date:
        return self.first + timedelta(days=day)

    def change_nights(self) -> list[int]:
        """UTC midnights (01:00 or 02:00 local) of the nights in which the clocks change."""
        changes = np.flatnonzero(np.diff(self._offset)) + 1
        return [self._base + int(d) * DAY_SECONDS for d in changes]


def _offset(moment: datetime) -> int:
    return int((moment.utcoffset() or timedelta()).total_seconds())


def iso(second: int) -> str:
    """A UTC second as ``2026-05-31T21:59:59``."""
    day, rest = divmod(second, DAY_SECONDS)
    return _day_text(day) + _times()[rest]


def local_iso(second: int) -> str:
    """A UTC second on the shop's wall clock, with its offset."""
    offset, text = _offset_of(second // 3600)
    return iso(second + offset) + text


@lru_cache(maxsize=1)
def _times() -> list[str]:
    """The seconds of a day as text."""
    return [f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY_SECONDS)]


@lru_cache(maxsize=65536)
def _offset_of(hour: int) -> tuple[int, str]:
    """The shop's offset in an hour since 1970, and how it is written; clocks change at full hours."""
    moment = datetime.fromtimestamp(hour * 3600, PARIS)
    return _offset(moment), moment.isoformat()[-6:]


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return (EPOCH_DAY + timedelta(days=day)).isoformat()
