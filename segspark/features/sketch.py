"""Distinct counts by sketch, for kinds of which a person may have many thousand items.

In place of an item stands its mark in a HyperLogLog (Flajolet et al. 2007): the register that its hash falls into and
the rank found there. The last day of each mark then gives the registers of every window, as in a sliding HyperLogLog
(Chabchoub and Hébrail 2010), so that marks pass through tiles, corrections and the index like items, and a person has
no more of them than registers times ranks. Read by Ertl's estimator (2017, algorithm 6), which needs no table of biases.
"""

import numpy as np

FEWEST_BITS, MOST_BITS = 4, 16
_HASH_BITS = 64
# A mark is register * 100 + rank, as text.
_RANKS = 100


def standard_error(bits: int) -> float:
    """Relative, of 2^bits registers."""
    return float(1.04 / np.sqrt(2.0**bits))


def mark_of(item: str, bits: int) -> str:
    """Spark SQL of an item's mark; null or blank stays so."""
    rest = f"shiftrightunsigned(xxhash64({item}), {bits})"
    # The place of the first bit that is set, from the left, of those that are not the register's.
    rank = f"{_HASH_BITS - bits + 1} - if({rest} = 0, 0, length(bin({rest})))"
    register = f"xxhash64({item}) & {2**bits - 1}"
    return f"if({item} <> '', CAST(({register}) * {_RANKS} + {rank} AS STRING), NULL)"


def estimate_distinct(person: np.ndarray, marks: np.ndarray, n_people: int, bits: int) -> np.ndarray:
    """How many distinct items each person's marks stand for, rounded; 0 without any.

    Args:
        person: number of the person of each mark, from 0.
        marks: as ``mark_of`` makes them, as integers.
    """
    found = np.zeros(n_people, dtype=np.int64)
    if not len(person):
        return found
    m, highest = 2**bits, _HASH_BITS - bits + 1
    places, at = np.unique(person * m + marks // _RANKS, return_inverse=True)
    rank = np.zeros(len(places), dtype=np.int64)
    np.maximum.at(rank, at, marks % _RANKS)
    people, row = np.unique(places // m, return_inverse=True)
    # Per person, how many registers hold each rank; those that hold none have rank 0.
    counts = np.zeros((len(people), highest + 1))
    np.add.at(counts, (row, rank), 1)
    counts[:, 0] = m - counts.sum(axis=1)
    z = m * _tau(1 - counts[:, highest] / m)
    for k in range(highest - 1, 0, -1):
        z = (z + counts[:, k]) / 2
    z += m * _sigma(counts[:, 0] / m)
    found[people] = np.rint(m * m / (2 * np.log(2) * z)).astype(np.int64)
    return found


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
