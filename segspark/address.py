"""E-mail addresses: normal form and the mailbox provider's family."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

import idna

_USUAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9_-]{1,63}\.)+[a-z0-9_-]{2,63}")
# RFC 5321 and 6531: the characters of a local part without quotes; the second form is a quoted one.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.\-\x80-\U0010ffff]{1,64}")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.){1,64})"')
_NAMED = re.compile(r"[^@<>]*<([^<>]+)>")
_DOMAIN_NAME = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}", re.ASCII)
# What Unicode calls default ignorable, without the two joiners, which some scripts need to spell a word.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JOINERS = re.compile("[\u200c\u200d]")
_MAX_DOMAIN = 253

PROVIDERS = {
    "gmail": ("gmail.com", "googlemail.com"),
    "microsoft": ("outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "live.com", "live.fr", "msn.com"),
    "yahoo": ("yahoo.com", "yahoo.fr", "ymail.com", "rocketmail.com", "aol.com"),
    "apple": ("icloud.com", "me.com", "mac.com"),
    "orange": ("orange.fr", "wanadoo.fr"),
    "free": ("free.fr",),
    "sfr": ("sfr.fr", "neuf.fr", "club-internet.fr"),
    "laposte": ("laposte.net",),
    "bouygues": ("bbox.fr",),
    "gmx": ("gmx.com", "gmx.de", "gmx.fr", "web.de"),
    "proton": ("proton.me", "protonmail.com", "pm.me"),
}
_FAMILY = {domain: family for family, domains in PROVIDERS.items() for domain in domains}


def normalise(address: str) -> str | None:
    """The form that all spellings of one mailbox share; None if it is not one address.

    Lower case, composed characters (NFC), no invisible characters, the domain in ASCII (IDNA 2008) without the root's
    dot. ``mailto:``, angle brackets and a name before them are left out. A local part in quotes loses them where it
    needs none. Dots and plus tags are kept: two spellings may be two people, and only the provider knows. So are
    letters of other scripts that look alike.
    """
    text = address.strip().lower()
    if len(text) <= _MAX_DOMAIN and _USUAL.fullmatch(text):
        return text
    text = visible(unicodedata.normalize("NFC", text)).strip()
    if text.startswith("mailto:"):
        text = unquote(text[7:].partition("?")[0])
    named = _NAMED.fullmatch(text)
    local, at, domain = (named.group(1) if named else text).strip().rpartition("@")
    normal_local, normal_domain = _local(local), _domain(domain)
    return f"{normal_local}@{normal_domain}" if at and normal_local and normal_domain else None


def visible(text: str) -> str:
    """The text without invisible characters: zero width, soft hyphens, byte order marks, marks of direction.

    A joiner stays where the script needs it (RFC 5892, appendix A).
    """
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", text)
    return _JOINERS.sub(lambda found: found.group() if _is_needed(text, found.start()) else "", text)


def _is_needed(text: str, position: int) -> bool:
    try:
        return idna.valid_contextj(text, position)
    except ValueError:
        return False


def _local(text: str) -> str | None:
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        content = re.sub(r"\\(.)", r"\1", quoted.group(1))
        if not content.isprintable():
            return None
        if _LOCAL.fullmatch(content) and not (content.startswith(".") or content.endswith(".") or ".." in content):
            return content
        return '"' + re.sub(r'(["\\])', r"\\\1", content) + '"'
    # What cannot be printed: control characters, blanks other than the usual one, halves of a pair of surrogates.
    return text if _LOCAL.fullmatch(text) and text.isprintable() else None


def _domain(text: str) -> str | None:
    """The domain in ASCII; names that only IDNA 2003 allows, such as those with symbols, are encoded by its rules."""
    if not text.isascii():
        try:
            text = idna.encode(text, uts46=True).decode("ascii")
        except UnicodeError:
            try:
                text = text.encode("idna").decode("ascii")
            except UnicodeError:
                return None
    text = text.lower().removesuffix(".")
    return text if len(text) <= _MAX_DOMAIN and _DOMAIN_NAME.fullmatch(text) else None


def mailbox_provider_of(address: str) -> str:
    """Family of the mailbox provider of an address, however it is spelt."""
    domain = address.rpartition("@")[2]
    if domain not in _FAMILY:
        domain = (normalise(address) or "").rpartition("@")[2]
    return mailbox_provider(domain)


@lru_cache(maxsize=65536)
def mailbox_provider(domain: str) -> str:
    """Family of the mailbox provider, ``other`` for unknown domains."""
    return _FAMILY.get(domain, "other")
