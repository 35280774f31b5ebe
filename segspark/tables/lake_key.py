"""The key of a lake: whether the secret of a workspace is the one that the lake was made with.

``_key.json`` in the lake holds one envelope per secret that opens it: one, and two while a rotation goes on. An envelope
holds a check value, by which a secret is recognised, and from the second epoch on the lake's keys, sealed with the
secret. The check value follows from 32 random bytes by a hash of its own; no identifier can be guessed with it.
"""

import base64
import hmac
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from segspark.config.models import Keys, Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.pseudonyms import CannotUnseal, Key, Pseudonymiser, check_new, load_key, read_key_file
from segspark.store import Store, store_at
from segspark.tables.contracts import privacy, silver
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake
from segspark.task_keys import Origin, sealed_under, unpacked, wrapping

NAME = "_key.json"
OTHERWISE = (
    "With another key everybody would get a new pseudonym: every person would be there twice, and withdrawals and "
    "complaints would be attached to strangers."
)


@dataclass(frozen=True)
class Envelope:
    """
    Attributes:
        epoch: of the secret.
        check: recognises the secret.
        sealed: the lake's keys under the secret, base64; None where the secret itself is the key.
        written_at: UTC.
    """

    epoch: int
    check: str
    sealed: str | None
    written_at: str


def open_key(workspace: Workspace, create: bool = False) -> Key:
    """The key of a workspace's lake.

    Args:
        create: a new lake gets a check value and, where there is no secret, a new one.

    Raises:
        GateClosed: the secret is missing or another one than the lake was made with.
        ConfigError: there is no secret, and the lake needs none so far; or it cannot be read.
    """
    key = _opened(workspace, create)
    keys = workspace.keys
    sealed = sealed_under(load_key(keys.environment, keys.file, create=False).secret, key) if key.vaults else None
    return replace(key, origin=Origin(keys.environment, str(keys.file), sealed))


def _opened(workspace: Workspace, create: bool) -> Key:
    keys, store = workspace.keys, store_at(workspace.lake)
    envelopes = read_envelopes(store)
    if not envelopes:
        key = _key_without_check(keys, open_lake(workspace), create)
        if not create or store.put_if_absent(NAME, _written([envelope_of(key.secret, key)])):
            return key
        envelopes = read_envelopes(store)
    try:
        secret = load_key(keys.environment, keys.file, create=False).secret
    except ConfigError as error:
        if os.environ.get(keys.environment) or keys.file.exists():
            raise
        raise GateClosed(f"This lake was made with a key, and it is missing. {error} {_advice(keys)}") from None
    key_of = opened(secret, envelopes)
    if key_of is None:
        raise GateClosed(
            f"{_where(keys)} holds another key than this lake was made with. {_advice(keys)}{_hint(keys, envelopes)}"
        )
    return key_of


def check_key(workspace: Workspace) -> None:
    """Check that a lake with people is opened with its own key; one without needs none yet.

    Raises:
        GateClosed: the key is missing or another one.
    """
    try:
        open_key(workspace)
    except ConfigError:
        if os.environ.get(workspace.keys.environment) or workspace.keys.file.exists():
            raise


def read_envelopes(store: Store) -> list[Envelope]:
    """
    Raises:
        GateClosed: the file in the lake is damaged.
    """
    try:
        content = store.read(NAME)
    except FileNotFoundError:
        return []
    try:
        return [Envelope(**row) for row in json.loads(content)["envelopes"]]
    except (ValueError, KeyError, TypeError):
        raise GateClosed(f"{store.url_of(NAME)} is damaged; put it back from a backup of the lake.") from None


def write_envelopes(store: Store, envelopes: Sequence[Envelope]) -> None:
    store.replace(NAME, _written(envelopes))


def _written(envelopes: Sequence[Envelope]) -> bytes:
    return json.dumps({"envelopes": [asdict(e) for e in envelopes]}, indent=1).encode() + b"\n"


def envelope_of(secret: bytes, key: Key, epoch: int | None = None) -> Envelope:
    """A lake's key under a secret; epoch is the secret's."""
    sealed = sealed_under(secret, key) if key.vaults else None
    return Envelope(epoch or key.epoch, check_value(secret), sealed, datetime.now(UTC).isoformat(timespec="seconds"))


def check_value(secret: bytes) -> str:
    return hmac.digest(Key(secret).derive("check"), b"segspark key check", "sha256").hex()


def opened(secret: bytes, envelopes: Sequence[Envelope]) -> Key | None:
    """The lake's key, if the secret opens one of the envelopes.

    Raises:
        GateClosed: the envelope is the secret's and holds something else than was written.
    """
    for envelope in envelopes:
        if hmac.compare_digest(envelope.check, check_value(secret)):
            if envelope.sealed is None:
                return Key(secret)
            try:
                return unpacked(wrapping(secret).unseal(base64.b64decode(envelope.sealed), "lake"))
            except (CannotUnseal, ValueError, TypeError):
                raise GateClosed(f"{NAME} of the lake is damaged; put it back from a backup of the lake.") from None
    return None


def _key_without_check(keys: Keys, lake: Lake, create: bool) -> Key:
    """The key of a new lake, or of one older than check values, whose vault must open with it."""
    is_new = not any(lake.n_rows(table) for table in (privacy.IDENTITIES, silver.IDENTITY_LINKS, silver.EVENTS))
    if is_new:
        key = load_key(keys.environment, keys.file, create)
        check_new(key.secret, f"key of {keys.environment} or {keys.file}")
        return key
    try:
        key = load_key(keys.environment, keys.file, create=False)
    except ConfigError as error:
        if os.environ.get(keys.environment) or keys.file.exists():
            raise
        raise GateClosed(f"This lake holds pseudonyms, and their key is missing. {error} {_advice(keys)}") from None
    pseudonyms = Pseudonymiser(key)
    for kind, sealed in _some_sealed(lake):
        try:
            pseudonyms.unseal(kind, sealed)
        except CannotUnseal:
            raise GateClosed(
                f"{_where(keys)} holds another key than this lake was made with. {_advice(keys)}"
            ) from None
    return key


def _some_sealed(lake: Lake) -> Iterator[tuple[str, bytes]]:
    """A few rows of the vault."""
    if lake.exists(privacy.IDENTITIES):
        rows = lake.read_small(privacy.IDENTITIES, columns=["kind", "sealed"]).slice(0, 3)
        yield from ((row["kind"], row["sealed"]) for row in rows.to_pylist())


def _where(keys: Keys) -> str:
    named = os.environ.get(keys.environment)
    return f"The environment variable {keys.environment}" if named else f"The key file {keys.file}"


def _advice(keys: Keys) -> str:
    return (
        f"{OTHERWISE} Nothing was read or written. Put the lake's key back: it is looked for in the environment variable "
        f"{keys.environment}, then in {keys.file}. To change it on purpose, put it back and run `segspark key rotate`. "
        f"If the key is certainly the right one, {NAME} of the lake is damaged: put that back from a backup."
    )


def _hint(keys: Keys, envelopes: Sequence[Envelope]) -> str:
    if not os.environ.get(keys.environment) or not keys.file.exists():
        return ""
    try:
        fits = opened(read_key_file(keys.file), envelopes) is not None
    except ConfigError:
        return ""
    return f" The key in {keys.file} fits: unset {keys.environment}." if fits else ""
