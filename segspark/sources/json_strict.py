"""Strict JSON at the gateway: one value, no duplicate key, nothing after it, nothing guessed.

The cheap test: if orjson's dump of the decoded value equals the bytes, there was no duplicate key and no odd escape.
Only other records go through the slow parser, which sees every key.
"""

import json
from typing import Any

import orjson

from segspark.sources.vocabulary import Rejected


def decode(raw: bytes, *, max_bytes: int, max_depth: int, known: Any = None) -> tuple[Any, list[str]]:
    """One JSON value and flags for what was repaired in it.

    Args:
        known: the decoded value, if the caller has it and orjson would write exactly these bytes.

    Raises:
        Rejected: empty, too_large, bom, nul, depth, encoding, trailing, dup_key, number, null or json.
    """
    if len(raw) > max_bytes:
        raise Rejected("too_large")
    text = raw.strip(b" \t\r\n")
    if not text:
        raise Rejected("empty")
    if text.startswith(b"\xef\xbb\xbf"):
        raise Rejected("bom")
    if b"\x00" in text:
        raise Rejected("nul")
    if text.count(b"[") + text.count(b"{") > max_depth and _depth(text) > max_depth:
        raise Rejected("depth")
    if known is not None and b"\\u" not in text:
        return known, []
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _decode_slowly(text)
    if value is None:
        raise Rejected("null")
    if b"\\u" not in text and orjson.dumps(value) == text:
        return value, []
    return _decode_slowly(text)


def _decode_slowly(text: bytes) -> tuple[Any, list[str]]:
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        raise Rejected("encoding") from None
    decoder = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    try:
        value, end = decoder.raw_decode(decoded)
    except Rejected:
        raise
    except (ValueError, RecursionError):
        raise Rejected("json") from None
    if decoded[end:].strip():
        raise Rejected("trailing")
    if value is None:
        raise Rejected("null")
    flags: list[str] = []
    return _clean(value, flags) if "\\u" in decoded else value, sorted(set(flags))


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise Rejected("dup_key")
    return values


def _no_constant(name: str) -> Any:
    raise Rejected("number")


def _clean(value: Any, flags: list[str]) -> Any:
    """Remove NUL characters and lone surrogates, which no table can hold; flagged."""
    if isinstance(value, dict):
        return _no_duplicates([(_clean(k, flags), _clean(v, flags)) for k, v in value.items()])
    if isinstance(value, list):
        return [_clean(v, flags) for v in value]
    if not isinstance(value, str):
        return value
    if "\x00" in value:
        flags.append("nul_stripped")
        value = value.replace("\x00", "")
    if any("\ud800" <= c <= "\udfff" for c in value):
        flags.append("surrogate_replaced")
        value = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value)
    return value


def _depth(text: bytes) -> int:
    """The deepest nesting; brackets inside strings do not count."""
    depth = deepest = 0
    in_string = is_escaped = False
    for byte in text:
        if in_string:
            if is_escaped:
                is_escaped = False
            elif byte == 0x5C:
                is_escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
