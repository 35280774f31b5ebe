"""A discrete-time hazard: the probability that an order falls in a period, by the state at its beginning.

Each person in each period is a row, and a classifier of rows is a model of the time to the next order (Allison 1982,
Sociological Methodology 13; Singer and Willett 1993). Whoever has not ordered in the periods ahead has been silent for so much
longer, and each period has its own calendar: the chance of an order within a window is 1 less the product of 1 - h over its
periods. The trees are scikit-learn's, on a bounded sample on the driver.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from segspark.models.propensity.config import Trees
from segspark.models.value.person_periods import OF_PERSON, PERIOD_DAYS, OrderDays, Seasons, State

TREES = Trees.model_validate({})


@dataclass(frozen=True)
class Hazard:
    model: HistGradientBoostingClassifier
    seasons: Seasons
    n_rows: int

    @property
    def inputs(self) -> tuple[str, ...]:
        return (*OF_PERSON, *self.seasons.names)

    def within(self, state: State, day: int, days: int) -> np.ndarray:
        """The probability of an order within so many days from a day on, of people with an order before it."""
        silent = np.ones(len(state.n))
        for begin in range(day, day + days, PERIOD_DAYS):
            h = self.model.predict_proba(_rows(state, begin, self.seasons))[:, 1]
            # Of a period that the window cuts off, a part.
            silent *= (1 - h) ** (min(PERIOD_DAYS, day + days - begin) / PERIOD_DAYS)
        return 1 - silent


def fit_hazard(orders: OrderDays, begins: Sequence[int], seasons: Seasons) -> Hazard:
    """Fit to the periods that begin on some days, of everybody who had ordered before."""
    rows, labels = [], []
    for begin in begins:
        state = orders.before(begin)
        known = state.has_ordered
        rows.append(_rows(state.of(known), begin, seasons))
        labels.append(orders.within(begin, begin + PERIOD_DAYS)[known])
    x, y = np.concatenate(rows), np.concatenate(labels)
    model = HistGradientBoostingClassifier(
        max_iter=TREES.max_iter,
        max_depth=TREES.max_depth,
        learning_rate=TREES.step_size,
        min_samples_leaf=50,
        early_stopping=False,
        random_state=TREES.seed,
    )
    return Hazard(model.fit(x, y), seasons, len(y))


def _rows(state: State, begin: int, seasons: Seasons) -> np.ndarray:
    calendar = np.tile(seasons.of(begin), (len(state.n), 1))
    return np.hstack([state.inputs(begin), calendar])
