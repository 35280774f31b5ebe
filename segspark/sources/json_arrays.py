"""JSON arrays cut into their elements, each with its own bytes, also where an element is no JSON."""

import json
import re
from typing import Any

import orjson

BLANK = b" \t\r\n"
# In text whose escaped backslashes and quotes are hidden. A quote that nothing closes takes the rest.
_TOKEN = re.compile(rb'"[^"]*(?:"|\Z)|[\[\]{},]')


def split_arrays(text: bytes) -> list[tuple[bytes, Any]] | None:
    """The elements of one array, or of several with only blanks between them; None if the text is anything else.

    Each element comes with its decoded value, if that is known and orjson would write exactly these bytes, else None.
    Brackets, commas and quotes alone decide where an element ends, so that what is wrong within one does not concern
    the others.
    """
    known = _canonical(text)
    if known is not None:
        return known
    elements = _by_decoder(text)
    if elements is None:
        elements = _by_structure(text)
    return None if elements is None else [(element, None) for element in elements]


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


def _by_decoder(text: bytes) -> list[bytes] | None:
    """The elements of one array of JSON values; None if it is not that. Quick, and the same as ``_by_structure``."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        return None
    decoder, at, end = json.JSONDecoder(), 1, len(decoded)
    elements: list[bytes] = []
    blank = BLANK.decode()
    while at < end:
        while at < end and decoded[at] in blank:
            at += 1
        if decoded[at : at + 1] == "]" and not elements:
            return elements if at == end - 1 else None
        try:
            _, stop = decoder.raw_decode(decoded, at)
        except (ValueError, RecursionError):
            return None
        elements.append(decoded[at:stop].encode())
        at = stop
        while at < end and decoded[at] in blank:
            at += 1
        if decoded[at : at + 1] == "]":
            return elements if at == end - 1 else None
        if decoded[at : at + 1] != ",":
            return None
        at += 1
    return None


def _by_structure(text: bytes) -> list[bytes] | None:
    hidden = text.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    elements: list[bytes] = []
    depth = start = stop = 0
    of_array: list[bytes] = []
    for token in _TOKEN.finditer(hidden):
        mark, at = token[0][:1], token.start()
        if depth == 0 and (mark != b"[" or text[stop:at].strip(BLANK)):
            return None
        if mark in b"[{":
            depth += 1
            if depth == 1:
                start, of_array = at + 1, []
        elif mark in b"]}":
            depth -= 1
            if depth == 0:
                of_array.append(text[start:at].strip(BLANK))
                # Nothing between the brackets is no element; nothing between two commas is one, which is refused.
                elements += of_array if of_array != [b""] else []
                stop = at + 1
        elif mark == b",":
            if depth == 1:
                of_array.append(text[start:at].strip(BLANK))
                start = at + 1
        elif not token[0].endswith(b'"') or len(token[0]) == 1:
            return None
    return None if depth or text[stop:].strip(BLANK) else elements
