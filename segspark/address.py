"""E-mail addresses: normal form and the mailbox provider's family."""

import re
from functools import lru_cache

_ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}", re.UNICODE)

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
