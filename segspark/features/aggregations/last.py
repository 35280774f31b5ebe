"""The last day with the measure above zero, of the lifetime."""

import numpy as np

from segspark.features.engine.aggregation import Aggregation

_NONE = -1


def _day(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    return np.where(values > 0, day, _NONE)


LAST = Aggregation(
    "last",
    _day,
    np.maximum,
    _NONE,
    None,
    "last day with",
    windowed=False,
    type="date",
    null_if_nothing=True,
    unit="date",
    names_acts=True,
)
