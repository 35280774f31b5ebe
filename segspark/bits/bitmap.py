"""Bitmaps of ordinals within a block: made from numbers, and spread to one flag per place."""

import array

import numpy as np
from pyroaring import BitMap

BLOCK_BITS = 20
BLOCK = 1 << BLOCK_BITS
"""Ordinals per block."""
_CHUNK = 1 << 16
_CHUNK_BYTES = _CHUNK // 8
# The RoaringFormatSpec: the cookie of a bitmap without runs, and the most numbers that a list of numbers holds.
_NO_RUNS, _MOST_LISTED = 12346, 4096


def bitmap_of(places: np.ndarray) -> BitMap:
    """The bitmap of places below ``BLOCK``."""
    # From an array of the standard library it is made ten times as quickly as from one of numpy.
    numbers = array.array("I")
    numbers.frombytes(np.ascontiguousarray(places, dtype=np.uint32).tobytes())
    return BitMap(numbers)


def places_of(bitmap: BitMap) -> np.ndarray:
    """The places of a bitmap, ascending."""
    return np.frombuffer(bitmap.to_array(), dtype=np.uint32)


def flags_of(bitmap: BitMap) -> np.ndarray:
    """One byte per place of the block, 1 where it is in the bitmap.

    A full block is read from the serialized form, which holds dense parts as plain bits (RoaringFormatSpec): a third of
    the time of setting each place.
    """
    content = np.frombuffer(bitmap.serialize(), dtype=np.uint8)
    cookie, n = content[:8].view("<u4")
    if cookie != _NO_RUNS:
        flags = np.zeros(BLOCK, dtype=np.uint8)
        flags[places_of(bitmap)] = 1
        return flags
    words = content[8 : 8 + 4 * n].view("<u2").astype(np.int64)
    packed, listed, at = np.zeros(BLOCK // 8, dtype=np.uint8), [], 8 + 8 * int(n)
    for key, count in zip(words[::2], words[1::2] + 1, strict=True):
        if count > _MOST_LISTED:
            packed[key * _CHUNK_BYTES : (key + 1) * _CHUNK_BYTES] = content[at : at + _CHUNK_BYTES]
            at += _CHUNK_BYTES
        else:
            listed.append(content[at : at + 2 * count].view("<u2").astype(np.int64) + key * _CHUNK)
            at += 2 * int(count)
    flags = np.unpackbits(packed, bitorder="little")
    for places in listed:
        flags[places] = 1
    return flags
