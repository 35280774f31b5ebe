"""JSON arrays cut into their elements, each with its own bytes, also where an element is no JSON."""

import json
import re
from collections.abc import Iterable, Iterator
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


# Arrays that are too long to be held -------------------------------------------------------------------------------


class NotArrays(ValueError):
    """A text is anything else than arrays with only blanks between them."""


def cut_arrays(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The same elements as ``split_arrays`` gives, of a text in pieces; of a longer element the first bytes.

    Raises:
        NotArrays: where ``split_arrays`` gives None; elements may have been given by then.
    """
    cutter = _Cutter(most)
    for piece in pieces:
        yield from cutter.elements(piece)
    cutter.close()


def is_arrays(pieces: Iterable[bytes]) -> bool:
    """Whether ``split_arrays`` would cut a text, which comes in pieces."""
    try:
        for _ in cut_arrays(pieces, 0):
            pass
    except NotArrays:
        return False
    return True


class Trimmed:
    """A text that comes in pieces, without blanks around it; of a longer one the first bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: list[bytes] = []
        self._size = 0
        self._is_cut = False

    def add(self, piece: bytes) -> None:
        if not self._parts:
            piece = piece.lstrip(BLANK)
        room = self._most - self._size
        if piece and room > 0:
            self._parts.append(piece[:room])
            self._size += min(len(piece), room)
        # Blanks behind the text may be those around it.
        if len(piece) > room and not self._is_cut:
            self._is_cut = bool(piece[max(room, 0) :].strip(BLANK))

    def take(self) -> bytes:
        """The text; the next one begins."""
        text = b"".join(self._parts)
        text = text if self._is_cut else text.rstrip(BLANK)
        self._parts.clear()
        self._size, self._is_cut = 0, False
        return text


class _Cutter:
    """What ``_by_structure`` does, piece by piece."""

    def __init__(self, most: int) -> None:
        self._element = Trimmed(most)
        self._depth = 0
        self._in_text = self._is_first = False
        self._kept = b""

    def elements(self, piece: bytes) -> Iterator[bytes]:
        text = self._kept + piece
        n_escapes = len(text) - len(text.rstrip(b"\\"))
        # What the last one escapes is in the next piece.
        self._kept = text[-1:] if n_escapes % 2 else b""
        text = text[: len(text) - len(self._kept)]
        hidden = text.replace(b"\\\\", b"__").replace(b'\\"', b"__")
        at = start = 0
        if self._in_text:
            at = hidden.find(b'"') + 1
            if not at:
                self._element.add(text)
                return
            self._in_text = False
        for token in _TOKEN.finditer(hidden, at):
            mark, at = token[0][:1], token.start()
            if self._depth == 0 and (mark != b"[" or text[start:at].strip(BLANK)):
                raise NotArrays
            if mark in b"[{":
                self._depth += 1
                if self._depth == 1:
                    start, self._is_first = at + 1, True
            elif mark in b"]}":
                self._depth -= 1
                if self._depth == 0:
                    self._element.add(text[start:at])
                    found = self._element.take()
                    if found or not self._is_first:
                        yield found
                    start = at + 1
            elif mark == b",":
                if self._depth == 1:
                    self._element.add(text[start:at])
                    yield self._element.take()
                    start, self._is_first = at + 1, False
            else:
                self._in_text = len(token[0]) == 1 or not token[0].endswith(b'"')
        if self._depth:
            self._element.add(text[start:])
        elif text[start:].strip(BLANK):
            raise NotArrays

    def close(self) -> None:
        if self._depth or self._in_text or self._kept:
            raise NotArrays
