"""Input files: found by pattern, identified by content, read whole."""

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from segspark.sources.spec import Source
from segspark.store import Store, open_url, store_of_pattern
from segspark.time import DAY, local_midnight, to_micros

BLOCK = 1 << 20
BOM = b"\xef\xbb\xbf"


class BrokenFile(ValueError):
    """The file as a whole cannot be read: cut gzip, inflated beyond the cap, no such columns."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = list(reasons)

    @property
    def reason(self) -> str:
        return self.reasons[0]


@dataclass(frozen=True)
class InputFile:
    """One delivered file.

    Attributes:
        received_at: UTC microseconds, None if the file itself does not tell.
        delivered_at: UTC microseconds at which a run takes it in, for what has no time at all; of later files a later one.
        number: its position in the run's list of files.
        is_sealed: its records come from the quarantine, and ``path`` is a folder of their envelopes
            (``sealed_records.py``).
        n_counted: its records, counted apart from the readers; None if it cannot be read or its provider does not say.
        line_hashes: a sketch of its records (``line_hashes.py``) where they have no key of their own.
    """

    source: str
    path: str
    name: str
    file_id: str
    size_bytes: int
    received_at: int | None
    number: int = 0
    is_sealed: bool = False
    n_counted: int | None = None
    line_hashes: str | None = None
    delivered_at: int | None = None


def find_files(source: Source, time_zone: str) -> list[InputFile]:
    """The files matching a source's patterns, ordered by name, each with the hash of its content."""
    files: dict[str, tuple[Store, str]] = {}
    for pattern in source.patterns:
        store, below = store_of_pattern(pattern)
        files |= {store.url_of(name): (store, name) for name in store.matching(below)}
    return [_describe(source, *files[url], time_zone) for url in sorted(files)]


def _describe(source: Source, store: Store, name: str, time_zone: str) -> InputFile:
    short, url = name.rpartition("/")[2], store.url_of(name)
    size = store.size(name) or 0
    digest = hashlib.sha256()
    try:
        with store.open(name) as handle:
            while block := handle.read(BLOCK):
                digest.update(block)
    except OSError:
        # Quarantined under its place and size; once it can be read it is another file.
        digest = hashlib.sha256(f"unreadable {url} {size}".encode(errors="surrogateescape"))
    received = received_by_name(source, short, time_zone)
    return InputFile(source.name, url, short, digest.hexdigest()[:32], size, received)


def received_by_name(source: Source, name: str, time_zone: str) -> int | None:
    """When a file was received, UTC microseconds, where the source's ``received`` finds a date in its name."""
    if source.received.how != "file_name":
        return None
    day = date_in_name(name, source.received.pattern)
    # The end of that local day: the file's content existed when the day closed.
    return to_micros(local_midnight(day + DAY, time_zone)) - 1 if day else None


def date_in_name(name: str, pattern: str) -> date | None:
    match = re.search(pattern, name)
    if match is None:
        return None
    text = match.group(1 if match.re.groups else 0).replace("-", "").replace("_", "")
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def read_bytes(path: str, max_inflated: int) -> bytes:
    """The file's content, inflated if it is gzip.

    Raises:
        BrokenFile: ``file_unreadable``, ``file_truncated`` or ``file_too_large``.
    """
    with _content(path) as stream:
        content = stream.read(max_inflated + 1)
    if len(content) > max_inflated:
        raise BrokenFile("file_too_large")
    return content.removeprefix(BOM)


def read_start(path: str, n_bytes: int) -> bytes:
    """The first bytes of the file's content, inflated if it is gzip.

    Raises:
        BrokenFile: ``file_unreadable`` or ``file_truncated``.
    """
    with _content(path) as stream:
        return stream.read(n_bytes).removeprefix(BOM)


def read_blocks(path: str, max_inflated: int) -> Iterator[bytes]:
    """The content in blocks that end at line feeds, inflated if it is gzip; joined, they are what ``read_bytes`` gives.

    Raises:
        BrokenFile: as ``read_bytes``.
    """
    rest: list[bytes] = []
    size = 0
    with _content(path) as stream:
        while block := stream.read(16 * BLOCK):
            if size == 0:
                block = block.removeprefix(BOM)
            size += len(block)
            if size > max_inflated:
                raise BrokenFile("file_too_large")
            whole, line_feed, after = block.rpartition(b"\n")
            if line_feed:
                yield b"".join([*rest, whole, line_feed])
                rest = []
            rest.append(after)
    if any(rest):
        yield b"".join(rest)


@contextmanager
def _content(path: str) -> Iterator[BinaryIO]:
    try:
        with open_url(path) as handle:
            head = handle.read(2)
            handle.seek(0)
            if head != b"\x1f\x8b":
                yield handle
                return
            with gzip.GzipFile(fileobj=handle) as inflated:
                yield inflated  # type: ignore[misc]
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BrokenFile("file_truncated") from None
    except OSError:
        # No permission, a folder, a file that went away: the error's text names the path only, and so does the run.
        raise BrokenFile("file_unreadable") from None
