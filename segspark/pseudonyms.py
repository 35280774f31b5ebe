"""Keyed pseudonyms of identifiers, and their sealing for the vault.

An ``identifier_id`` is the first 128 bits of HMAC-SHA256 over ``kind:normalised value``. Sealing is AES-SIV
(RFC 5297), which is deterministic, so a repeated run writes the same bytes.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from segspark import address
from segspark.errors import ConfigError

KINDS = ("email", "customer", "user", "anonymous", "phone")
# Half of a pair of surrogates is no character, and cannot be encoded.
_HALF_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Key:
    """The workspace's secret; never logged (``repr`` shows the epoch only)."""

    secret: bytes
    epoch: int = 1

    def __repr__(self) -> str:
        return f"Key(epoch={self.epoch})"

    def derive(self, use: str) -> bytes:
        return hmac.digest(self.secret, use.encode(), "sha512")


def normalise(kind: str, value: str) -> str | None:
    """The normal form, equal for all spellings of one identifier; None if it is not an identifier."""
    if kind == "email":
        return address.normalise(value)
    text = value.strip()
    if not text.isascii():
        # Copied from a page or a sheet, a number may hold characters that nobody sees.
        text = address.visible(unicodedata.normalize("NFC", text)).strip()
        if _HALF_PAIR.search(text):
            return None
    return text or None


class Pseudonymiser:
    """Turns identifiers into pseudonyms; results are cached, so that each is computed and sealed once."""

    def __init__(self, key: Key) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        self.epoch = key.epoch
        self._mac = hmac.new(key.derive("identifier"), digestmod=hashlib.sha256)
        self._siv = AESSIV(key.derive("vault"))
        self._known: dict[tuple[str, str], str] = {}

    def identifier_id(self, kind: str, value: str) -> str | None:
        """32 hexadecimal digits; None if the value is empty or not an address."""
        known = self._known.get((kind, value))
        if known is not None:
            return known
        normal = normalise(kind, value)
        if normal is None:
            return None
        mac = self._mac.copy()
        mac.update(f"{kind}:{normal}".encode())
        self._known[kind, value] = pseudonym = mac.hexdigest()[:32]
        return pseudonym

    def seal(self, kind: str, value: str) -> bytes:
        normal = normalise(kind, value) or ""
        return self._siv.encrypt(normal.encode(), [kind.encode()])

    def unseal(self, kind: str, sealed: bytes) -> str:
        return self._siv.decrypt(sealed, [kind.encode()]).decode()


def load_key(environment_name: str, key_file: Path, create: bool = True) -> Key:
    """The key from the environment, else from a file readable by its owner only, created on first use.

    Raises:
        ConfigError: the variable is not base64 of 32 bytes or more, or the file is readable by others.
    """
    from_environment = os.environ.get(environment_name)
    if from_environment:
        return Key(_decode(from_environment, f"environment variable {environment_name}"))
    if not key_file.exists():
        if not create:
            raise ConfigError(f"No key: set {environment_name} or put one into {key_file}.")
        _make_key(key_file)
    if key_file.stat().st_mode & 0o077:
        raise ConfigError(f"The key file {key_file} may be read by others; run: chmod 600 {key_file}")
    return Key(_decode(key_file.read_text(), f"key file {key_file}"))


def _make_key(key_file: Path) -> None:
    """Write a new key, unless another process has done so. It appears whole and is on the disk: without it nothing of the
    lake can be joined to new files."""
    key_file.parent.mkdir(parents=True, exist_ok=True)
    aside = key_file.with_name(f".{key_file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(aside, key_file)
    finally:
        aside.unlink(missing_ok=True)


def _decode(text: str, where: str) -> bytes:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        secret = b""
    if len(secret) < 32:
        raise ConfigError(f"The {where} must hold base64 of at least 32 random bytes.")
    return secret
