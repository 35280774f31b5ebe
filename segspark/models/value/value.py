"""What the orders to come of a buyer are worth: their number by BG/NBD, times the amount by Gamma-Gamma."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.cells import Cells

YEAR_DAYS = 365.25
# Orders of so many days are discounted alike, at the middle of these days.
STEP_DAYS = 30.5


@dataclass(frozen=True)
class Horizon:
    """The days looked ahead, and the yearly rate by which what comes later is worth less; 0 is not less at all."""

    days: float
    yearly_discount: float = 0.0


def discounted_orders(model: BgNbd, cells: Cells, horizon: Horizon) -> np.ndarray:
    """Order days to be expected within the horizon, each at its worth of today. All times are days."""
    if horizon.yearly_discount == 0:
        return model.expected_orders(cells, horizon.days)
    n_steps = int(np.ceil(horizon.days / STEP_DAYS))
    ends = np.linspace(0, horizon.days, n_steps + 1)
    total, before = np.zeros(len(cells.x)), np.zeros(len(cells.x))
    for start, end in pairwise(ends):
        until = model.expected_orders(cells, float(end))
        total += (until - before) * (1 + horizon.yearly_discount) ** (-(start + end) / 2 / YEAR_DAYS)
        before = until
    return total
