"""Keyed hashes of a file's records, by which a file that was exported again is recognised.

Of each file the smallest hashes are kept: a sample that is the same whoever draws it (bottom-k sketch; E. Cohen and
H. Kaplan, "Summarizing data using bottom-k sketches", PODC 2007). Without the workspace's key nobody can tell whether
a guessed record was in a file.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from segspark.pseudonyms import Key
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.mapping import compile_mapping
from segspark.sources.plan import Limits
from segspark.sources.raw import rows_of
from segspark.sources.spec import Source

MOST = 1_024
AT_ONCE = 65_536
LEAST_SHOWN = 3
Hashes = npt.NDArray[np.uint64]
# What a record needs of its own, by target.
KEYS = {"events": "event_id", "orders": "order_id", "order_lines": "line_id"}


def missing_keys(source: Source) -> list[str]:
    """The key columns that a mapped source does not map: its rows are known by their place in a file only."""
    if not source.is_mapped:
        return []
    return [
        KEYS[record.target]
        for record in source.records
        if record.target in KEYS
        and KEYS[record.target] not in record.columns
        and not (record.target == "events" and source.duplicates == "drop")
    ]


@dataclass(frozen=True)
class _Reading:
    limits: Limits
    key: Key


def hashes_of(file: InputFile, source: Source, key: Key, max_bytes: int) -> Hashes:
    """The hashes of a file's records, sorted, each once; none if it cannot be read. They take 8 bytes a record."""
    secret = key.derive("line hash")
    found: list[Hashes] = []
    try:
        records = _records(_Reading(Limits(max_inflated_bytes=max_bytes), key), file, source)
        while some := [hashlib.blake2b(one, digest_size=8, key=secret).digest() for one in islice(records, AT_ONCE)]:
            found.append(np.unique(np.frombuffer(b"".join(some), np.uint64)))
    except BrokenFile:
        found = []
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)


def _records(reading: _Reading, file: InputFile, source: Source) -> Iterator[bytes]:
    """Of each record what the mapping reads: the same whatever the order of columns, quotes, encoding or packing."""
    mapping = compile_mapping(source)
    for _, _, reasons, raw, _, *texts in rows_of(reading, mapping, file):
        if reasons:
            yield raw
        else:
            yield b"\x1f".join([text.strip().encode(errors="replace") if text else b"" for text in texts])


def sketch(hashes: Hashes) -> str:
    """The smallest hashes as text."""
    return base64.b64encode(hashes[:MOST].astype("<u8").tobytes()).decode()


def read_sketch(text: str) -> Hashes:
    return np.frombuffer(base64.b64decode(text), "<u8").astype(np.uint64)


def shares(sketches: Sequence[Hashes], hashes: Hashes) -> npt.NDArray[np.float64]:
    """Of each sketch, the share of its hashes that a file holds."""
    sizes = np.array([len(one) for one in sketches])
    if not len(sizes) or not sizes.sum() or not len(hashes):
        return np.zeros(len(sizes))
    every = np.concatenate(sketches)
    at = np.minimum(np.searchsorted(hashes, every), len(hashes) - 1)
    held = np.bincount(np.repeat(np.arange(len(sizes)), sizes), weights=hashes[at] == every, minlength=len(sizes))
    found: npt.NDArray[np.float64] = held / np.maximum(sizes, 1)
    return found


def known_shares(sketches: Sequence[Hashes], hashes: Hashes) -> npt.NDArray[np.float64]:
    """Of a file's records, the share that each sketched file holds, by those records that its sketch would show."""
    found = np.zeros(len(sketches))
    for at, one in enumerate(sketches):
        is_whole = len(one) < MOST
        shown = hashes if is_whole else hashes[: np.searchsorted(hashes, one[-1], side="right")]
        # One record of a large file tells nothing.
        if len(one) and len(shown) >= (1 if is_whole else LEAST_SHOWN):
            found[at] = np.isin(shown, one, assume_unique=True).mean()
    return found
