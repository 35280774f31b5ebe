"""Finding e-mail addresses and phone numbers in a text, however they are encoded.

A guard for the few fields that are kept: it errs towards finding. What stands between two letters around an at sign
counts as an address, and a run of digits with a plus sign, a leading zero pair or a national form counts as a phone.
"""

import re
from collections.abc import Callable

from segspark.encodings import COMPRESSED, from_base32, from_base64, inflated, is_compressed, variants

LONGEST_TOKEN = 4_096
# Digits alone are a number up to here; more may be hexadecimal.
LONGEST_NUMBER = 18
_AT = re.compile(r"[^\s@]@[^\s@]")
# A word that is a whole address, not a part of one that goes on in the next word.
_WHOLE = re.compile(r"\w[^\s@]*@[^\s@]*\w|\d[\d.\-/]{7,}\d")
_SPELLED_AT = re.compile(
    r"[\w.+-]+\s*(?:[\[({<]\s*(?:at|arobase|chez|@|a|à)\s*[\])}>]|\s(?:at|arobase)\s|@)\s*[\w-]+"
    r"(?:\s*(?:[\[({<]\s*(?:dot|point|\.)\s*[\])}>]|\s(?:dot|point)\s|\.)\s*[\w-]+)+",
    re.IGNORECASE,
)
# Spelled in one word, and an address within the local part of another (bounce+ann=shop.example@…): only before a domain
# that is likely to be one, since hyphens and equals signs join other words too.
_LIKELY_DOMAIN = r"(?:[\w-]+{dot})+(?:[a-z]{{2}}|com|net|org|info|example)(?![a-z0-9])"
_SPELLED_IN_ONE = re.compile(
    r"[\w.+]+(?:[-_*]+(?:at|arobase)[-_*]+" + _LIKELY_DOMAIN.format(dot=r"(?:\.|[-_*]+(?:dot|point)[-_*]+)") + ")"
    r"|\w[\w.+-]*=" + _LIKELY_DOMAIN.format(dot=r"\."),
    re.IGNORECASE | re.ASCII,
)
_JOINED = re.compile(r"=|[-_*][aA][tTrR]")
_SIGNS = ("at", "arobase", "chez", "@", "a)", "à", "a]", "a}", "a>", "a ")
_DATE = r"(?!(?:0[1-9]|[12]\d|3[01])[-./ ](?:0[1-9]|1[0-2])[-./ ](?:19|20)\d\d(?!\d))"
_PHONE = re.compile(
    r"(?<![\w.])(?:"
    r"\+\s?\d(?:[\s().\-/]{0,3}\d){7,14}"  # international
    r"|00\s?[1-9](?:[\s().\-/]{0,3}\d){7,13}"  # the same with the dialling prefix
    rf"|{_DATE}\(?0[1-9]\)?(?:[\s.\-/]?\d{{2}}){{4}}"  # French and neighbouring national forms
    r"|0[\s.]?[1-9](?:[\s.]{0,2}\d){8}"  # the same in other groups
    r"|0[1-9]\d{1,3}[\s/]\d{3,4}[\s-]?\d{2,4}(?:\s?\d{2})?"  # national forms of other countries
    r"|\(\d{2,4}\)\s?\d{3,4}[\s.-]?\d{3,4}"  # with the area code in parentheses
    r")(?!\d)"
)
# Pairs that are apart, also behind another word (m_06.12.34.56.78); begins with the digit, by which it is found quickly.
_PAIRS = re.compile(
    r"0(?<!\d0)(?<!\d[._]0)(?![1-9][-./ ](?:0[1-9]|1[0-2])[-./ ](?:19|20)\d\d(?!\d))"
    r"[1-9](?:[\s.\-/_]{1,2}\d{2}){4}(?!\d)"
)
_AMERICAN = re.compile(r"[-.](?<=[2-9]\d\d.)(?<![\w.]\d{3}.)\d{3}[-.]\d{4}(?!\d)")
# The shortest address has seven characters, which base64 makes ten.
SHORTEST_TOKEN = 10
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{10,}={0,2}")
_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2}){6,})")
_HEX_APART = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}[ :-]){6,}[0-9a-fA-F]{2}(?![0-9a-fA-F])")
_HEX_WITHIN = re.compile(r"[0-9a-fA-F]{14,}")
_BASE32 = re.compile(r"(?:[A-Z2-7]{16,}|[a-z2-7]{16,})\Z")
_JOINT = re.compile(r"[-_/+]")
_COMPRESSED_NEXT = re.compile(rf"[-_/+](?={'|'.join(COMPRESSED)})")
# Three groups of four signs that stand for bytes below 128: the first sign of a group is one of the first half of the
# alphabet, of the second and third one bit is 0. A domain's name alone has that many.
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_FIRST = "".join(c for at, c in enumerate(_BASE64) if at < 32)
_SECOND = "".join(c for at, c in enumerate(_BASE64) if not at & 8)
_THIRD = "".join(c for at, c in enumerate(_BASE64) if not at & 2)
_GROUP = f"[{_FIRST}][{_SECOND}][{_THIRD}]."
# Written out: to repeat a group takes twice as long.
_PLAIN_GROUPS = re.compile(f"{_GROUP}{_GROUP}[{_FIRST}][{_SECOND}]")
# What every word has that is worth decoding: groups of base64, the shortest hexadecimal and base32 words, the beginnings
# of compressed bytes. One after the other they are found sooner than together.
_LOOKS = (
    _PLAIN_GROUPS, re.compile(r"[0-9a-fA-F]{12}"), re.compile(r"[A-Z2-7]{16}|[a-z2-7]{16}"),
    re.compile("|".join(COMPRESSED)),
)  # fmt: skip
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_ADDRESS_BYTES = re.compile(rb"[\w.+'\x80-\xff-]@[\w\x80-\xff-]+(?:\.[\w\x80-\xff-]+)+")
_PHONE_BYTES = re.compile(rb"\+?\d[\d .()/-]{7,18}\d\Z")
_PHONE_WITHIN = re.compile(rb"(?:\+\d|(?<!\d)0[1-9])\d{8,13}(?!\d)")
# Without what stands before it a zero is found four times as fast.
_ZERO, _PHONE_START = re.compile(r"0[0-9]"), re.compile(r"(?<![A-Za-z0-9])0[0-9]")
_QUOTED_LOCAL = re.compile(r"\"[^\"]*\"@\S*")
# What needs no decoding but that of its tokens.
_ONE_WORD = re.compile(r"[A-Za-z0-9_.:/-]*\Z")
_PLAIN = re.compile(r"[A-Za-z0-9_.:/~ ,-]*\Z")


def names_somebody(text: str) -> bool:
    """Whether an address or a phone number stands in it, plain or encoded."""
    if len(text) == 36 and _UUID.match(text):
        return False
    if _ONE_WORD.match(text):
        # Most texts are ids: nothing in them needs decoding but what looks like base64.
        return _may_begin_phone(text) or _in_tokens(text) or _may_be_apart(text)
    if _PLAIN.match(text):
        return _has_phone(text) or _is_spelled(text) or _in_tokens(text) or _in_parts(text)
    if _AT.search(text):
        return True
    return any(_is_direct(variant) for variant in variants(text))


def without_direct(text: str, instead: Callable[[str], str]) -> str:
    """The text with something else instead of every address or phone that stands plain in it; of all of it, if one is
    encoded or spelled: the words around may hold a part of it."""
    if not names_somebody(text):
        return text
    shorter = text
    for pattern in (_QUOTED_LOCAL, _PHONE):
        shorter = pattern.sub(lambda m: instead(m[0]), shorter)
    words = [(word, names_somebody(word)) for word in shorter.split(" ")]
    if any(is_direct and not _WHOLE.search(word) for word, is_direct in words):
        return instead(text)
    shorter = " ".join(instead(word) if is_direct else word for word, is_direct in words)
    return instead(text) if names_somebody(shorter) else shorter


def _is_direct(text: str) -> bool:
    return _AT.search(text) is not None or _has_phone(text) or _is_spelled(text) or _in_tokens(text) or _in_parts(text)


def _has_phone(text: str) -> bool:
    return _PHONE.search(text) is not None or _has_other_phone(text)


def _has_other_phone(text: str) -> bool:
    return _PAIRS.search(text) is not None or _AMERICAN.search(text) is not None


def _may_begin_phone(text: str) -> bool:
    may_be = _ZERO.search(text) is not None and _PHONE_START.search(text) is not None
    return (may_be and _PHONE.search(text) is not None) or _has_other_phone(text)


def _may_be_apart(text: str) -> bool:
    return bool(_JOINED.search(text) and _SPELLED_IN_ONE.search(text)) or (":" in text and _in_parts(text))


def _is_spelled(text: str) -> bool:
    if _JOINED.search(text) and _SPELLED_IN_ONE.search(text):
        return True
    lower = text.lower()
    return any(sign in lower for sign in _SIGNS) and _SPELLED_AT.search(text) is not None


def _in_tokens(text: str) -> bool:
    """Whether a word in base64, base32 or hexadecimal digits holds an address or a phone number."""
    return may_be_encoded(text) and any(map(_names_in_token, _TOKEN.findall(text)))


def may_be_encoded(text: str) -> bool:
    """Whether some word is worth decoding; most ids have none, and to look costs a tenth of decoding."""
    return len(text) >= SHORTEST_TOKEN and any(look.search(text) for look in _LOOKS)


def _in_parts(text: str) -> bool:
    """The same of a word that is wrapped, or whose bytes stand apart."""
    if any(_names_decoded(bytes.fromhex(re.sub("[:-]", " ", m[0]))) for m in _HEX_APART.finditer(text)):
        return True
    joined = "".join(text.split())
    return len(joined) < len(text) and _in_tokens(joined)


def _names_in_token(token: str) -> bool:
    if (len(token) < LONGEST_NUMBER and token.isdigit()) or _UUID.match(token):
        return False
    if _names_once_decoded(token[:LONGEST_TOKEN]):
        return True
    if not _JOINT.search(token):
        return False
    # The two signs of base64url also join words.
    if any(len(part) >= SHORTEST_TOKEN and _names_once_decoded(part) for part in _JOINT.split(token)):
        return True
    return any(_names_once_decoded(token[found.end() :]) for found in _COMPRESSED_NEXT.finditer(token))


def _names_once_decoded(token: str) -> bool:
    bare = token.rstrip("=")
    # Hardly any id has so many groups of base64 in a row that are plain text, and decoding costs more than looking.
    if _PLAIN_GROUPS.search(bare) or bare.startswith(COMPRESSED):
        standard = bare.replace("-", "+").replace("_", "/") if "-" in bare or "_" in bare else bare
        # Other letters may stand before it.
        if any(_names_decoded(from_base64(standard[start:]), start > 0) for start in range(4)):
            return True
    if not bare.isalnum():
        return False
    hexadecimal = _HEX.fullmatch(bare)
    if hexadecimal:
        return _names_decoded(bytes.fromhex(hexadecimal[1]))
    for found in _HEX_WITHIN.finditer(bare):
        for digits in (found[0], found[0][1:]):
            if _names_decoded(bytes.fromhex(digits[: len(digits) // 2 * 2]), True):
                return True
    return bool(_BASE32.match(bare)) and _names_decoded(from_base32(bare.upper()))


def _names_decoded(content: bytes, is_a_guess: bool = False) -> bool:
    """
    Args:
        is_a_guess: where the encoded text begins; random bytes must then not look like an address.
    """
    if is_compressed(content):
        content = inflated(content)
    if b"\x00" in content:
        content = content.replace(b"\x00", b"")
    if b"@" in content:
        found = _ADDRESS_BYTES.search(content)
        return found is not None and (not is_a_guess or (len(found[0]) >= 6 and found[0].isascii()))
    # Other bytes may stand before it, where the encoded text begins within a word.
    if _PHONE_WITHIN.search(content):
        return True
    if not content.isascii():
        return False
    if _PHONE_BYTES.match(content):
        return True
    # Encoded again: a text that is printable throughout is no accident.
    return len(content) >= 12 and content.decode().isprintable() and names_somebody(content.decode())
