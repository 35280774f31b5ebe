"""Fitted preparation of features, as plain SQL with the fitted numbers in it.

Fill, clip, log and scale of every feature become one expression, so that a saved pipeline is made of Spark's own
stages only, and the fitted numbers can be read and reviewed. They are fitted on a snapshot in memory (a large list
is represented by a sample of it), and applied anywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from pyspark.ml.feature import SQLTransformer

Scaling = Literal["zscore", "minmax", "robust"]


@dataclass(frozen=True)
class Input:
    """How one feature is prepared before it is fitted.

    Attributes:
        fill: value where the feature is missing; None takes the median.
        log: heavy tail, ``log1p`` of the value (below zero is zero).
        weight: factor after scaling; distances weigh the feature by its square.
    """

    name: str
    fill: float | None = None
    log: bool = False
    weight: float = 1.0


@dataclass(frozen=True)
class Fitted:
    """The numbers of one feature: fill, clip range, then ``(x - centre) / spread x weight``."""

    name: str
    fill: float
    low: float
    high: float
    log: bool
    centre: float
    spread: float
    weight: float

    def sql(self) -> str:
        clipped = (
            f"least(greatest(coalesce(cast(`{self.name}` as double), {self.fill!r}D), {self.low!r}D), {self.high!r}D)"
        )
        value = f"ln(1 + greatest({clipped}, 0))" if self.log else clipped
        return f"({value} - {self.centre!r}D) / {self.spread!r}D * {self.weight!r}D"

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The same on an array, missing values as NaN."""
        clipped = np.clip(np.where(np.isnan(values), self.fill, values), self.low, self.high)
        value = np.log(1 + np.maximum(clipped, 0)) if self.log else clipped
        return np.asarray((value - self.centre) / self.spread * self.weight)


@dataclass(frozen=True)
class Preparation:
    features: tuple[Fitted, ...]

    @property
    def columns(self) -> list[str]:
        return [f"x_{f.name}" for f in self.features]

    def stage(self) -> SQLTransformer:
        outputs = ", ".join(f"{f.sql()} AS `x_{f.name}`" for f in self.features)
        return SQLTransformer(statement=f"SELECT *, {outputs} FROM __THIS__")

    def apply(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """One row per person, one column per feature."""
        return np.column_stack([f.apply(columns[f.name]) for f in self.features])

    def as_dict(self) -> dict[str, Any]:
        return {"features": [asdict(f) for f in self.features]}


def fit_preparation(
    columns: Mapping[str, np.ndarray],
    inputs: Sequence[Input],
    clip_quantile: float = 0.99,
    scaling: Scaling = "zscore",
) -> Preparation:
    """Fit on a training snapshot.

    Args:
        columns: the values of each input, missing ones as NaN.
        clip_quantile: values above this quantile, and below its mirror image, are winsorised.

    Returns:
        The fitted numbers, one entry per input; a feature that does not vary keeps spread 1.
    """
    return Preparation(tuple(_fit(i, columns[i.name], clip_quantile, scaling) for i in inputs))


def _fit(item: Input, values: np.ndarray, quantile: float, scaling: Scaling) -> Fitted:
    known = values[~np.isnan(values)]
    # A feature that is missing everywhere has no range; its fill then stands for everybody.
    low, median, high = (
        _quantiles(known, [1 - quantile, 0.5, quantile]) if len(known) else np.array([-1e300, 0.0, 1e300])
    )
    fill = float(median if item.fill is None else item.fill)
    raw = Fitted(item.name, fill, float(low), float(high), item.log, 0.0, 1.0, 1.0)
    centre, spread = _moments(raw.apply(values), scaling)
    # Equal values have a spread of some rounding errors, and these are no variation.
    varies = spread > 1e-9 * max(1.0, abs(centre))
    return replace(raw, centre=centre, spread=spread if varies else 1.0, weight=item.weight)


def _quantiles(values: np.ndarray, shares: list[float]) -> np.ndarray:
    """Values that occur: a quantile between two of them would make a count a fraction."""
    return np.asarray(np.quantile(values, shares, method="inverted_cdf"))


def _moments(values: np.ndarray, scaling: Scaling) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    if scaling == "minmax":
        return float(values.min()), float(values.max() - values.min())
    if scaling == "robust":
        low, median, high = _quantiles(values, [0.25, 0.5, 0.75])
        return float(median), float(high - low)
    return float(values.mean()), float(values.std())
