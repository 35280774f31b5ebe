"""The content of an input file as raw records, without guessing.

A raw record is the bytes of one JSON text, or a dictionary of texts for CSV and Parquet.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from segspark.sources.files import BrokenFile
from segspark.sources.spec import Csv
from segspark.sources.vocabulary import Rejected
from segspark.store.parquet import open_parquet


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
    for batch in open_parquet(path).iter_batches(10_000):
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
