"""Input files: found by pattern, identified by content."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime

from segspark.direct import without_direct
from segspark.pseudonyms import Key
from segspark.sources.spec import Source
from segspark.store import Store, store_of_pattern
from segspark.time import DAY, local_midnight, to_micros

BLOCK = 1 << 20
# Of a file that is not, or no longer whole, what it was when it was listed.
CHANGED = "file_changed"


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
        name: without its folder; an address or a phone number in it is hidden.
        file_id: keyed hash of the content: a file with one record could be guessed by a plain one.
        received_at: UTC microseconds, None if the file itself does not tell.
        delivered_at: UTC microseconds at which a run takes it in, for what has no time at all; of later files a later one.
        number: its position in the run's list of files.
        is_sealed: its records come from the quarantine, and ``path`` is a folder of their envelopes
            (``sealed_records.py``).
        n_counted: its records, counted apart from the readers; None if it cannot be read or its provider does not say.
        line_hashes: a sketch of its records (``line_hashes.py``) where they have no key of their own.
        digest: SHA-256 of its first ``size_bytes`` when it was listed: only these are read, and only if they are still
            the same. Empty: as much as there is.
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
    digest: str = ""


def find_files(source: Source, time_zone: str, key: Key | None = None) -> list[InputFile]:
    """The files matching a source's patterns, ordered by name, each with the keyed hash of its content.

    Args:
        key: of the lake; without it the hashes are not those of the lake.
    """
    secret = key.derive("file") if key else b""
    files: dict[str, tuple[Store, str]] = {}
    for pattern in source.patterns:
        store, below = store_of_pattern(pattern)
        files |= {store.url_of(name): (store, name) for name in store.matching(below)}
    return [_describe(source, *files[url], time_zone, secret) for url in sorted(files)]


def _describe(source: Source, store: Store, name: str, time_zone: str, secret: bytes) -> InputFile:
    short, url = name.rpartition("/")[2], store.url_of(name)
    # Taken once: what is added while it is read is the next run's.
    size = left = store.size(name) or 0
    digest = hashlib.sha256()
    known = ""
    try:
        with store.stream(name) as handle:
            while block := handle.read(min(BLOCK, left)):
                digest.update(block)
                left -= len(block)
        known, size = digest.hexdigest(), size - left
    except OSError:
        # Quarantined under its place and size; once it can be read it is another file.
        digest = hashlib.sha256(f"unreadable {url} {size}".encode(errors="surrogateescape"))
    received = received_by_name(source, short, time_zone)
    shown = without_direct(short, lambda text: "~" + _keyed(secret, text.encode(errors="surrogateescape"))[:16])
    return InputFile(source.name, url, shown, _keyed(secret, digest.digest()), size, received, digest=known)


def _keyed(secret: bytes, content: bytes) -> str:
    return hmac.digest(secret, content, "sha256").hex()[:32]


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
