"""The inputs that move a row's margin most."""

from dataclasses import dataclass

import numpy as np

# Of a margin; less is what rounding leaves of values that cancel out.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Reasons:
    """Per row the strongest inputs first.

    Attributes:
        index: (rows, k) the inputs; -1 where a row has fewer than k.
        value: (rows, k) what they add to the margin; 0 where a row has fewer.
    """

    index: np.ndarray
    value: np.ndarray


def strongest(values: np.ndarray, k: int = 3) -> Reasons:
    """The k inputs with the largest absolute values; of equal ones the first, and none without a value.

    Args:
        values: (rows, inputs) of ``LeafTables.values``.
    """
    n = len(values)
    index, value = np.full((n, k), -1), np.zeros((n, k))
    strength, row = np.abs(values), np.arange(n)
    # A few searches for the largest are several times faster than sorting.
    for at in range(k):
        best = strength.argmax(axis=1)
        counts = strength[row, best] > ROUNDING
        index[:, at] = np.where(counts, best, -1)
        value[:, at] = np.where(counts, values[row, best], 0.0)
        strength[row, best] = 0.0
    return Reasons(index, value)
