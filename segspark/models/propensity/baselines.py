"""What a model must beat: simpler probabilities of the same outcome, fitted to the same past people.

Each is fitted on arrays of a bounded sample; none looks at the people who are judged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segspark.models.propensity.inputs import beside_trees
from segspark.models.propensity.outcome import Outcome
from segspark.models.value.bgnbd_fit import BgNbdFit, fit_bgnbd
from segspark.models.value.cells import Cells


@dataclass(frozen=True)
class Sample:
    """People at one or more cuts, a row each.

    Attributes:
        columns: input -> values, missing ones filled.
        y: 1 for those with the label.
    """

    columns: Mapping[str, np.ndarray]
    y: np.ndarray

    def matrix(self, names: tuple[str, ...]) -> np.ndarray:
        return np.column_stack([self.columns[name] for name in names])


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted baseline.

    Attributes:
        predict: the probability of the label of each person.
        sql: the same over the columns ``x_<input>``; empty where it has no such form. With one it can be blended.
    """

    predict: Callable[[Sample], np.ndarray]
    sql: str = ""


@dataclass(frozen=True)
class Baseline:
    """Attributes:
    needs: inputs without which it cannot be computed.
    fit: to what is known of the past, given the names of the inputs; None if it cannot be fitted.
    """

    name: str
    needs: tuple[str, ...]
    fit: Callable[[Sample, tuple[str, ...]], Fit | None]


def fit_baselines(past: Sample, baselines: Sequence[Baseline]) -> dict[str, Fit]:
    """The baselines whose inputs are there and that can be fitted, by name."""
    found = {b.name: b.fit(past, b.needs) for b in baselines if set(b.needs) <= set(past.columns)}
    return {name: fit for name, fit in found.items() if fit is not None}


def by_one(past: Sample, needs: tuple[str, ...]) -> Fit:
    """The rate by one value, made monotone: the best that sorting by it can say."""
    (name,) = needs
    x = past.columns[name]
    rises = np.corrcoef(x, past.y)[0, 1] >= 0 if x.std() and past.y.std() else True
    curve = IsotonicRegression(y_min=0, y_max=1, increasing=bool(rises), out_of_bounds="clip").fit(x, past.y)
    n = len(past.y)
    # As if two more average people stood at each step: no probability is 0 or 1.
    return Fit(lambda people: np.asarray((curve.predict(people.columns[name]) * n + 2 * past.y.mean()) / (n + 2)))


def logistic(past: Sample, needs: tuple[str, ...]) -> Fit:
    """Logistic regression on the logarithms of a few values, such as recency, frequency and monetary value."""
    return Fit(_logistic(past, needs)[0])


def logistic_in_sql(past: Sample, needs: tuple[str, ...]) -> Fit:
    """The same on any inputs, so that it can be blended."""
    predict, model = _logistic(past, needs)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    terms = [
        f"{float(w)!r}D * sign(`x_{name}`) * ln(1 + abs(`x_{name}`))" for name, w in zip(needs, weights, strict=True)
    ]
    constant = float(regression.intercept_[0] - weights @ scaler.mean_)
    return Fit(predict, f"1 / (1 + exp(-({' + '.join([f'{constant!r}D', *terms])})))")


def _logistic(past: Sample, needs: tuple[str, ...]) -> tuple[Callable[[Sample], np.ndarray], Any]:
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    model.fit(_logs(past.matrix(needs)), past.y)
    return lambda people: np.asarray(model.predict_proba(_logs(people.matrix(needs)))[:, 1]), model


def _logs(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def no_order(days: int) -> Callable[[Sample, tuple[str, ...]], Fit | None]:
    """BG/NBD's probability of no order within so many days (``models.value.bgnbd``)."""

    def fit(past: Sample, needs: tuple[str, ...]) -> Fit | None:
        found = fit_bgnbd(_histories(past, needs, MOST_HISTORIES))
        if not isinstance(found, BgNbdFit):
            return None
        model = found.model
        orders, first, last = (f"`x_{name}`" for name in needs)
        x, age = f"greatest({orders} - 1, 0)", f"(greatest({first}, {last}) - 1)"
        t_x = f"if({orders} > 1, {age} - ({last} - 1), 0)"
        return Fit(
            lambda people: model.p_no_order(_histories(people, needs), days), model.no_order_sql(x, t_x, age, days)
        )

    return fit


def _histories(people: Sample, needs: tuple[str, ...], most: int | None = None) -> Cells:
    nth = 1 if most is None else max(1, len(people.y) // most)
    days, first, last = (people.columns[name][::nth] for name in needs)
    # A day has the first order and the last one.
    age, x = np.maximum(first, last) - 1, np.maximum(days - 1, 0)
    return Cells.of_people(x, np.where(x > 0, age - (last - 1), 0.0), age)


def baselines_of(outcome: Outcome, days: int) -> tuple[Baseline, ...]:
    """What a model of the outcome must beat.

    Args:
        days: of the window.
    """
    found = [Baseline("recency", (outcome.recency,), by_one), RFM]
    if pace := beside_trees(outcome):
        found.append(Baseline("bgnbd", (*(i.name for i in pace), "days_since_order"), no_order(days)))
    return tuple(found)


RFM = Baseline("rfm", ("days_since_order", "n_order_365d", "net_order_cents_365d"), logistic)
# BG/NBD has four parameters: more people do not change them.
MOST_HISTORIES = 30_000
