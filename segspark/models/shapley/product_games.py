"""Shapley values of one leaf, for every answer to the conditions on its path.

With the inputs of a set S known, a row is expected to reach a leaf with the probability

    v(S) = prod_{i in S} o_i  *  prod_{i not in S} z_i

where o_i is 1 if the row meets all conditions of input i on the path and else 0, and z_i is the share of training rows
that met them where they were asked (the path-dependent expectation of Lundberg, Erion, Lee 2018, "Consistent
individualized feature attribution for tree ensembles", https://arxiv.org/abs/1802.03888). So the values depend on the
row only by d bits, and a table holds them all.

Owen 1972, "Multilinear extensions of games": the Shapley value of input j is the integral over t from 0 to 1 of

    (o_j - z_j) * prod_{i != j} (t * o_i + (1 - t) * z_i)

a polynomial in t of degree d - 1, which Gauss's quadrature integrates exactly at d / 2 points, rounded up. Nothing is
divided, so shares of zero do no harm.
"""

from functools import cache

import numpy as np


def shapley_tables(shares: np.ndarray) -> np.ndarray:
    """Shapley values of the inputs of leaves that predict 1.

    Args:
        shares: (leaves, d) z of each input on the path; d is at least 1.

    Returns:
        (leaves, d, 2^d): for each input the value by the row's answers, of which bit i is o_i.
    """
    n, d = shares.shape
    t, w = _quadrature((d + 1) // 2)
    # (leaves, d, o, points): an input's factor if its conditions are not met, and if they are.
    missed = shares[:, :, None] * (1 - t)
    factors = np.stack([missed, missed + t], axis=2)
    below, above = _products_below(factors), _products_above(factors)
    tables = np.empty((n, d, 1 << d))
    for j in range(d):
        # (leaves, answers of the later inputs, answers of the earlier inputs)
        others = (above[j] * w) @ below[j].transpose(0, 2, 1)
        by_answer = others[:, :, None, :] * (np.array([0.0, 1.0]) - shares[:, j, None])[:, None, :, None]
        tables[:, j] = by_answer.reshape(n, -1)
    return tables


@cache
def _quadrature(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Points between 0 and 1 and their weights, exact for polynomials of degree 2n - 1."""
    points, weights = np.polynomial.legendre.leggauss(n)
    return (points + 1) / 2, weights / 2


def _products_below(factors: np.ndarray) -> list[np.ndarray]:
    """For each input j (leaves, 2^j, points): the product of the factors of the inputs before it, by their answers."""
    n, d, _, q = factors.shape
    products = [np.ones((n, 1, q))]
    for j in range(d - 1):
        products.append((factors[:, j, :, None] * products[-1][:, None]).reshape(n, -1, q))
    return products


def _products_above(factors: np.ndarray) -> list[np.ndarray]:
    """For each input j (leaves, 2^(d - 1 - j), points): the product of the factors of the inputs after it."""
    n, d, _, q = factors.shape
    products = [np.ones((n, 1, q))]
    for j in range(d - 1, 0, -1):
        products.append((products[-1][:, :, None] * factors[:, j, None]).reshape(n, -1, q))
    return products[::-1]
