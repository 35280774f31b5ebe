"""Distinct counts by sketch, for item kinds with many thousand items per person.

An item is replaced by its mark in a HyperLogLog (Flajolet et al. 2007): the register of its hash and the rank there.
The last day of each mark gives the registers of every window, as in a sliding HyperLogLog (Chabchoub and Hébrail
2010), so marks pass through tiles, corrections and the index like items, and a person has at most registers times
ranks of them. Counts use Ertl's estimator (2017, algorithm 6), which needs no table of biases.
"""

import numpy as np

FEWEST_BITS, MOST_BITS = 4, 16
_HASH_BITS = 64
# A mark is register * 100 + rank, as text.
_RANKS = 100


def standard_error(bits: int) -> float:
    """Relative standard error with 2^bits registers."""
    return float(1.04 / np.sqrt(2.0**bits))


def mark_of(item: str, bits: int) -> str:
    """Spark SQL of an item's mark; null and blank items stay as they are."""
    rest = f"shiftrightunsigned(xxhash64({item}), {bits})"
    # Position, from the left, of the first set bit after the register's bits.
    rank = f"{_HASH_BITS - bits + 1} - if({rest} = 0, 0, length(bin({rest})))"
    register = f"xxhash64({item}) & {2**bits - 1}"
    return f"if({item} <> '', CAST(({register}) * {_RANKS} + {rank} AS STRING), NULL)"


def estimate_distinct(person: np.ndarray, marks: np.ndarray, n_people: int, bits: int) -> np.ndarray:
    """Estimated number of distinct items per person from their marks, rounded; 0 without marks.

    Args:
        person: the person's number for each mark, from 0.
        marks: as ``mark_of`` makes them, as integers.
    """
    estimates = np.zeros(n_people, dtype=np.int64)
    if not len(person):
        return estimates
    m, highest = 2**bits, _HASH_BITS - bits + 1
    places, at = np.unique(person * m + marks // _RANKS, return_inverse=True)
    rank = np.zeros(len(places), dtype=np.int64)
    np.maximum.at(rank, at, marks % _RANKS)
    people, row = np.unique(places // m, return_inverse=True)
    # Per person, how many registers hold each rank; empty registers have rank 0.
    counts = np.zeros((len(people), highest + 1))
    np.add.at(counts, (row, rank), 1)
    counts[:, 0] = m - counts.sum(axis=1)
    z = m * _tau(1 - counts[:, highest] / m)
    for k in range(highest - 1, 0, -1):
        z = (z + counts[:, k]) / 2
    z += m * _sigma(counts[:, 0] / m)
    estimates[people] = np.rint(m * m / (2 * np.log(2) * z)).astype(np.int64)
    return estimates


def _sigma(x: np.ndarray) -> np.ndarray:
    """x + the sum of x^(2^k) 2^(k-1) over k from 1; x is below 1."""
    total, weight, before = x.copy(), 1.0, np.full_like(x, -1)
    while (total != before).any():
        before, x = total.copy(), x * x
        total += x * weight
        weight *= 2
    return total


def _tau(x: np.ndarray) -> np.ndarray:
    """A third of 1 - x - the sum of (1 - x^(2^-k))^2 2^-k over k from 1; 0 at both ends."""
    total, weight, before, root = 1 - x, 1.0, np.full_like(x, -1), x
    while (total != before).any():
        before, root = total.copy(), np.sqrt(root)
        weight /= 2
        total = total - (1 - root) ** 2 * weight
    return np.where((x == 0) | (x == 1), 0.0, total / 3)
