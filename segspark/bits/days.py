"""Who did something on which day, put together from what each as-of day changed.

An as-of day A first clears some people of all days before it, then sets the people of some days. So the people of a day
d, as known on D, are the union over A <= D of those that A set, each without whom a later A' <= D has cleared. A late
event, a move between people, a withdrawn or new permission, a merge and an erasure are all this: clear the person, and
set again what counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from pyroaring import BitMap

from segspark.bits.bitmap import BLOCK, flags_of, places_of


@dataclass(frozen=True)
class Delta:
    """What an as-of day changed in a block.

    Attributes:
        cleared: people who lose all days before it.
        done: day -> people who did it, set after the clearing.
    """

    cleared: BitMap
    done: Mapping[date, BitMap]


def days_known(deltas: Sequence[Delta]) -> dict[date, BitMap]:
    """The people of each day after some as-of days' changes, the oldest first; days of nobody are left out."""
    known: dict[date, BitMap] = {}
    cleared = BitMap()
    for delta in reversed(deltas):
        for day, people in delta.done.items():
            left = people - cleared
            known[day] = known[day] | left if day in known else left
        cleared |= delta.cleared
    return {day: people for day, people in known.items() if people}


def distinct_days(known: Mapping[date, BitMap], as_of: date, window: int) -> np.ndarray:
    """By place of the block the number of distinct days within the last ``window`` days."""
    counted = np.zeros(BLOCK, dtype=np.int32)
    for day, people in known.items():
        if 0 < (as_of - day).days <= window:
            if len(people) > BLOCK // 8:
                counted += flags_of(people)
            else:
                # A place stands in a bitmap once, so no addition is lost.
                counted[places_of(people)] += 1
    return counted
