"""Write records to files as they arrive: months of history, then a file a day; replays and defects are planted here."""

import gzip
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from segspark.demo.clock import Clock, Record
from segspark.demo.defects import Defect

# The last days have one file per day, the history before one per month.
DAILY_FILES = 14
# One record in so many is delivered twice: at once, or days later in another file.
REPLAY_EVERY, LATER_REPLAY_EVERY, LATER_DAYS = 331, 1013, 9
BATCH = 50


@dataclass
class Planted:
    """What was planted, by source: counts by kind, and how many records must be refused by reason."""

    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True)
class Feed:
    """A provider's records in order, the defects planted among them, and whether they are delivered in arrays."""

    name: str
    records: Iterable[Record]
    defects: tuple[Defect, ...]
    in_arrays: bool = False


@dataclass
class _File:
    lines: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def file_label(day: int, clock: Clock) -> str:
    """The part of a file's name with its time of delivery: a month of the history or one of the last days."""
    date = clock.date(day)
    return f"{date:%Y-%m-%d}" if day >= clock.n_days - DAILY_FILES else f"{date:%Y-%m}"


def write_source(folder: Path, feed: Feed, clock: Clock, planted: Planted) -> tuple[list[Path], int]:
    """Write a provider's records below ``folder``; records received after the history's end are left out.

    Returns:
        The files and the number of records in them, replays and defects included.
    """
    labels = [file_label(day, clock) for day in range(clock.n_days)]
    files = {label: _File() for label in labels}
    by_day = [files[label] for label in labels]
    name, in_arrays = feed.name, feed.in_arrays
    for n, record in enumerate(feed.records):
        if record.at >= clock.end:
            continue
        day = clock.day(record.at)
        lines = by_day[day].lines
        lines.append(record.text)
        if record.mark:
            planted.kinds[name, record.mark] += 1
        if n % REPLAY_EVERY == 7:
            lines.append(record.text)
            planted.kinds[name, "replay"] += 1
        if n % LATER_REPLAY_EVERY == 2 and day + LATER_DAYS < clock.n_days:
            by_day[day + LATER_DAYS].lines.append(record.text)
            planted.kinds[name, "replay_days_later"] += 1
        for defect in feed.defects:
            if n % defect.every == defect.start:
                spoiled = defect.spoil(record.text, n)
                (by_day[day].broken if in_arrays and not defect.is_json else lines).append(spoiled)
                planted.kinds[name, defect.name] += 1
                planted.refused[name, defect.reason] += 1
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for label, file in files.items():
        if file.lines:
            path = folder / f"{name}-{label}.json.gz"
            # A fixed time in the gzip header: the same records give the same file.
            path.write_bytes(gzip.compress(_text(file, in_arrays).encode(), 1, mtime=0))
            paths.append(path)
    return paths, sum(len(f.lines) + len(f.broken) for f in files.values() if f.lines)


def _text(file: _File, in_arrays: bool) -> str:
    if not in_arrays:
        return "\n".join(file.lines) + "\n"
    starts = range(0, len(file.lines), BATCH)
    arrays = [f"[{','.join(file.lines[i : i + BATCH])}]" for i in starts]
    return "\n".join([*arrays, *file.broken]) + "\n"
