"""Input files: found by pattern, identified by content, read into raw records without guessing.

A raw record is ``(position, raw)``: bytes of one JSON text, or a dictionary of texts for CSV and Parquet.
"""

import csv
import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from segspark.sources.spec import Csv, Source
from segspark.sources.vocabulary import Rejected
from segspark.store import Store, open_url, store_of_pattern
from segspark.time import local_midnight, to_micros

BLOCK = 1 << 20


class BrokenFile(ValueError):
    """The file as a whole cannot be read (cut gzip, inflated beyond the cap, no such columns)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class InputFile:
    """One delivered file. ``received_at``: UTC microseconds, None if the file itself does not tell; ``number``: its
    position in the run's list of files."""

    source: str
    path: str
    name: str
    file_id: str
    size_bytes: int
    received_at: int | None
    number: int = 0


def find_files(source: Source, time_zone: str) -> list[InputFile]:
    """The files matching a source's patterns, ordered by name, each with the hash of its content."""
    files: dict[str, tuple[Store, str]] = {}
    for pattern in source.patterns:
        store, below = store_of_pattern(pattern)
        files |= {store.url_of(name): (store, name) for name in store.matching(below)}
    return [_describe(source, *files[url], time_zone) for url in sorted(files)]


def _describe(source: Source, store: Store, name: str, time_zone: str) -> InputFile:
    digest, short = hashlib.sha256(), name.rpartition("/")[2]
    with store.open(name) as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
    received = None
    if source.received.how == "file_name":
        day = date_in_name(short, source.received.pattern)
        # The end of that local day: the file's content existed when the day closed.
        received = to_micros(local_midnight(day + timedelta(days=1), time_zone)) - 1 if day else None
    size = store.size(name) or 0
    return InputFile(source.name, store.url_of(name), short, digest.hexdigest()[:32], size, received)


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
        BrokenFile: ``file_truncated`` or ``file_too_large``.
    """
    with open_url(path) as handle:
        head = handle.read(2)
        handle.seek(0)
        if head != b"\x1f\x8b":
            content: bytes = handle.read(max_inflated + 1)
        else:
            try:
                with gzip.GzipFile(fileobj=handle) as inflated:
                    content = inflated.read(max_inflated + 1)
            except (EOFError, zlib.error, gzip.BadGzipFile):
                raise BrokenFile("file_truncated") from None
    if len(content) > max_inflated:
        raise BrokenFile("file_too_large")
    return content.removeprefix(b"\xef\xbb\xbf")


def json_records(content: bytes) -> Iterator[tuple[bytes, Any]]:
    """One raw JSON text per line, or per element if the whole file is one array. Each comes with its decoded value, if
    that is known and orjson would write exactly these bytes, else None.

    Blank lines are skipped. Elements of an array are cut out of the text, so each keeps its own bytes; an array that
    cannot be cut is returned as one record, which the parser then refuses.
    """
    stripped = content.strip()
    if stripped.startswith(b"[") and b"\n" in stripped and not _is_line_of_arrays(stripped):
        yield from split_array(stripped)
        return
    for line in content.split(b"\n"):
        line = line.strip()
        if not line:
            continue
        if line.startswith(b"["):
            yield from split_array(line)
        else:
            yield line, None


def _is_line_of_arrays(stripped: bytes) -> bool:
    first = stripped.split(b"\n", 1)[0].strip()
    return first.endswith(b"]") and len(first) > 1


def split_array(text: bytes) -> list[tuple[bytes, Any]]:
    """The elements of a JSON array as raw texts, with values as in ``json_records``; the whole text as one element if
    it is not a well-formed array of objects."""
    whole = _canonical(text)
    if whole is not None:
        return whole
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        return [(text, None)]
    decoder, at, end = json.JSONDecoder(), 1, len(decoded)
    elements: list[tuple[bytes, Any]] = []
    blank = " \t\r\n"
    while True:
        while at < end and decoded[at] in blank:
            at += 1
        if at < end and decoded[at] == "]" and not elements:
            break
        try:
            _, stop = decoder.raw_decode(decoded, at)
        except (ValueError, RecursionError):
            return [(text, None)]
        elements.append((decoded[at:stop].encode(), None))
        at = stop
        while at < end and decoded[at] in blank:
            at += 1
        if at >= end or decoded[at] not in ",]":
            return [(text, None)]
        if decoded[at] == "]":
            break
        at += 1
    return elements if at == end - 1 else [(text, None)]


def _canonical(text: bytes) -> list[tuple[bytes, Any]] | None:
    """The elements of an array formatted exactly as orjson would write it, as most senders do; else None."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    # Only then do the element's bytes equal orjson's dump of it.
    if not isinstance(value, list) or orjson.dumps(value) != text:
        return None
    return [(orjson.dumps(v), v) for v in value]


def csv_records(content: bytes, spec: Csv) -> Iterator[dict[str, str] | Rejected]:
    """One dictionary of texts per row; a row whose number of cells differs from the header is refused.

    Raises:
        BrokenFile: ``file_encoding`` if the header cannot be decoded.
    """
    text = content.decode(spec.encoding, errors="surrogateescape")
    rows = _rows(text, spec)
    columns = list(spec.columns)
    if spec.header:
        header = next(rows, None)
        if header is None:
            return
        if any("\ud800" <= char <= "\udfff" for name in header for char in name):
            raise BrokenFile("file_encoding")
        columns = columns or [h.strip() for h in header]
    for cells in rows:
        if not cells or cells == [""]:
            continue
        if len(cells) != len(columns):
            bad = Rejected("columns")
            bad.args = (json.dumps(cells, ensure_ascii=True),)
            yield bad
        else:
            yield dict(zip(columns, cells, strict=True))


def _rows(text: str, spec: Csv) -> Iterator[list[str]]:
    if spec.delimiter == "whitespace":
        return (line.split() for line in text.splitlines())
    csv.field_size_limit(10_000_000)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=spec.delimiter,
        quotechar=spec.quote or None,
        quoting=csv.QUOTE_MINIMAL if spec.quote else csv.QUOTE_NONE,
    )
    return iter(reader)


def parquet_records(path: str) -> Iterator[dict[str, str | None]]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(open_url(path)).iter_batches(10_000):
        for row in batch.to_pylist():
            yield flatten(row)


def flatten(value: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """Nested objects as texts under dotted names; an object or list is also kept whole, as JSON, under its own name."""
    flat: dict[str, str | None] = {}
    for key, item in value.items():
        name = prefix + key
        if isinstance(item, dict):
            flat[name] = json.dumps(item, ensure_ascii=False, default=str)
            flat.update(flatten(item, name + "."))
        else:
            flat[name] = as_text(item)
    return flat


def as_text(item: Any) -> str | None:
    """A scalar as text that our converters read back without loss."""
    if item is None or isinstance(item, str):
        return item
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, float):
        return format(Decimal(repr(item)), "f") if item == item and abs(item) != float("inf") else repr(item)
    if isinstance(item, datetime):
        return item.isoformat(sep="T")
    if isinstance(item, date | Decimal | int):
        return str(item)
    if isinstance(item, bytes):
        return item.hex()
    return json.dumps(item, ensure_ascii=False, default=str)
