"""Finding e-mail addresses and phone numbers in a text, however they are encoded.

A guard for the few fields that are kept: it errs towards finding. What stands between two letters around an at sign
counts as an address, and a run of digits with a plus sign, a leading zero pair or a national form counts as a phone.
"""

import base64
import binascii
import html
import quopri
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import unquote

# Decodings are applied again to what they give: an address may be encoded several times.
MOST_TURNS = 4
LONGEST_TOKEN = 4_096
# Digits alone are a number up to here; more may be hexadecimal.
LONGEST_NUMBER = 18
_AT = re.compile(r"[^\s@]@[^\s@]")
_SPELLED_AT = re.compile(
    r"[\w.+-]+\s*(?:[\[({<]\s*(?:at|arobase|chez|@)\s*[\])}>]|\s(?:at|arobase)\s|@)\s*[\w-]+"
    r"(?:\s*(?:[\[({<]\s*(?:dot|point|\.)\s*[\])}>]|\s(?:dot|point)\s|\.)\s*[\w-]+)+",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w.])(?:"
    r"\+\s?\d(?:[\s().\-/]{0,2}\d){7,14}"  # international
    r"|00\s?[1-9](?:[\s().\-/]{0,2}\d){7,13}"  # the same with the dialling prefix
    r"|\(?0[1-9]\)?(?:[\s.\-/]?\d{2}){4}"  # French and neighbouring national forms
    r"|\(\d{2,4}\)\s?\d{3,4}[\s.-]?\d{3,4}"  # with the area code in parentheses
    r")(?!\d)"
)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\x([0-9a-fA-F]{2})|\\u\{([0-9a-fA-F]{1,6})\}")
_PERCENT_U = re.compile(r"%u([0-9a-fA-F]{4})")
_QUOTED_PRINTABLE = re.compile(r"=[0-9A-Fa-f]{2}")
_ENCODED_WORD = re.compile(r"=\?[\w-]+\?([bBqQ])\?([^?]*)\?=")
_UTF7 = re.compile(r"\+([A-Za-z0-9+/]+)-")
# The shortest address has seven characters, which base64 makes ten.
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{10,}={0,2}")
_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2}){6,})")
_BASE32 = re.compile(r"[A-Z2-7]{16,}\Z")
_JOINT = re.compile(r"[-_/+]")
# Three groups of four signs that stand for bytes below 128: the first sign of a group is one of the first half of the
# alphabet, of the second and third one bit is 0. A domain's name alone has that many.
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_FIRST = "".join(c for at, c in enumerate(_BASE64) if at < 32)
_SECOND = "".join(c for at, c in enumerate(_BASE64) if not at & 8)
_THIRD = "".join(c for at, c in enumerate(_BASE64) if not at & 2)
_PLAIN_GROUPS = re.compile(f"(?:[{_FIRST}][{_SECOND}][{_THIRD}].){{2}}[{_FIRST}][{_SECOND}]")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_ADDRESS_BYTES = re.compile(rb"[\w.+'\x80-\xff-]@[\w\x80-\xff-]+(?:\.[\w\x80-\xff-]+)+")
_PHONE_BYTES = re.compile(rb"\+?\d[\d .()/-]{7,18}\d\Z")
_PHONE_START = re.compile(r"(?<![A-Za-z0-9])0[0-9]")
_QUOTED_LOCAL = re.compile(r"\"[^\"]*\"@\S*")
# What needs no decoding but that of its tokens.
_ONE_WORD = re.compile(r"[A-Za-z0-9_.:/-]*\Z")
_PLAIN = re.compile(r"[A-Za-z0-9_.:/~ ,-]*\Z")


def names_somebody(text: str) -> bool:
    """Whether an address or a phone number stands in it, plain or encoded."""
    if _ONE_WORD.match(text):
        # Most texts are ids: nothing in them needs decoding but what looks like base64.
        return _may_begin_phone(text) or _in_tokens(text)
    if _PLAIN.match(text):
        return _has_phone(text) or _is_spelled(text) or _in_tokens(text)
    return any(_is_direct(variant) for variant in _variants(text))


def without_direct(text: str, instead: Callable[[str], str]) -> str:
    """The text with something else instead of every word that names somebody; of all of it, if several words do."""
    if not names_somebody(text):
        return text
    shorter = text
    for pattern in (_QUOTED_LOCAL, _PHONE):
        shorter = pattern.sub(lambda m: instead(m[0]), shorter)
    shorter = " ".join(instead(word) if names_somebody(word) else word for word in shorter.split(" "))
    return instead(text) if names_somebody(shorter) else shorter


def _is_direct(text: str) -> bool:
    return _AT.search(text) is not None or _has_phone(text) or _is_spelled(text) or _in_tokens(text)


def _has_phone(text: str) -> bool:
    return _PHONE.search(text) is not None


def _may_begin_phone(text: str) -> bool:
    return _PHONE_START.search(text) is not None and _has_phone(text)


def _is_spelled(text: str) -> bool:
    lower = text.lower()
    return ("at" in lower or "arobase" in lower or "chez" in lower or "@" in lower) and bool(_SPELLED_AT.search(text))


def _variants(text: str) -> Iterator[str]:
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
    if "=" in text:
        if _QUOTED_PRINTABLE.search(text):
            yield quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        yield _ENCODED_WORD.sub(_of_encoded_word, text)
    if "+" in text:
        yield _UTF7.sub(_of_utf7, text)
    if '"' in text or "'" in text:
        yield text.replace('"', "").replace("'", "")


@lru_cache(maxsize=4_096)
def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Cc", "Mn", "Me") or char in "\u00ad\u034f\u115f\u1160\u3164"


def _without_invisible(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "")
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not _is_invisible(c))


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


def _in_tokens(text: str) -> bool:
    """Whether a word in base64, base32 or hexadecimal digits holds an address or a phone number."""
    return any(map(_names_in_token, _TOKEN.findall(text)))


def _names_in_token(token: str) -> bool:
    if (len(token) < LONGEST_NUMBER and token.isdigit()) or _UUID.match(token):
        return False
    if _names_once_decoded(token[:LONGEST_TOKEN]):
        return True
    if not _JOINT.search(token):
        return False
    # The two signs of base64url also join words.
    return any(len(part) >= 10 and _names_once_decoded(part) for part in _JOINT.split(token))


def _names_once_decoded(token: str) -> bool:
    bare = token.rstrip("=")
    over = len(bare) % 4
    # Hardly any id has so many groups of base64 in a row that are plain text, and decoding costs more than looking.
    if over != 1 and _PLAIN_GROUPS.search(bare):
        standard = bare.replace("-", "+").replace("_", "/") if "-" in bare or "_" in bare else bare
        if _names_decoded(binascii.a2b_base64(standard + "=" * (-over % 4))):
            return True
    if not bare.isalnum():
        return False
    hexadecimal = _HEX.fullmatch(bare)
    if hexadecimal and _names_decoded(bytes.fromhex(hexadecimal[1])):
        return True
    return bool(_BASE32.match(bare)) and _names_decoded(_from_base32(bare))


def _from_base32(text: str) -> bytes:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        return b""


def _names_decoded(content: bytes) -> bool:
    if b"\x00" in content:
        content = content.replace(b"\x00", b"")
    if b"@" in content:
        return _ADDRESS_BYTES.search(content) is not None
    if not content.isascii():
        return False
    if _PHONE_BYTES.match(content):
        return True
    # Encoded again: a text that is printable throughout is no accident.
    return len(content) >= 12 and content.decode().isprintable() and names_somebody(content.decode())
