"""Input files: found by pattern, identified by content."""

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from segspark.direct import without_direct
from segspark.pseudonyms import Key
from segspark.sources.spec import Source
from segspark.store import Stamp, StoredFile, store_of_pattern, stream_url
from segspark.time import DAY, local_midnight, to_micros

BLOCK = 1 << 20
# Of a file whose stamp is weak: so much of its beginning and of its end is compared.
END = 64 << 10
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


@dataclass(frozen=True)
class Found:
    """A file that a store has listed, of which nothing was read yet.

    Attributes:
        file: without ``file_id`` and ``digest``.
        place: keyed hash of its address, which may name somebody.
        stamp: what its store says of its content.
    """

    file: InputFile
    place: str
    stamp: Stamp | None


@dataclass(frozen=True)
class Hashed:
    """What a file held when it was read.

    Attributes:
        size: bytes read: what is added while it is read is the next run's.
        digest: SHA-256, as hexadecimal digits.
        is_read: False where it cannot be read; the digest is then of its address and size.
    """

    size: int
    digest: str
    is_read: bool = True


def find_files(source: Source, time_zone: str, key: Key | None = None) -> list[Found]:
    """The files matching a source's patterns, ordered by address; only their stores are asked, by listings.

    Args:
        key: of the lake; without it hashes are not those of the lake.
    """
    secret = key.derive("file") if key else b""
    files: dict[str, StoredFile] = {}
    for pattern in source.patterns:
        store, below = store_of_pattern(pattern)
        files |= {store.url_of(file.name): file for file in store.matching(below)}
    return [_found(source, url, files[url], time_zone, secret) for url in sorted(files)]


def _found(source: Source, url: str, stored: StoredFile, time_zone: str, secret: bytes) -> Found:
    short = stored.name.rpartition("/")[2]
    received = received_by_name(source, short, time_zone)
    shown = without_direct(short, lambda text: "~" + _keyed(secret, text.encode(errors="surrogateescape"))[:16])
    place = _keyed(secret, b"place " + url.encode(errors="surrogateescape"))
    return Found(InputFile(source.name, url, shown, "", stored.size, received), place, stored.stamp)


def hash_content(url: str, size: int) -> Hashed:
    """Read a file as far as it reached when it was listed."""
    left, digest = size, hashlib.sha256()
    try:
        with stream_url(url) as handle:
            while block := handle.read(min(BLOCK, left)):
                digest.update(block)
                left -= len(block)
    except OSError:
        # Quarantined under its place and size; once it can be read it is another file.
        unread = hashlib.sha256(f"unreadable {url} {size}".encode(errors="surrogateescape"))
        return Hashed(size, unread.hexdigest(), is_read=False)
    return Hashed(size - left, digest.hexdigest())


def hash_ends(url: str, size: int) -> Hashed:
    """The same of a file's first and last bytes."""
    digest = hashlib.sha256()
    try:
        with stream_url(url) as handle:
            for at in sorted({0, max(0, size - END)}):
                handle.seek(at)
                digest.update(handle.read(min(END, size - at)))
    except OSError:
        return Hashed(size, digest.hexdigest(), is_read=False)
    return Hashed(size, digest.hexdigest())


def with_content(file: InputFile, hashed: Hashed, key: Key) -> InputFile:
    """A file that was found, with what it holds."""
    digest = hashed.digest if hashed.is_read else ""
    return replace(file, file_id=keyed_digest(hashed.digest, key), size_bytes=hashed.size, digest=digest)


def keyed_digest(digest: str, key: Key) -> str:
    """A digest that nobody can guess a content by who lacks the key."""
    return _keyed(key.derive("file"), bytes.fromhex(digest))


def former_digest(digest: str) -> str:
    """The id of a content in lakes of versions whose ids needed no key."""
    return digest[:32]


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
