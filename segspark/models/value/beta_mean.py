"""Means over a beta distribution, by Gauss's rule of that distribution (Golub and Welsch 1969).

The expectations of BG/NBD are such means of smooth functions. The closed form by the hypergeometric function overflows for
frequent buyers, and loses its digits where ``a`` is near 1.
"""

from functools import lru_cache

import numpy as np
from scipy.linalg import eigh_tridiagonal

_LEAST = 1e-300


@lru_cache(maxsize=20_000)
def beta_rule(a: float, b: float, n_nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes in (0, 1) and weights, which add up to 1: exact for polynomials of degree below 2 * n_nodes.

    The three-term recurrence is that of Jacobi polynomials with the weight p^(a-1) (1-p)^(b-1), moved to [0, 1].
    """
    k = np.arange(1, n_nodes)
    total = a + b - 2
    middle = np.concatenate([[a / (a + b)], (1 + (a - b) * total / ((2 * k + total) * (2 * k + total + 2))) / 2])
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = (k * (k + a - 1) * (k + b - 1) * (k + total)) / (
            (2 * k + total) ** 2 * (2 * k + total + 1) * (2 * k + total - 1)
        )
    # The first is the variance; its general form is 0/0 where a + b = 1.
    squares[0] = a * b / ((a + b) ** 2 * (a + b + 1))
    nodes, vectors = eigh_tridiagonal(middle, np.sqrt(squares))
    return np.clip(nodes, _LEAST, 1.0), vectors[0] ** 2
