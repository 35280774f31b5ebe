"""The content of an input file as raw records, without guessing.

JSON in lines and arrays; CSV and Parquet have modules of their own.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any, Literal, NamedTuple

import orjson

from segspark.sources.content import HELD, Content, lines_of
from segspark.sources.json_arrays import BLANK, Trimmed, cut_arrays, is_arrays, split_arrays
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


def json_records(content: bytes | Content, longest: int = 0) -> Iterator[tuple[bytes, Any]]:
    """One raw JSON text per line, or per element where a line is an array or the content is arrays over several lines.
    Each comes with its decoded value, if that is known and orjson would write exactly these bytes, else None.

    Blank lines are skipped. A line that begins an array and does not end it is one record, which the parser then
    refuses. Of arrays over several lines that are broken, every line is a record: an element on a line of its own is
    still read, and no bracket that is missing takes the rest of the file with it.

    Args:
        longest: bytes; of a longer record at least the first byte beyond is given, and not all of it.
    """
    content, most = Content.of(content), max(longest + 1, HELD)
    is_broken = False
    if _begins_array(content) and not _is_line_of_arrays(content):
        if content.whole is not None:
            # Quicker, and mostly with known values.
            elements = split_arrays(content.whole.strip(BLANK))
            if elements is not None:
                yield from elements
                return
        elif is_arrays(content.blocks()):
            for element in cut_arrays(content.blocks(), most):
                yield element, None
            return
        is_broken = True
    of_long_lines: Iterator[bool] | None = None
    for piece in lines_of(content.blocks(), b"\n", HELD):
        if isinstance(piece, bytes):
            yield from _of_lines(piece, is_broken, most)
            continue
        start, pieces = _written(piece)
        if start == b"[":
            # Another reading tells whether these are arrays, before anything of them is given.
            of_long_lines = of_long_lines or _long_arrays(content)
            if next(of_long_lines):
                for element in cut_arrays(pieces, most):
                    yield element, None
                continue
        if not start:
            continue
        record = Trimmed(most)
        for part in pieces:
            record.add(part)
        raw = record.take()
        if not is_broken:
            yield raw, None
        elif raw.strip(BLANK + b"[],"):
            yield _element(raw), None


def _of_lines(lines: bytes, is_broken: bool, most: int) -> Iterator[tuple[bytes, Any]]:
    for line in lines.split(b"\n"):
        line = line.strip(BLANK)
        if not line:
            continue
        elements = split_arrays(line) if line.startswith(b"[") else None
        if elements is not None:
            yield from elements
        elif not is_broken:
            yield line[:most], None
        elif line.strip(BLANK + b"[],"):
            yield _element(line)[:most], None


def _begins_array(content: Content) -> bool:
    return next((found[0] == b"[" for block in content.blocks() if (found := _WRITTEN.search(block))), False)


def _is_line_of_arrays(content: Content) -> bool:
    if content.whole is None:
        return is_arrays(_first_line(content))
    return split_arrays(b"".join(_first_line(content)).strip(BLANK)) is not None


def _first_line(content: Content) -> Iterator[bytes]:
    """The first line that is not blank, in pieces."""
    is_within = False
    for block in content.blocks():
        start = 0
        if not is_within:
            found = _WRITTEN.search(block)
            if found is None:
                continue
            is_within, start = True, found.start()
        end = block.find(b"\n", start)
        yield block[start : end if end >= 0 else None]
        if end >= 0:
            return


def _written(pieces: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first byte of a text that is not blank, and the text from the piece on that has it."""
    parts = iter(pieces)
    for part in parts:
        if found := _WRITTEN.search(part):
            return found[0], chain([part], parts)
    return b"", parts


def _long_arrays(content: Content) -> Iterator[bool]:
    """Of each line that begins an array and is too long to be held: whether it is arrays."""
    for piece in lines_of(content.blocks(), b"\n", HELD):
        if not isinstance(piece, bytes):
            start, pieces = _written(piece)
            if start == b"[":
                yield is_arrays(pieces)


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
