"""Compare a model of one part of the past with what happened in the rest."""

import numpy as np

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.cells import Cells
from segspark.models.value.holdout import MOST_REPEATS, Holdout, HoldoutRow


def measure_holdout(model: BgNbd, cells: Cells, days: float, orders: np.ndarray, buyers: np.ndarray) -> Holdout:
    """Compare what the model says with what happened.

    Args:
        model: fitted on the time before the cut.
        cells: histories at the cut.
        orders: order days in the time after the cut, of all people of each cell together.
        buyers: people of each cell with one.
    """
    predicted = cells.n * model.expected_orders(cells, days)
    pace = cells.n * np.divide(cells.x, cells.age, out=np.zeros(len(cells.x)), where=cells.age > 0) * days
    with_order = cells.n * (1 - model.p_no_order(cells, days))
    return Holdout(
        days,
        int(cells.n_people),
        float(predicted.sum()),
        float(orders.sum()),
        float(pace.sum()),
        float(with_order.sum()),
        float(buyers.sum()),
        _rows(cells, predicted, orders),
    )


def _rows(cells: Cells, predicted: np.ndarray, orders: np.ndarray) -> tuple[HoldoutRow, ...]:
    kind = np.minimum(cells.x, MOST_REPEATS).astype(int)
    n, ours, theirs = (np.bincount(kind, weights=values) for values in (cells.n, predicted, orders))
    return tuple(HoldoutRow(int(x), int(n[x]), float(ours[x]), float(theirs[x])) for x in np.flatnonzero(n))
