"""How many people have each value, block by block, and from there the sizes at every threshold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from segspark.bits.bitmap import places_of

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
    # Places are picked ten times as quickly as flags are looked through.
    places = places_of(people)
    chosen = values[places].astype(np.int64)
    if not len(chosen):
        return NOBODY
    low, high = int(chosen.min()), int(chosen.max())
    is_narrow = high - low < _WIDEST
    found = np.arange(low, high + 1) if is_narrow else np.unique(chosen)

    def position(of: np.ndarray) -> np.ndarray:
        return of - low if is_narrow else np.searchsorted(found, of)

    at = position(chosen)
    n = np.bincount(at, minlength=len(found))
    may = np.bincount(position(values[places_of(people & contactable)].astype(np.int64)), minlength=len(found))
    spent = np.bincount(at, weights=revenue[places], minlength=len(found)).astype(np.int64)
    there = n > 0
    return Counted(found[there], n[there], may[there], spent[there])


def count_newest(
    days: Sequence[tuple[int, BitMap]], people: BitMap, contactable: BitMap, revenue: np.ndarray
) -> Counted:
    """Count some people of a block by the days since they did something last: who is new with each older day is counted.

    Args:
        days: how long ago, ascending, with who did it.
        revenue: as for ``count_block``.
    """
    seen, rows = BitMap(), []
    for ago, who in days:
        new = (who & people) - seen
        seen |= new
        rows.append((ago, len(new), new.intersection_cardinality(contactable), int(revenue[places_of(new)].sum())))
    return Counted(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


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
