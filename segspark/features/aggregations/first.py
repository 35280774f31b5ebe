"""The first day with the measure above zero, of the lifetime."""

import numpy as np

from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.arrays import NEVER


def _day(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    return np.where(values > 0, day, int(NEVER))


FIRST = Aggregation(
    "first",
    _day,
    np.minimum,
    int(NEVER),
    None,
    "first day with",
    windowed=False,
    type="date",
    null_if_nothing=True,
    unit="date",
)
