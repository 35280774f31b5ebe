"""Whether people look as they did: an input's shares in bins that the training cuts give, then and at a later cut."""

from collections.abc import Collection, Mapping

import numpy as np

from segspark.models.evaluate.stability import Drift

N_BINS = 10


def drifts(
    past: Mapping[str, np.ndarray], now: Mapping[str, np.ndarray], left_out: Collection[str] = ()
) -> tuple[Drift, ...]:
    """The drift of each input, the largest first.

    Args:
        past, now: input -> values, missing ones filled.
        left_out: inputs that are the same for everybody of a cut, and differ between cuts by what they are.
    """
    found = [_drift(name, values, now[name]) for name, values in past.items() if name not in left_out]
    return tuple(sorted(found, key=lambda drift: (-drift.psi, drift.name)))


def _drift(name: str, past: np.ndarray, now: np.ndarray) -> Drift:
    # Tenths of the people; of a value that many share there is one edge, and fewer bins.
    edges = np.unique(np.quantile(past, np.arange(1, N_BINS) / N_BINS, method="lower"))
    return Drift(name, tuple(map(float, edges)), _shares(past, edges), _shares(now, edges))


def _shares(values: np.ndarray, edges: np.ndarray) -> tuple[float, ...]:
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    return tuple(map(float, counts / max(len(values), 1)))
