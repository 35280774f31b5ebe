"""Keyed pseudonyms of identifiers, and their sealing for the vault.

An ``identifier_id`` is the first 128 bits of HMAC-SHA256 over ``kind:normalised value``. Sealing is AES-SIV
(RFC 5297), which is deterministic, so a repeated run writes the same bytes.

The first key of a lake is the workspace's secret itself. A rotation (app/rotate.py) keeps what pseudonyms are made
of, so that they stay, and adds a key of the vault.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segspark import address
from segspark.errors import CheckFailed, ConfigError

if TYPE_CHECKING:
    from segspark.task_keys import Origin

VAULT = "vault"
KINDS = ("email", "customer", "user", "anonymous", "phone")
# Of 32 random bytes hardly ever fewer than 22 are distinct: fewer than this are a pattern that somebody typed.
LEAST_DISTINCT = 8
# Pseudonyms that are cached at once; the memory of a task is bounded, and its identifiers are not.
MOST_KNOWN = 250_000
# Half of a pair of surrogates is no character, and cannot be encoded.
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class CannotUnseal(CheckFailed):
    """Something sealed was sealed with another key, or is damaged."""


@dataclass(frozen=True)
class Key:
    """What a lake's pseudonyms and its vault are made with; never logged (``repr`` shows the epoch only).

    Pickled, as in the closure of a task, it says where the key is found and not what it is (``task_keys.py``).

    Attributes:
        secret: all keys of the first epoch follow from it, and those of pseudonyms and hashes in every epoch.
        epoch: 1, and one more with each rotation.
        vaults: what seals in the epochs after the first follows from these, in their order.
        origin: where it was found; None if it was made here.
    """

    secret: bytes
    epoch: int = 1
    vaults: tuple[bytes, ...] = ()
    origin: "Origin | None" = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"Key(epoch={self.epoch})"

    def __reduce__(self) -> tuple[Any, ...]:
        from segspark.task_keys import found, note_of

        return found, (note_of(self),)

    def derive(self, use: str) -> bytes:
        """The key of a use, the same in every epoch."""
        return _derived(self.secret, use)

    def of_epochs(self, use: str) -> tuple[bytes, ...]:
        """The keys that seal for a use in all epochs, the present one first."""
        return tuple(_derived(secret, use) for secret in (*reversed(self.vaults), self.secret))


def _derived(secret: bytes, use: str) -> bytes:
    return hmac.digest(secret, use.encode(), "sha512")


class Vault:
    """Seals bytes under the key of the present epoch, and unseals those of every epoch."""

    def __init__(self, key: Key, use: str = VAULT) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        self._of_epochs = [AESSIV(each) for each in key.of_epochs(use)]

    def seal(self, content: bytes, kind: str) -> bytes:
        """
        Args:
            kind: what is sealed; only as the same kind it is unsealed.
        """
        return self._of_epochs[0].encrypt(content, [kind.encode()])

    def unseal(self, sealed: bytes, kind: str) -> bytes:
        """
        Raises:
            CannotUnseal: it was sealed with another key, as another kind, or has changed since.
        """
        from cryptography.exceptions import InvalidTag

        for cipher in self._of_epochs:
            try:
                return cipher.decrypt(sealed, [kind.encode()])
            except InvalidTag:
                continue
        raise CannotUnseal("No key of this lake unseals this: it was sealed with another key, or is damaged.")


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
    """Turns identifiers into pseudonyms; results are cached, so that nearly each is computed once."""

    def __init__(self, key: Key) -> None:
        self.epoch = key.epoch
        self._mac = hmac.new(key.derive("identifier"), digestmod=hashlib.sha256)
        self._vault = Vault(key)
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
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[kind, value] = pseudonym = mac.hexdigest()[:32]
        return pseudonym

    def seal(self, kind: str, value: str) -> bytes:
        normal = normalise(kind, value) or ""
        return self._vault.seal(normal.encode(), kind)

    def seal_again(self, kind: str, sealed: bytes) -> bytes:
        """The same under the key of the present epoch."""
        return self._vault.seal(self._vault.unseal(sealed, kind), kind)

    def unseal(self, kind: str, sealed: bytes) -> str:
        return self._vault.unseal(sealed, kind).decode()


def load_key(environment_name: str, key_file: Path, create: bool = True) -> Key:
    """The secret from the environment, else from a file readable by its owner only, created on first use.

    Which key of a lake it opens is the business of ``tables/lake_key.py``.

    Raises:
        ConfigError: the variable is not base64 of 32 bytes or more, or the file is readable by others.
    """
    from_environment = os.environ.get(environment_name)
    if from_environment:
        return Key(decode(from_environment, f"environment variable {environment_name}"))
    if not key_file.exists():
        if not create:
            raise ConfigError(f"No key: set {environment_name} or put one into {key_file}.")
        make_key_file(key_file)
    return Key(read_key_file(key_file))


def make_key_file(key_file: Path) -> None:
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


def read_key_file(path: Path) -> bytes:
    """
    Raises:
        ConfigError: others may read it, or it holds no base64 of 32 bytes or more.
    """
    if path.stat().st_mode & 0o077:
        raise ConfigError(f"The key file {path} may be read by others; run: chmod 600 {path}")
    return decode(path.read_text(), f"key file {path}")


def decode(text: str, where: str) -> bytes:
    """A secret out of its base64."""
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        secret = b""
    if len(secret) < 32:
        raise ConfigError(f"The {where} must hold base64 of at least 32 random bytes.")
    return secret


def check_new(secret: bytes, where: str) -> bytes:
    """A secret that a lake is about to be made with; the lakes that are there keep theirs.

    Raises:
        ConfigError: whoever has the lake could find it by trying, since the lake has a check value of its key.
    """
    if len(set(secret)) < LEAST_DISTINCT:
        raise ConfigError(f"The {where} is a pattern, which can be guessed. Make one: openssl rand -base64 32")
    return secret
