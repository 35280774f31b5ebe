"""Records as received, sealed under the workspace's key: what an envelope holds, and how it is opened again.

An envelope has all that is needed to read its record again: the form of the text and, of a CSV row, the header.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from segspark.pseudonyms import Key, Vault

# More of a record is not kept; the reader refuses larger records anyway.
MOST_BYTES = 5_000_000
_KIND = "record"


@dataclass(frozen=True)
class Opened:
    """A record out of its envelope. ``form``: json, csv or row; ``header``: the names of a CSV row's cells."""

    raw: bytes
    form: str
    header: tuple[str, ...]


class RecordSealer:
    """Hashes and seals whole records."""

    def __init__(self, key: Key) -> None:
        self._vault = Vault(key, "records")
        self._mac_key = key.derive("record hash")

    def hash_of(self, raw: bytes) -> str:
        """A keyed hash: without the key nobody can tell whether a guessed record was the one."""
        return hashlib.blake2b(raw, digest_size=16, key=self._mac_key).hexdigest()

    def seal(self, raw: bytes, form: str = "json", header: Sequence[str] = ()) -> bytes:
        """The envelope, compressed and encrypted; the same record gives the same bytes, so that a rerun agrees."""
        head = orjson.dumps({"form": form, "header": list(header)})
        return self._vault.seal(zlib.compress(head + b"\n" + raw[:MOST_BYTES], 1), _KIND)

    def open(self, sealed: bytes) -> Opened:
        head, _, raw = zlib.decompress(self._vault.unseal(sealed, _KIND)).partition(b"\n")
        told = orjson.loads(head)
        return Opened(raw, told["form"], tuple(told["header"]))
