"""A new secret for a workspace: the lake's keys are sealed under it, and the vault under a key of its own.

Pseudonyms stay, because they are made with the key of the lake and not with the secret. The order makes a rotation safe
to interrupt at any moment, and a second call completes it:

1. The new secret is stored beside the old one.
2. The lake gets two envelopes; either secret opens the keys of all epochs.
3. The vault is sealed again, in one commit.
4. The new secret takes the place of the old one.
5. The envelope of the old secret is removed.
"""

import os
import secrets
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from segspark.address import mailbox_provider_of
from segspark.config.models import Keys, Workspace
from segspark.errors import ConfigError, GateClosed, InfrastructureError
from segspark.points import point
from segspark.pseudonyms import Key, Pseudonymiser, check_new, decode, load_key, make_key_file, read_key_file
from segspark.store import store_at
from segspark.tables.contracts import privacy
from segspark.tables.lake import Lake
from segspark.tables.lake_key import check_value, envelope_of, open_key, opened, read_envelopes, write_envelopes
from segspark.tables.lease import only_writer
from segspark.tables.open import open_lake


def rotate(workspace: Workspace) -> dict[str, Any]:
    """Replace the secret; a rotation that was interrupted is completed, and no other one begun.

    Returns:
        epoch, rows (of the vault, sealed again), where (the new secret is looked for).

    Raises:
        GateClosed: a run holds the lake, or the present secret is not the lake's.
        ConfigError: the secret comes from the environment, which names no new one.
    """
    store = store_at(workspace.lake)
    with ExitStack() as held:
        try:
            lease = held.enter_context(only_writer(store, "key rotate", workspace.lease.expires_s))
        except InfrastructureError as error:
            raise GateClosed(f"The key is not changed while something writes to the lake. {error}") from None
        return _rotate(workspace, open_lake(workspace, lease.check))


def _rotate(workspace: Workspace, lake: Lake) -> dict[str, Any]:
    keys = workspace.keys
    key, secret = open_key(workspace, create=True), load_key(keys.environment, keys.file, create=False).secret
    envelopes = read_envelopes(lake.store)
    if len(envelopes) == 1:
        new = _new_secret(keys, secret)
        point("key_stored")
        key = replace(key, epoch=key.epoch + 1, vaults=(*key.vaults, secrets.token_bytes(64)))
        write_envelopes(lake.store, [envelope_of(secret, key, envelopes[0].epoch), envelope_of(new, key)])
    elif opened(secret, envelopes[1:]) is not None:
        new = secret
    else:
        new = _new_secret(keys, secret)
        # The first attempt's secret may be lost: the keys it sealed are in the old envelope too.
        if opened(new, envelopes[1:]) is None:
            write_envelopes(lake.store, [envelopes[0], envelope_of(new, key)])
    point("key_in_lake")
    rows = seal_again(lake, key)
    point("key_sealed")
    put_in_place(keys)
    point("key_in_place")
    write_envelopes(lake.store, [e for e in read_envelopes(lake.store) if e.check == check_value(new)])
    return {"epoch": key.epoch, "rows": rows, "where": keys.environment if _is_named(keys) else str(keys.file)}


def put_in_place(keys: Keys) -> None:
    """The new secret's file in place of the old one's, if the secret comes from a file."""
    after = _next_file(keys)
    if not _is_named(keys) and after.exists():
        os.replace(after, keys.file)


def examine_key(workspace: Workspace) -> dict[str, Any]:
    """Whether the key is the lake's: epoch, since (UTC, null before the first ingest), where (it was found),
    is_unfinished (a rotation was interrupted).

    Raises:
        GateClosed: it is not, or it is missing.
    """
    key, keys = open_key(workspace), workspace.keys
    envelopes = read_envelopes(store_at(workspace.lake))
    return {
        "epoch": key.epoch,
        "since": envelopes[-1].written_at if envelopes else None,
        "where": keys.environment if _is_named(keys) else str(keys.file),
        "is_unfinished": len(envelopes) > 1,
    }


def seal_again(lake: Lake, key: Key) -> int:
    """Seal the rows of the vault that are of earlier epochs, in one commit; gives their number. The vault is held in
    memory, about 200 bytes a row."""
    if not lake.exists(privacy.IDENTITIES):
        return 0
    rows = lake.read_small(privacy.IDENTITIES)
    n_old: int = sum(epoch != key.epoch for epoch in rows["key_epoch"].to_pylist())
    if n_old:
        pseudonyms = Pseudonymiser(key)
        pairs = list(zip(rows["kind"].to_pylist(), rows["sealed"].to_pylist(), strict=True))
        # Earlier releases did not store it.
        providers = [mailbox_provider_of(pseudonyms.unseal(*each)) if each[0] == "email" else None for each in pairs]
        again = {
            "sealed": pa.array([pseudonyms.seal_again(kind, sealed) for kind, sealed in pairs], pa.binary()),
            "key_epoch": pa.array([key.epoch] * rows.num_rows, pa.int32()),
            "mailbox_provider": pa.array(providers, pa.string()),
        }
        lake.overwrite_small(privacy.IDENTITIES, pa.table({n: again.get(n, rows[n]) for n in rows.column_names}))
    return n_old


def _is_named(keys: Keys) -> bool:
    return bool(os.environ.get(keys.environment))


def _next_file(keys: Keys) -> Path:
    return keys.file.with_name(keys.file.name + ".next")


def _new_secret(keys: Keys, old: bytes) -> bytes:
    """The new secret: from the environment if the old one is, else from a file beside the old one's, made here."""
    if not _is_named(keys):
        after = _next_file(keys)
        if not after.exists():
            make_key_file(after)
        return read_key_file(after)
    name = f"{keys.environment}_NEXT"
    if not os.environ.get(name):
        raise ConfigError(
            f"The key comes from {keys.environment}. Put a new one, base64 of 32 random bytes, into {name} "
            f"(openssl rand -base64 32) and run again; after that it belongs into {keys.environment}."
        )
    where = f"environment variable {name}"
    new = check_new(decode(os.environ[name], where), where)
    if new == old:
        raise ConfigError(f"{name} holds the same key as {keys.environment}: nothing would change.")
    return new
