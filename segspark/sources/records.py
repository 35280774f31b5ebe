"""The content of an input file as raw records, without guessing.

JSON in lines and arrays; CSV and Parquet have modules of their own.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import orjson

from segspark.sources.vocabulary import Rejected


class RawRecord(NamedTuple):
    """One record as it stands in its file: all that is needed to read it again.

    Attributes:
        position: its place among the records of the file; -1 is the file as a whole.
        raw: its bytes: a JSON text, the line or lines of a CSV record, or a row of Parquet as JSON.
        header: of a CSV record, the names of its columns.
    """

    position: int
    raw: bytes
    form: Literal["json", "csv", "row"]
    header: tuple[str, ...] | None = None


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


def flatten(value: dict[str, Any]) -> dict[str, str | None]:
    """Nested objects as texts under dotted names; an object or list is also kept whole, as JSON, under its own name.

    Raises:
        Rejected: ``dup_key``; two fields would have one name, such as ``{"a.b": 1, "a": {"b": 2}}``.
    """
    flat: dict[str, str | None] = {}
    _flatten(value, "", flat)
    return flat


def _flatten(value: dict[str, Any], prefix: str, flat: dict[str, str | None]) -> None:
    for key, item in value.items():
        name = prefix + key
        if name in flat:
            raise Rejected("dup_key")
        if isinstance(item, dict):
            flat[name] = json.dumps(item, ensure_ascii=False, default=str)
            _flatten(item, name + ".", flat)
        else:
            flat[name] = as_text(item)


def nested_names(value: dict[str, Any], names: Iterable[str]) -> list[str]:
    """Those of the dotted names under which a record holds an object or a list."""
    return [name for name in names if isinstance(_at(value, name), dict | list)]


def _at(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    first, dot, rest = name.partition(".")
    return _at(value.get(first), rest) if dot else None


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
