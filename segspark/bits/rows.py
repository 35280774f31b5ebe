"""Rows of gold.bits and gold.day_bits: made from people with their ordinals, joined, and read back.

A slice's name says what its bitmap holds: ``n_click_30d:3`` who has bit 3 of the count, ``click:2026-05-31`` who clicked
on that local day.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyroaring import BitMap

from segspark.bits.bitmap import BLOCK, BLOCK_BITS, bitmap_of, places_of
from segspark.bits.slices import slice_numbers
from segspark.time import DAY, EPOCH_DAY, day_number

ABOUT, FEATURE, PERSON, MEMBER = "about", "feature", "person", "member"
DID, CLEARED = "did", "cleared"
"""Kinds: what a day's rows are, as JSON; a number of people; a yes or no; a segment's members; who did it on a day; who loses all
days before this one."""
HERE, CONTACTABLE, ALL = "here", "contactable", "all"
"""Slices of one bitmap: everybody of the day; who may be written to; who is cleared."""
ROWS = pa.schema([("kind", pa.string()), ("slice", pa.string()), ("block", pa.int32()), ("bytes", pa.binary())])
# What leaves a task at once.
_MOST_BYTES = 32 << 20


class Bitmaps:
    """Bitmaps by kind, slice and block, to which people are added."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, int], BitMap] = {}
        self._unions: set[tuple[str, str, int]] = set()

    def add(self, kind: str, name: str, ordinals: np.ndarray) -> None:
        """Add people to a slice."""
        for block, places, _ in blocks_of(ordinals):
            self.join(kind, name, block, bitmap_of(places))

    def join(self, kind: str, name: str, block: int, bitmap: BitMap) -> None:
        """Add a bitmap to that of a slice and block."""
        key = (kind, name, block)
        if key in self._found:
            self._found[key] |= bitmap
            self._unions.add(key)
        else:
            self._found[key] = bitmap

    def rows(self) -> Iterator[pa.RecordBatch]:
        """Rows of ``ROWS``, in order of kind, slice and block."""
        keys: list[tuple[str, str, int]] = []
        contents: list[bytes] = []
        n_bytes = 0
        for key in sorted(self._found):
            keys.append(key)
            bitmap = self._found[key]
            # A union keeps forms of its parts; the bytes are those of its people, whichever tasks had them.
            contents.append((bitmap_of(places_of(bitmap)) if key in self._unions else bitmap).serialize())
            n_bytes += len(contents[-1])
            if n_bytes >= _MOST_BYTES:
                yield _batch(keys, contents)
                keys, contents, n_bytes = [], [], 0
        if keys:
            yield _batch(keys, contents)


def _batch(keys: Sequence[tuple[str, str, int]], contents: Sequence[bytes]) -> pa.RecordBatch:
    kinds, names, blocks = zip(*keys, strict=True)
    arrays = [pa.array(c, f.type) for c, f in zip((kinds, names, blocks, contents), ROWS, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=ROWS)


def blocks_of(ordinals: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Per block of some people: its number, their places in it, and which of them they are."""
    blocks = ordinals >> BLOCK_BITS
    for block in np.unique(blocks).tolist():
        which = np.flatnonzero(blocks == block)
        yield block, ordinals[which] & (BLOCK - 1), which


def add_people(found: Bitmaps, rows: pa.Table, as_of: date, features: Sequence[str]) -> None:
    """Add the values of people: whole numbers as they are, dates as days before the as-of day.

    Args:
        rows: ordinal, is_contactable, and the features.
    """
    ordinals = np.asarray(rows["ordinal"])
    found.add(PERSON, HERE, ordinals)
    found.add(PERSON, CONTACTABLE, ordinals[np.asarray(pc.fill_null(rows["is_contactable"], False), dtype=bool)])
    today = day_number(as_of)
    numbers = {}
    for name in features:
        values, is_day = rows[name], pa.types.is_date(rows[name].type)
        filled = pc.fill_null((values.cast(pa.int32()) if is_day else values).cast(pa.int64()), 0)
        numbers[name] = (today - np.asarray(filled) if is_day else np.asarray(filled), np.asarray(values.is_null()))
    for block, places, which in blocks_of(ordinals):
        for name, (values, is_missing) in numbers.items():
            for part, bitmap in slice_numbers(places, values[which], is_missing[which]).items():
                found.join(FEATURE, f"{name}:{part}", block, bitmap)


def add_members(found: Bitmaps, rows: pa.Table) -> None:
    """Add memberships.

    Args:
        rows: ordinal, scheme, segment_id.
    """
    names = pc.dictionary_encode(pc.binary_join_element_wise(rows["scheme"], rows["segment_id"], ":")).combine_chunks()
    ordinals, codes = np.asarray(rows["ordinal"]), np.asarray(names.indices)
    for code, name in enumerate(names.dictionary.to_pylist()):
        found.add(MEMBER, name, ordinals[codes == code])


def add_days(found: Bitmaps, rows: pa.Table, acts: Mapping[str, tuple[str, str]]) -> None:
    """Add who did what on which day: a net count above zero, on a day that the act's purpose may use.

    Args:
        rows: ordinal, activity_date, the measures' sums, and the dates from which purposes may use a person's events.
        acts: act -> its measure, and the column of its purpose's date.
    """
    ordinals, days = np.asarray(rows["ordinal"]), rows["activity_date"]
    of_day = np.asarray(days.cast(pa.int32()))
    for act, (measure, start) in acts.items():
        counts = pc.and_(pc.greater(rows[measure], 0), pc.greater_equal(days, rows[start]))
        which = np.flatnonzero(np.asarray(pc.fill_null(counts, False), dtype=bool))
        which = which[np.argsort(of_day[which], kind="stable")]
        edges = np.flatnonzero(np.diff(of_day[which], prepend=-1, append=-1)) if len(which) else which
        for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            day = EPOCH_DAY + int(of_day[which[low]]) * DAY
            found.add(DID, f"{act}:{day}", ordinals[which[low:high]])


def add_rows(found: Bitmaps, rows: pa.RecordBatch | pa.Table) -> None:
    """Add rows of ``ROWS``, such as parts of one bitmap that several tasks have made."""
    columns = [rows[name].to_pylist() for name in ROWS.names]
    for kind, name, block, content in zip(*columns, strict=True):
        found.join(kind, name, block, BitMap.deserialize(content))
