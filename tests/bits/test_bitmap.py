"""Bitmaps are made from places and spread to flags, whatever their parts look like."""

import numpy as np
import pytest
from pyroaring import BitMap

from segspark.bits.bitmap import BLOCK, bitmap_of, flags_of, places_of

RANDOM = np.random.default_rng(5).random(BLOCK)
# Empty, one place, lists only, the most that a list holds and one more, mixed parts, dense, everybody.
PLACES = [
    [], [7], [0, 65_536, BLOCK - 1], list(range(0, 8192, 2)), list(range(0, 8194, 2)),
    [*range(70_000, 90_000), 200_000], np.flatnonzero(RANDOM < 0.5).tolist(), list(range(BLOCK)),
]  # fmt: skip


@pytest.mark.parametrize("places", PLACES, ids=len)
def test_flags_are_one_exactly_at_the_places(places: list[int]) -> None:
    bitmap = bitmap_of(np.array(places, dtype=np.int64))
    assert bitmap == BitMap(places)
    assert places_of(bitmap).tolist() == places
    assert np.flatnonzero(flags_of(bitmap)).tolist() == places


def test_a_bitmap_with_runs_is_spread_too() -> None:
    bitmap = BitMap(range(1000, 30_000))
    bitmap.run_optimize()
    assert np.flatnonzero(flags_of(bitmap)).tolist() == list(range(1000, 30_000))
