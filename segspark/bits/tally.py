"""How many people have each value, block by block, and from there the sizes at every threshold."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from segspark.bits.bitmap import flags_of, places_of

# Values within so wide a range are counted in an array.
_WIDEST = 1 << 22


@dataclass(frozen=True)
class Counted:
    """People by value: the values ascending, and of each how many people, how many may be written to, and their revenue
    in minor units."""

    values: np.ndarray
    people: np.ndarray
    contactable: np.ndarray
    revenue: np.ndarray

    def at_least(self) -> "Counted":
        """By value, those who have it or a higher one."""
        return Counted(self.values, *(_from_above(n) for n in (self.people, self.contactable, self.revenue)))

    def at_most(self) -> "Counted":
        """By value, those who have it or a lower one."""
        return Counted(self.values, *(np.cumsum(n) for n in (self.people, self.contactable, self.revenue)))


NOBODY = Counted(*(np.zeros(0, dtype=np.int64) for _ in range(4)))


def _from_above(numbers: np.ndarray) -> np.ndarray:
    return np.cumsum(numbers[::-1])[::-1]


def count_block(values: np.ndarray, people: BitMap, contactable: BitMap, revenue: np.ndarray) -> Counted:
    """Count some people of a block.

    Args:
        values: by place of the block.
        revenue: by place of the block, in minor units; up to 2^53 in all are added exactly.
    """
    # Few are picked one by one; of many the whole block is read.
    places = places_of(people) if len(people) < len(values) // 2 else np.flatnonzero(flags_of(people))
    chosen, may = values[places], flags_of(contactable)[places]
    if not len(chosen):
        return NOBODY
    low, high = int(chosen.min()), int(chosen.max())
    if high - low < _WIDEST:
        at, found = (chosen - low).astype(np.int64), np.arange(low, high + 1)
    else:
        found, at = np.unique(chosen, return_inverse=True)
    both = np.bincount(at * 2 + may, minlength=2 * len(found)).reshape(-1, 2)
    spent = np.bincount(at, weights=revenue[places], minlength=len(found)).astype(np.int64)
    n = both.sum(axis=1)
    there = n > 0
    return Counted(found[there].astype(np.int64), n[there], both[there, 1], spent[there])


def added(parts: Iterable[Counted]) -> Counted:
    """The counts of several blocks as one."""
    counted = [NOBODY, *parts]
    values, at = np.unique(np.concatenate([part.values for part in counted]), return_inverse=True)

    def summed(numbers: list[np.ndarray]) -> np.ndarray:
        total = np.zeros(len(values), dtype=np.int64)
        np.add.at(total, at, np.concatenate(numbers))
        return total

    return Counted(
        values,
        summed([part.people for part in counted]),
        summed([part.contactable for part in counted]),
        summed([part.revenue for part in counted]),
    )
