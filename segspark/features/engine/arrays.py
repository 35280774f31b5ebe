"""Arrow columns as numpy arrays: ids as bytes, days as numbers since 1970, integers without nulls."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NEVER = np.iinfo(np.int32).max


def as_ids(column: pa.ChunkedArray) -> np.ndarray:
    """Ids as fixed-width bytes; pseudonyms are read from the Arrow buffer, without an object per row."""
    array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if len(array) and pc.all(pc.equal(pc.binary_length(array), 32)).as_py():
        _, offsets, values = array.buffers()
        first = np.frombuffer(offsets, dtype=np.int32, count=1, offset=4 * array.offset)[0]
        return np.frombuffer(values, dtype="S32", count=len(array), offset=int(first))
    return np.asarray(array.to_pylist(), dtype="S")


def find_ids(held: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Position of each id among the (sorted) held ids, and whether it is there."""
    if not len(held):
        return np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=bool)
    at = np.minimum(np.searchsorted(held, ids), len(held) - 1)
    return at, held[at] == ids


def as_days(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.cast(pa.int32()).to_numpy(zero_copy_only=False), dtype=np.int64)


def dates_or_never(column: pa.ChunkedArray) -> np.ndarray:
    filled = pc.fill_null(column.cast(pa.int32()), int(NEVER))
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def as_integers(column: pa.ChunkedArray, nothing: int = 0) -> np.ndarray:
    """Integers, or dates as day numbers; null becomes ``nothing``."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    filled = pc.fill_null(column, nothing) if column.null_count else column
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def date_array(days: np.ndarray, is_known: np.ndarray) -> pa.Array:
    return pa.array(days.astype(np.int32), mask=~is_known).cast(pa.date32())
