"""Inputs that tell people apart: those that are constant on a list, or copies of others, leave the clustering.

A shop without mails has no clicks, and its last act is its last order. Such an input adds nothing, or counts another one
twice, and a name made of it would speak of what nobody can see.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

# Of the correlation of two prepared inputs; above, one is a copy of the other.
COPY = 0.98


def left_out(points: np.ndarray, names: Sequence[str]) -> dict[str, str]:
    """The inputs that leave, each with why.

    Args:
        points: prepared values, one row per person, one column per name; an earlier input stays for a later copy.
    """
    spreads = points.std(axis=0)
    gone = {name: "is the same for everybody" for name, spread in zip(names, spreads, strict=True) if spread < 1e-9}
    for one, other in combinations(range(len(names)), 2):
        if names[one] in gone or names[other] in gone:
            continue
        if abs(_correlation(points[:, one], points[:, other])) > COPY:
            gone[names[other]] = f"is a copy of {names[one]}"
    return gone


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.mean((a - a.mean()) * (b - b.mean())) / (a.std() * b.std()))
