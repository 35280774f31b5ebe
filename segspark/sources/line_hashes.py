"""Keyed hashes of a file's records, by which a file that was exported again is recognised.

Of each file the smallest hashes are kept: a sample that is the same whoever draws it (bottom-k sketch; E. Cohen and
H. Kaplan, "Summarizing data using bottom-k sketches", PODC 2007). Without the workspace's key nobody can tell whether
a guessed record was in a file.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from segspark.pseudonyms import Key
from segspark.sources.content import HELD, beginning, lines_of, opened
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.parquet_rows import parquet_records
from segspark.sources.records import json_records
from segspark.sources.spec import Source

MOST = 1_024
AT_ONCE = 65_536
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


def hashes_of(file: InputFile, source: Source, key: Key, max_bytes: int) -> Hashes:
    """The hashes of a file's records, sorted, each once; none if it cannot be read. They take 8 bytes a record."""
    secret = key.derive("line hash")
    found: list[Hashes] = []
    try:
        lines = _lines(file, source, max_bytes)
        while some := [hashlib.blake2b(line, digest_size=8, key=secret).digest() for line in islice(lines, AT_ONCE)]:
            found.append(np.unique(np.frombuffer(b"".join(some), np.uint64)))
    except BrokenFile:
        found = []
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)


def _lines(file: InputFile, source: Source, max_bytes: int) -> Iterator[bytes]:
    if source.format == "parquet":
        yield from (record.raw for record, _, _ in parquet_records(file.path))
        return
    with opened(file, max_bytes) as content:
        if source.format == "json":
            yield from (raw for raw, _ in json_records(content))
            return
        is_header = source.csv.header
        for piece in lines_of(content.blocks(), b"\n", HELD):
            for line in piece.split(b"\n") if isinstance(piece, bytes) else [beginning(piece, HELD, b" \t\r")]:
                bare = line.strip(b" \t\r")
                if bare and not is_header:
                    yield bare
                is_header = is_header and not bare


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
