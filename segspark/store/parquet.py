"""The only way this program reads and writes Parquet: every file carries checksums, and every read verifies them.

A file that this program adds to a table or to staging has the CRC-32 of its content in its name; it is verified when
the file is opened. Checksums of pages, which every reader knows, cover neither the footer nor the headers of pages: a
flipped bit in one of these gave other rows in one of two hundred cases. Pages have checksums nevertheless, for files
that other programs wrote and for readers that know nothing of our names.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from zlib import crc32

import pyarrow as pa
import pyarrow.parquet as pq

from segspark.config.url import scheme_of
from segspark.errors import DamagedFile
from segspark.store.places import open_url, store_at
from segspark.store.store import Store, StoredFile

# What Spark calls the verification of pages; it writes their checksums by default.
SPARK_OPTIONS = {"parquet.page.verify-checksum.enabled": "true", "parquet.page.write-checksum.enabled": "true"}
_NAMED = re.compile(r"part-[0-9a-f]{32}-(?P<digest>[0-9a-f]{8})\.[a-z0-9.]*parquet$")
# Where a table's folder keeps the digests that are in no name: of its log, and of files that Spark's own writer made.
DIGESTS = "_digests"
# Files whose content this process has verified for readers of other libraries. A file is never written twice.
_VERIFIED: set[str] = set()
# Small files of buckets, as the record of runs, are read again and again: each time it would be a request.
_KEPT: dict[str, pa.Buffer] = {}
KEPT_BYTES, KEPT_FILES = 64 << 10, 512


def add_part(store: Store, prefix: str, table: pa.Table, compression: str, **how: Any) -> StoredFile:
    """Write rows as a new file whose name begins with the prefix and ends with the digest of the content.

    Args:
        how: as for ``pyarrow.parquet.write_table``.
    """
    content = parquet_content(table, compression=compression, **how)
    name = f"{prefix}part-{uuid.uuid4().hex}-{content_digest(content)}.{compression}.parquet"
    with store.create(name) as stream:
        stream.write(content)
    if scheme_of(store.url) and content.size <= KEPT_BYTES:
        _keep(store.url_of(name), content)
    return StoredFile(name, content.size)


def parquet_content(table: pa.Table, **how: Any) -> pa.Buffer:
    """Rows as the content of a file; arguments as for ``pyarrow.parquet.write_table``."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, write_page_checksum=True, **how)
    return sink.getvalue()


def put_parquet(store: Store, name: str, table: pa.Table) -> None:
    """Write rows as a file of a given name."""
    with store.create(name) as stream:
        pq.write_table(table, stream, write_page_checksum=True)


def open_parquet(url: str, **how: Any) -> pq.ParquetFile:
    """A file, verified by the digest in its name if it has one; its pages are verified as they are read.

    Raises:
        DamagedFile: it does not hold what was written.
    """
    stream = _verified_stream(url)
    try:
        return pq.ParquetFile(stream, page_checksum_verification=True, **how)
    except (OSError, pa.ArrowException) as error:
        raise DamagedFile(url, f"it is no Parquet file ({type(error).__name__})") from error


def read_parquet(url: str, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
    """The rows of a file; arguments as for ``pyarrow.parquet.read_table``.

    Raises:
        DamagedFile: it does not hold what was written.
    """
    if filters is None:
        return open_parquet(url).read(columns=list(columns) if columns is not None else None, use_threads=False)
    stream = _verified_stream(url)
    return pq.read_table(stream, columns=columns, filters=filters, use_threads=False, page_checksum_verification=True)


def verify_parts(urls: Iterable[str]) -> None:
    """Verify files that another library is about to read; once in a process.

    Raises:
        DamagedFile: the first that is damaged or missing.
    """
    for url in urls:
        if url not in _VERIFIED:
            _verified_stream(url).close()
            _VERIFIED.add(url)


def digest_of(url: str) -> str | None:
    """The digest of a file, by its name or beside its table; None if another program or an earlier version wrote it."""
    if found := _NAMED.search(url):
        return found["digest"]
    parts = url.split("/")
    # Folders of partitions lie between a table's folder and its files.
    at = next((n for n, part in enumerate(parts) if "=" in part), len(parts) - 1)
    try:
        return store_at("/".join(parts[:at]) or "/").read(file_digest("/".join(parts[at:]))).decode()
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_named(name: str) -> bool:
    """Whether a file's name holds its digest."""
    return _NAMED.search(name) is not None


def file_digest(name: str) -> str:
    """The file below a table's folder that holds the digest of a data file."""
    return f"{DIGESTS}/files/{name}.crc32"


def content_digest(content: Any) -> str:
    return f"{crc32(content):08x}"


def _verified_stream(url: str) -> pa.NativeFile:
    if url in _KEPT:
        return pa.BufferReader(_KEPT[url])
    try:
        stream = open_url(url)
    except FileNotFoundError as error:
        raise DamagedFile(url, "it is missing") from error
    expected = digest_of(url)
    if expected is not None:
        content = stream.read_buffer()
        if content_digest(content) != expected:
            raise DamagedFile(url, "its content is not what was written")
        stream.seek(0)
        if scheme_of(url) and content.size <= KEPT_BYTES:
            _keep(url, content)
    return stream


def _keep(url: str, content: pa.Buffer) -> None:
    with suppress(KeyError):
        while len(_KEPT) >= KEPT_FILES:
            _KEPT.pop(next(iter(_KEPT), url))
    _KEPT[url] = content
