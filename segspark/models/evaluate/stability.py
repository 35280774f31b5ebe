"""How far a distribution has moved: the population stability index between two lists of shares.

It is the symmetric Kullback-Leibler divergence of two histograms (Jeffreys 1946), under the name and with the alarm levels
that credit scoring gave it (Siddiqi 2006): below .1 nothing to see, from .25 on another population.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WATCH, ALARM = 0.1, 0.25
# A bin that nobody is in would make the index infinite; so rare is as good as never.
_LEAST_SHARE = 1e-4


def psi(expected_shares: Sequence[float], found_shares: Sequence[float]) -> float:
    """The index of found shares against expected ones, bin by bin; 0 where they are equal.

    Args:
        expected_shares, found_shares: of the same bins, each summing to 1.
    """
    pairs = [
        (max(expected, _LEAST_SHARE), max(found, _LEAST_SHARE))
        for expected, found in zip(expected_shares, found_shares, strict=True)
    ]
    return sum((found - expected) * math.log(found / expected) for expected, found in pairs)


@dataclass(frozen=True)
class Drift:
    """An input at the training cuts and at the cut that was judged.

    Attributes:
        edges: upper ends of all bins but the last, which has none.
        expected, found: share of the people in each bin, then and now.
    """

    name: str
    edges: tuple[float, ...]
    expected: tuple[float, ...]
    found: tuple[float, ...]

    @property
    def psi(self) -> float:
        return psi(self.expected, self.found)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Drift":
        return cls(content["name"], *(tuple(content[key]) for key in ("edges", "expected", "found")))
