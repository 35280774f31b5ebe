"""E-mail addresses: normal form, the mailbox provider's family, and finding addresses in free text."""

import re
from collections.abc import Callable
from functools import lru_cache

_ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}", re.UNICODE)
_AT = re.compile("@|%40")

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
    """Trimmed and lower case, the domain in ASCII (IDNA); None if it is not an address.

    Dots and plus tags are kept: two spellings may be two people, and only the provider knows.
    """
    text = address.strip().lower()
    if text.startswith("mailto:"):
        text = text[7:]
    if not _ADDRESS.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return f"{local}@{domain}"


@lru_cache(maxsize=65536)
def mailbox_provider(domain: str) -> str:
    """Family of the mailbox provider, ``other`` for unknown domains."""
    return _FAMILY.get(domain, "other")


# Characters before the at sign (searched backwards) and after it; non-ASCII characters count as letters.
_LOCAL_REVERSED = re.compile(r"[a-zA-Z0-9._+\-'=&#$!~\x80-\U0010ffff]{1,64}")
_DOMAIN = re.compile(r"[a-zA-Z0-9.\-\x80-\U0010ffff]+")


def replace_addresses(text: str, replacement: Callable[[str], str]) -> str:
    """The text with every e-mail address replaced, percent-encoded ones (``ann%40example.com``) included.

    Works outwards from each at sign, because a regular expression over long payloads costs ten times as much.
    """
    if "@" not in text and "%40" not in text:
        return text
    out, done = [], 0
    for match in _AT.finditer(text):
        at, after = match.start(), match.end()
        if at < done:
            continue
        local = _LOCAL_REVERSED.match(text[max(done, at - 64) : at][::-1])
        domain = _DOMAIN.match(text, after)
        if local is None or domain is None:
            continue
        name = domain.group().rstrip(".-")
        if "." not in name:
            continue
        start = at - local.end()
        out += [text[done:start], replacement(f"{text[start:at]}@{name}")]
        done = after + len(name)
    return "".join([*out, text[done:]])
