"""Decodings of a text in which something may be hidden: escapes, entities, encoded words, base64, compressed bytes.

Nothing here decides what is hidden; ``direct.py`` does.
"""

import base64
import binascii
import html
import quopri
import re
import unicodedata
import zlib
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

# Of compressed text so many bytes are looked at.
MOST_INFLATED = 65_536
# Decodings are applied again to what they give: an address may be encoded several times.
MOST_TURNS = 4
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\x([0-9a-fA-F]{2})|\\u\{([0-9a-fA-F]{1,6})\}")
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_PERCENT_U = re.compile(r"%u([0-9a-fA-F]{4})")
_QUOTED_PRINTABLE = re.compile(r"=[0-9A-Fa-f]{2}")
_ENCODED_WORD = re.compile(r"=\?[\w-]+\?([bBqQ])\?([^?]*)\?=")
_UTF7 = re.compile(r"\+([A-Za-z0-9+/]+)-")
# How gzip and zlib begin.
COMPRESSED = ("H4sI", "eJ", "eN", "eA", "eF")


def variants(text: str) -> Iterator[str]:
    """The text and what its decodings give, each once."""
    seen, new = {text}, [text]
    yield text
    for _ in range(MOST_TURNS):
        found: list[str] = []
        for before in new:
            for after in _decoded(before):
                if after not in seen:
                    seen.add(after)
                    found.append(after)
                    yield after
        if not found:
            return
        new = found


def _decoded(text: str) -> Iterator[str]:
    yield _without_invisible(text)
    if "%" in text:
        yield unquote(text)
        yield _PERCENT_U.sub(lambda m: chr(int(m[1], 16)), text)
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _ESCAPE.sub(_unescaped, text)
        yield _OCTAL.sub(lambda m: chr(int(m[1], 8)), text)
    if "=" in text:
        if _QUOTED_PRINTABLE.search(text):
            yield quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        yield _ENCODED_WORD.sub(_of_encoded_word, text)
    if "+" in text:
        yield _UTF7.sub(_of_utf7, text)
        # A blank of a form.
        yield text.replace("+", " ")
    if '"' in text or "'" in text:
        yield text.replace('"', "").replace("'", "")


@lru_cache(maxsize=4_096)
def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Cc", "Mn", "Me") or char in "\u00ad\u034f\u115f\u1160\u3164"


def _without_invisible(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "")
    plain = unicodedata.normalize("NFKC", text)
    return "".join(map(_usual, plain))


@lru_cache(maxsize=4_096)
def _usual(char: str) -> str:
    """The usual hyphen, blank and digits instead of their like; nothing instead of what nobody sees."""
    if char.isascii():
        return char
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    return "-" if kind == "Pd" or char in "·‧•∙⋅" else " " if kind == "Zs" else "" if _is_invisible(char) else char


def _unescaped(match: re.Match[str]) -> str:
    code = int(next(group for group in match.groups() if group is not None), 16)
    return chr(code) if code < 0x110000 else ""


def _of_encoded_word(match: re.Match[str]) -> str:
    try:
        if match[1] in "bB":
            return base64.b64decode(match[2] + "==").decode("utf-8", "replace")
        return quopri.decodestring(match[2].replace("_", " ").encode()).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return match[0]


def _of_utf7(match: re.Match[str]) -> str:
    try:
        return base64.b64decode(match[1] + "=" * (-len(match[1]) % 4)).decode("utf-16-be")
    except (binascii.Error, ValueError):
        return match[0]


def from_base64(text: str) -> bytes:
    return binascii.a2b_base64(text[: len(text) - 1] if len(text) % 4 == 1 else text + "=" * (-len(text) % 4))


def is_compressed(content: bytes) -> bool:
    return content[:2] in (b"\x1f\x8b", b"\x78\x9c", b"\x78\xda", b"\x78\x01", b"\x78\x5e")


def inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=47).decompress(content, MOST_INFLATED)
    except zlib.error:
        return b""


def from_base32(text: str) -> bytes:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        return b""
