"""The sum of a measure over the days of a window."""

import numpy as np

from segspark.features.engine.aggregation import Aggregation


def _value(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    return values


SUM = Aggregation("sum", _value, np.add, 0, np.subtract, "sum of", column="needed")
