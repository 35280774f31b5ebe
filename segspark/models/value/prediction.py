"""What a fitted model says of people, from a few numbers of each: the content of the pipeline's stage."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.cells import Cells
from segspark.models.value.gamma_gamma import GammaGamma
from segspark.models.value.value import Horizon, discounted_orders

# What is said of each person.
P_ALIVE, ORDERS, CENTS, DAYS = "p_alive", "expected_orders", "value_cents", "days_to_order"
# The ends of an interval that holds the next order of four in five such people.
SOONEST, LATEST = "days_to_order_low", "days_to_order_high"
# By the median of the time to the next order one half of such people have ordered, by its ends a tenth and nine tenths.
SHARES = {SOONEST: 0.1, DAYS: 0.5, LATEST: 0.9}


@dataclass(frozen=True)
class Prediction:
    """Both models and the horizon. Times are days, amounts cents."""

    orders: BgNbd
    spending: GammaGamma
    horizon: Horizon

    def of(self, x: np.ndarray, t_x: np.ndarray, age: np.ndarray, cents: np.ndarray) -> dict[str, np.ndarray]:
        """The values of people, NaN for those without an order.

        Args:
            x, t_x, age: as in Cells; NaN or below 0 without an order.
            cents: all that the person has spent, less what was given back, 0 or more.

        Returns:
            p_alive; expected_orders, order days within the horizon; value_cents, what they are worth today;
            days_to_order, the median of the time to the next order, with the ends of its interval of 80 %; NaN where an
            order at all is not as likely.
        """
        # Not a number compares as false.
        is_buyer = x >= 0
        cells = Cells.of_people(x[is_buyer], t_x[is_buyer], age[is_buyer])
        orders = cells.x + 1
        amount = self.spending.expected_spend(orders, cents[is_buyer] / orders)
        found = {
            P_ALIVE: self.orders.p_alive(cells),
            ORDERS: self.orders.expected_orders(cells, self.horizon.days),
            CENTS: amount * discounted_orders(self.orders, cells, self.horizon),
            **{name: _known(self.orders.time_to_order(cells, share)) for name, share in SHARES.items()},
        }
        return {name: _among_all(values, is_buyer) for name, values in found.items()}

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Prediction":
        return cls(BgNbd(**content["orders"]), GammaGamma(**content["spending"]), Horizon(**content["horizon"]))


def _known(days: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(days), days, np.nan)


def _among_all(values: np.ndarray, is_buyer: np.ndarray) -> np.ndarray:
    every = np.full(len(is_buyer), np.nan)
    every[is_buyer] = values
    return every
