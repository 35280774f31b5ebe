"""The number of days with the measure above zero."""

import numpy as np

from segspark.features.engine.aggregation import Aggregation


def _is_above_zero(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    return (values > 0).astype(np.int64)


DAYS = Aggregation("days", _is_above_zero, np.add, 0, np.subtract, "days with", unit="days")
