"""Whether the people of a day look as those of the training did: one index for each input and score."""

from collections.abc import Sequence

import numpy as np

from segspark.config.models import Monitoring
from segspark.models.evaluate.stability import psi
from segspark.models.monitoring.reference import ALARM, LOOK, STEADY, Bins


def moved(bins: Bins, n_trained: int, counts: Sequence[int]) -> tuple[float, float]:
    """The index of a day's people against the bins, and what it would be by chance.

    Two samples of one population differ too: by (bins - 1) * (1 / n + 1 / m) on average (Yurdakul 2018, Statistical
    Properties of Population Stability Index). Of a hundred people that alone is near the level of an alarm.

    Args:
        n_trained: people of the bins.
        counts: people of the day by bin; at least one.
    """
    found = np.asarray(counts, dtype=float)
    n = found.sum()
    n_used = int(((found > 0) | (np.asarray(bins.shares) > 0)).sum())
    return psi(bins.shares, list(found / n)), float((n_used - 1) * (1 / n + 1 / max(n_trained, 1)))


def level_of(index: float, by_chance: float, config: Monitoring) -> str:
    """``steady``, ``look`` or ``alarm``, by what chance does not explain."""
    excess = index - by_chance
    return ALARM if excess >= config.psi_alarm else LOOK if excess >= config.psi_look else STEADY
