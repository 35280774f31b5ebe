"""What leakage looks like: the same columns ranked by their values at a cut, and by those of a day that knows the label."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from segspark.models.evaluate.probabilities import roc_auc

Values = Sequence[float | None]


def compared(label: Sequence[int], at_cut: Mapping[str, Values], later: Mapping[str, Values]) -> list[dict[str, Any]]:
    """How well each column alone ranks those with the label above the others, in whichever direction.

    Args:
        label: 0 or 1 by person.
        at_cut, later: column -> values by person, in the same order; None where missing, which ranks below every value.

    Returns:
        A row per column, the largest difference first: column, auc_at_cut, auc_later, difference.
    """
    y = np.array(label)
    rows = []
    for name, values in at_cut.items():
        honest, leaking = _strength(values, y), _strength(later[name], y)
        rows.append({"column": name, "auc_at_cut": honest, "auc_later": leaking, "difference": leaking - honest})
    return sorted(rows, key=lambda row: -row["difference"])


def _strength(values: Values, y: np.ndarray) -> float:
    """The area under the curve of a value or of its opposite, 0.5 to 1."""
    x = np.array([-np.inf if value is None else value for value in values])
    area = roc_auc(x, y)
    return max(area, 1 - area)
