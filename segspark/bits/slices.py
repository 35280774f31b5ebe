"""Whole numbers of a block of people as bit slices: compared, listed and summed without being read one by one.

Slice i holds the people whose number has bit i set; negative numbers are kept as their size and a sign, so no offset
has to be known before all values are. Comparisons descend from the highest slice, as in O'Neil and Quass, "Improved
query performance with variant indexes" (SIGMOD 1997).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from segspark.bits.bitmap import BLOCK, bitmap_of, flags_of

MISSING, NEGATIVE = "null", "-"
"""Slices beside those of the bits: who has no number, and whose number is below zero."""


def slice_numbers(places: np.ndarray, numbers: np.ndarray, is_missing: np.ndarray) -> dict[str, BitMap]:
    """The slices of some people by their part of the name; empty ones are left out.

    Args:
        places: of the people in their block.
        numbers: int64; what stands where a number is missing does not matter.
    """
    slices = {}
    if is_missing.any():
        slices[MISSING] = bitmap_of(places[is_missing])
        places, numbers = places[~is_missing], numbers[~is_missing]
    is_negative = numbers < 0
    if is_negative.any():
        slices[NEGATIVE] = bitmap_of(places[is_negative])
        numbers = np.abs(numbers)
    for bit in range(int(numbers.max(initial=0)).bit_length()):
        has = (numbers >> bit & 1).astype(bool)
        if has.any():
            slices[str(bit)] = bitmap_of(places[has])
    return slices


@dataclass(frozen=True)
class Numbers:
    """A number of each of some people of a block.

    Attributes:
        known: the people who have one.
        negative: those of them whose number is below zero.
        bits: the slices of its size, the lowest first; empty where nobody has the bit.
    """

    known: BitMap
    negative: BitMap
    bits: tuple[BitMap, ...]

    @classmethod
    def of(cls, people: BitMap, slices: Mapping[str, BitMap]) -> "Numbers":
        """
        Args:
            people: everybody of the block.
            slices: from ``slice_numbers``.
        """
        nobody = BitMap()
        n_bits = max((int(part) + 1 for part in slices if part.isdigit()), default=0)
        bits = tuple(slices.get(str(bit), nobody) for bit in range(n_bits))
        return cls(people - slices.get(MISSING, nobody), slices.get(NEGATIVE, nobody), bits)

    def compare(self, op: str, number: int) -> BitMap:
        """The people whose number is ``=``, ``<>``, ``<``, ``<=``, ``>`` or ``>=`` another one; never who has none."""
        match op:
            case "=":
                return self._at(number)
            case "<>":
                return self.known - self._at(number)
            case "<":
                return self._below(number)
            case "<=":
                return self._below(number + 1)
            case ">":
                return self.known - self._below(number + 1)
            case ">=":
                return self.known - self._below(number)
        raise ValueError(f"{op} compares no numbers")

    def between(self, low: int, high: int) -> BitMap:
        """The people with a number from ``low`` to ``high``, both included."""
        return self._below(high + 1) - self._below(low)

    def among(self, numbers: Iterable[int]) -> BitMap:
        """The people with one of some numbers."""
        return BitMap.union(BitMap(), *map(self._at, set(numbers)))

    def total(self, people: BitMap) -> int:
        """The sum of some people's numbers; nothing is added for who has none."""
        if not self.negative:
            return sum(bit.intersection_cardinality(people) << at for at, bit in enumerate(self.bits))
        below, above = people & self.negative, people - self.negative
        return sum(
            (bit.intersection_cardinality(above) - bit.intersection_cardinality(below)) << at
            for at, bit in enumerate(self.bits)
        )

    def by_place(self) -> np.ndarray:
        """The number at each place of the block, 0 where there is none; of the smallest type that holds them."""
        numbers: np.ndarray | None = None
        for first in range(0, len(self.bits), 8):
            # Eight slices make a byte of every number. Flags are 0 or 1, so that eight of them are shifted as one word.
            part = np.zeros(BLOCK // 8, dtype=np.uint64)
            for at, bit in enumerate(self.bits[first : first + 8]):
                if bit:
                    flags = flags_of(bit).view(np.uint64)
                    part |= np.left_shift(flags, at, out=flags)
            wide = part.view(np.uint8).astype(self._type())
            numbers = (
                wide if numbers is None else np.bitwise_or(numbers, np.left_shift(wide, first, out=wide), out=wide)
            )
        if numbers is None:
            return np.zeros(BLOCK, dtype=np.int16)
        if self.negative:
            numbers[flags_of(self.negative).view(bool)] *= -1
        return numbers

    def _type(self) -> type[np.signedinteger]:
        n = len(self.bits)
        return np.int16 if n < 16 else np.int32 if n < 32 else np.int64

    def _at(self, number: int) -> BitMap:
        people = self.negative if number < 0 else self.known - self.negative
        if abs(number).bit_length() > len(self.bits):
            return BitMap()
        for at, bit in enumerate(self.bits):
            people = people & bit if abs(number) >> at & 1 else people - bit
        return people

    def _below(self, number: int) -> BitMap:
        if number > 0:
            return self.negative | self._smaller(self.known - self.negative, number)
        return self.negative - self._smaller(self.negative, 1 - number)

    def _smaller(self, people: BitMap, size: int) -> BitMap:
        """Those of some people whose number's size is below another, which is positive."""
        if size.bit_length() > len(self.bits):
            return people
        smaller, equal = BitMap(), people
        for at in range(len(self.bits) - 1, -1, -1):
            if size >> at & 1:
                smaller |= equal - self.bits[at]
                equal = equal & self.bits[at]
            else:
                equal = equal - self.bits[at]
        return smaller
