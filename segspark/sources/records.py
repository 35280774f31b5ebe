"""The content of an input file as raw records, without guessing.

JSON in lines and arrays; CSV and Parquet have modules of their own.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import orjson

from segspark.sources.json_arrays import BLANK, split_arrays
from segspark.sources.vocabulary import Rejected

_WRITTEN = re.compile(rb"[^ \t\r\n]")


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
    """One raw JSON text per line, or per element where a line is an array or the content is arrays over several lines.
    Each comes with its decoded value, if that is known and orjson would write exactly these bytes, else None.

    Blank lines are skipped. A line that begins an array and does not end it is one record, which the parser then
    refuses. Of arrays over several lines that are broken, every line is a record: an element on a line of its own is
    still read, and no bracket that is missing takes the rest of the file with it.
    """
    is_broken = False
    start = _WRITTEN.search(content)
    if start is not None and start[0] == b"[":
        # Without copies of the content, which may be all that the memory holds.
        end = content.find(b"\n", start.start())
        first = content[start.start() : end if end >= 0 else None].strip(BLANK)
        if split_arrays(first) is None:
            elements = split_arrays(content.strip(BLANK))
            if elements is not None:
                yield from elements
                return
            is_broken = True
    for line in io.BytesIO(content):
        line = line.strip(BLANK)
        if not line:
            continue
        elements = split_arrays(line) if line.startswith(b"[") else None
        if elements is not None:
            yield from elements
        elif not is_broken:
            yield line, None
        elif line.strip(BLANK + b"[],"):
            yield _element(line), None


def _element(line: bytes) -> bytes:
    """The one object of a line of a broken array, without the array's own brackets and commas; else the line."""
    bare = line.removeprefix(b"[").removesuffix(b"]").removesuffix(b",").strip(BLANK)
    try:
        return bare if isinstance(orjson.loads(bare), dict) else line
    except orjson.JSONDecodeError:
        return line


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
