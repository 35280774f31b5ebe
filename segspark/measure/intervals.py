"""How sure a KPI is: its 95 % interval, and the test against the people outside of the segment."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from segspark.measure.significance import Moments, interval, pooled, welch, wilson

Ends = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Interval:
    """
    Attributes:
        ends: (the segment, everybody) -> lower and upper ends; None if there is no interval.
        compare: (the segment, everybody else, everybody) -> p-values.
    """

    ends: Callable[[Moments, Moments], Ends] | None
    compare: Callable[[Moments, Moments, Moments], np.ndarray]


def _of_trials(mine: Moments, everybody: Moments) -> Ends:
    return wilson(mine.y, mine.x)


def _not_negative(mine: Moments, everybody: Moments) -> Ends:
    low, high = interval(mine, everybody)
    return np.maximum(low, 0.0), high


# Means over people.
WELCH = Interval(interval, welch)
# Shares of people, or of mails each of which counts or does not.
WILSON = Interval(_of_trials, pooled)
# Rates of sums, where one mail may count several times.
POOLED = Interval(_not_negative, pooled)
# Totals, compared per head.
PER_HEAD = Interval(None, welch)
