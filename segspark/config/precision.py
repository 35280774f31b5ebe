"""How many people a rate needs to be known well enough."""

from bisect import bisect_left
from math import sqrt

# Standard normal quantile of a two-sided 95 % interval.
Z95 = 1.959964
MOST_PEOPLE = 10**9


def wilson_margin(rate: float, n: int) -> float:
    """Half the width of Wilson's 95 % interval of a rate seen among n.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    return Z95 / (1 + Z95 * Z95 / n) * sqrt(rate * (1 - rate) / n + Z95 * Z95 / (4 * n * n))


def least_for_margin(rate: float, margin: float) -> int:
    """The fewest people among whom the interval of a rate reaches no farther than ``margin`` to either side."""
    return bisect_left(range(MOST_PEOPLE), -margin, lo=1, key=lambda n: -wilson_margin(rate, n))
