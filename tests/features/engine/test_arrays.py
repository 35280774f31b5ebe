"""Arrow columns as numpy arrays."""

from datetime import date

import numpy as np
import pyarrow as pa

from segspark.features.engine.arrays import NEVER, as_days, as_ids, as_integers, date_array, dates_or_never, find_ids


def chunked(values: list[object], type_: pa.DataType) -> pa.ChunkedArray:
    """In two chunks, as tables read from several files have them."""
    return pa.chunked_array([pa.array(values[:1], type_), pa.array(values[1:], type_)])


def test_ids_are_bytes_whether_pseudonyms_or_not() -> None:
    pseudonyms = ["a" * 32, "b" * 32, "c" * 32]
    assert as_ids(chunked(list(pseudonyms), pa.string())).tolist() == [p.encode() for p in pseudonyms]
    sliced = pa.chunked_array([pa.array(pseudonyms).slice(1)])
    assert as_ids(sliced).tolist() == [p.encode() for p in pseudonyms[1:]]
    assert as_ids(chunked(["ann", "bo"], pa.string())).tolist() == [b"ann", b"bo"]


def test_ids_are_found_among_sorted_ones() -> None:
    at, is_held = find_ids(np.array([b"a", b"c"]), np.array([b"c", b"b", b"z"]))
    assert is_held.tolist() == [True, False, False]
    assert at[0] == 1
    assert find_ids(np.array([], dtype="S1"), np.array([b"c"]))[1].tolist() == [False]


def test_dates_are_day_numbers_and_null_is_never() -> None:
    dates = chunked([date(1970, 1, 2), None], pa.date32())
    assert dates_or_never(dates).tolist() == [1, NEVER]
    assert as_integers(dates, -1).tolist() == [1, -1]
    assert as_days(dates.drop_null()).tolist() == [1]
    assert date_array(np.array([1, -1]), np.array([True, False])).to_pylist() == [date(1970, 1, 2), None]


def test_null_integers_are_nothing() -> None:
    assert as_integers(chunked([3, None], pa.int64())).tolist() == [3, 0]
