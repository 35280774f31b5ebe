"""How the tasks of a run get the key: a closure holds a note of where it is, and each process that opens it looks there.

The places are those of the driver: the environment variable, then the key file. Where only the driver has the key, what
travels instead is decided by the session (``spark/key_travel.py``): on one machine the name of a private file, on a cluster
the key itself, and that only between processes that Spark's encryption protects.
"""

import base64
import hmac
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from segspark.errors import ConfigError, GateClosed
from segspark.pseudonyms import CannotUnseal, Key, Vault, decode, read_key_file

ENCRYPTION = "spark.authenticate, spark.network.crypto.enabled and spark.io.encryption.enabled"


@dataclass(frozen=True)
class Origin:
    """Where a key was found.

    Attributes:
        environment: the variable that is looked at first.
        file: the file that is looked at where the variable is not set.
        sealed: a lake's keys under the secret found there; None where the secret itself is the key.
    """

    environment: str
    file: str
    sealed: str | None = None


@dataclass(frozen=True)
class Handed:
    """A key that is not where it is looked for: a private file on this machine, or the content under encryption."""

    file: str = ""
    content: bytes = b""


@dataclass(frozen=True)
class Note:
    """What a closure holds instead of a key. ``check`` recognises the key and tells nothing of it."""

    check: str
    origin: Origin | None
    handed: Handed | None


def looked_for(key: Key) -> Handed | None:
    """Nothing is handed over: whoever opens the note has the key where it is looked for."""
    return None


# What is handed over with a note; the session of a run says so.
hand_over: Callable[[Key], Handed | None] = looked_for
# The keys that this process has met, by their check values.
_met: dict[str, Key] = {}


def check_of(key: Key) -> str:
    """The same for the same key; nobody guesses 32 random bytes by it."""
    whole = b"".join((key.secret, *key.vaults))
    return hmac.digest(hmac.digest(whole, b"task", "sha512"), b"segspark task key", "sha256").hex()


def note_of(key: Key) -> Note:
    check = check_of(key)
    _met[check] = key
    return Note(check, key.origin, hand_over(key))


def found(note: Note) -> Key:
    """The key of a note, in the process of a task.

    Raises:
        ConfigError: this process has no such key.
    """
    if note.check not in _met:
        key = next((key for key in _candidates(note) if check_of(key) == note.check), None)
        if key is None:
            raise ConfigError(without_key(note.origin))
        _met[note.check] = key
    return _met[note.check]


def without_key(origin: Origin | None) -> str:
    """What to say where a task has no key."""
    named = origin.environment if origin else "SEGSPARK_KEY"
    return (
        f"The executors have not the key of the lake: put {named} into their environment (a secret of the platform), or a key "
        f"file at the path of keys.file on each of them, or switch Spark's encryption on, {ENCRYPTION}, so that the driver may "
        "hand it over."
    )


def _candidates(note: Note) -> Iterator[Key]:
    if note.handed and note.handed.content:
        yield unpacked(note.handed.content)
    if note.origin is not None:
        for secret in _secrets_at(note.origin):
            key = key_in(secret, note.origin.sealed)
            if key is not None:
                yield key
    if note.handed and note.handed.file and Path(note.handed.file).is_file():
        yield unpacked(Path(note.handed.file).read_bytes())


def _secrets_at(origin: Origin) -> Iterator[bytes]:
    named = os.environ.get(origin.environment)
    if named:
        yield decode(named, f"environment variable {origin.environment}")
    file = Path(origin.file)
    if file.is_file():
        yield read_key_file(file)


def key_in(secret: bytes, sealed: str | None) -> Key | None:
    """The lake's key that a secret opens; None if it is another secret's.

    Args:
        sealed: ``sealed_under``; None where the secret itself is the key.
    """
    if sealed is None:
        return Key(secret)
    try:
        return unpacked(wrapping(secret).unseal(base64.b64decode(sealed), "lake"))
    except CannotUnseal:
        return None


def sealed_under(secret: bytes, key: Key) -> str:
    """A lake's key, sealed so that the secret opens it."""
    return _text(wrapping(secret).seal(packed(key), "lake"))


def wrapping(secret: bytes) -> Vault:
    """Seals with a key that follows from the secret and is used for nothing else."""
    return Vault(Key(Key(secret).derive("envelope")))


def packed(key: Key) -> bytes:
    """A key in full; only where nobody else reads it."""
    return json.dumps({"secret": _text(key.secret), "vaults": [_text(vault) for vault in key.vaults]}).encode()


def unpacked(content: bytes) -> Key:
    """
    Raises:
        GateClosed: it holds something else than was written.
    """
    try:
        held = json.loads(content)
        vaults = tuple(base64.b64decode(vault) for vault in held["vaults"])
        return Key(base64.b64decode(held["secret"]), 1 + len(vaults), vaults)
    except (ValueError, KeyError, TypeError):
        raise GateClosed("A sealed key is damaged; put _key.json of the lake back from a backup.") from None


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
