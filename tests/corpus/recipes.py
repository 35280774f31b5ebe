"""What no table can hold: long texts, deep nesting, bytes of no encoding, Parquet files."""

import gzip
import io
import json
import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_MARK = re.compile(r"<(base|inner|header|repeat|deep|keys|hex)(?: ([^<>]*))?>")


def marked(text: str, known: Mapping[str, str], encoding: str) -> bytes:
    """A text with its marks replaced, in an encoding.

    ``<base>`` is the valid record, ``<inner>`` the same without its outer braces, ``<header>`` the first line of a CSV
    file; ``<repeat 400 1>`` is a text many times, ``<deep 3000>`` lists in lists, ``<keys 9>`` so many fields, and
    ``<hex ff fe>`` bytes.
    """
    parts, done = [], 0
    for match in _MARK.finditer(text):
        parts.append(text[done : match.start()].encode(encoding))
        parts.append(_bytes_of(match[1], match[2] or "", known, encoding))
        done = match.end()
    return b"".join([*parts, text[done:].encode(encoding)])


def _bytes_of(name: str, given: str, known: Mapping[str, str], encoding: str) -> bytes:
    if name == "hex":
        return bytes.fromhex(given)
    if name == "repeat":
        times, _, text = given.partition(" ")
        return (text * int(times)).encode(encoding)
    if name == "deep":
        return b"[" * int(given) + b"]" * int(given)
    if name == "keys":
        return ",".join(f'"k{n}":{n}' for n in range(int(given))).encode(encoding)
    return known[name].encode(encoding)


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def parquet(rows: list[dict[str, Any]], types: Mapping[str, str]) -> bytes:
    """Rows with columns of Arrow types by their short names; ``list``, ``struct`` and ``null`` besides. The values of
    other types than text and numbers are written as JSON."""
    schema = pa.schema([(name, _type(kind)) for name, kind in types.items()])
    arrays = [pa.array([_value(row.get(f.name), f.type) for row in rows]).cast(f.type) for f in schema]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out)
    return out.getvalue()


def _type(kind: str) -> pa.DataType:
    special = {
        "list": pa.list_(pa.string()),
        "struct": pa.struct([("a", pa.string())]),
        "decimal2": pa.decimal128(18, 2),
        "decimal3": pa.decimal128(18, 3),
        "time_utc": pa.timestamp("us", tz="UTC"),
        "time_naive": pa.timestamp("us"),
        "time_ns": pa.timestamp("ns", tz="UTC"),
    }
    return special.get(kind) or pa.type_for_alias(kind)


def _value(value: Any, kind: pa.DataType) -> Any:
    if isinstance(value, str) and (pa.types.is_list(kind) or pa.types.is_struct(kind)):
        return json.loads(value)
    if isinstance(value, str) and (pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_decimal(kind)):
        return pa.scalar(value).cast(kind).as_py()
    if isinstance(value, str) and pa.types.is_binary(kind):
        return value.encode()
    return value
