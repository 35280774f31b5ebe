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
# Where a value begins to be an outlier: beyond a quantile, Tukey's fences (1977), or the median absolute deviation
# with the constants of Iglewicz and Hoaglin (1993).
Outliers = Literal["quantile", "iqr", "mad", "none"]
WIDE = 1e300
FENCES, DEVIATIONS, NORMAL_MAD = 1.5, 3.5, 1.4826


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

    def flags_sql(self) -> tuple[str, str]:
        """Conditions: whether the value is imputed, and whether it lies outside the range."""
        value = f"cast(`{self.name}` as double)"
        return f"{value} is null", f"coalesce({value} < {self.low!r}D or {value} > {self.high!r}D, false)"

    def flags(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same on an array, missing values as NaN."""
        return np.isnan(values), (values < self.low) | (values > self.high)

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

    def stage(self, with_flags: bool = False) -> SQLTransformer:
        """Adds ``x_<name>``, and with flags ``is_imputed_<name>`` and ``is_outlier_<name>``; drops no row."""
        outputs = [f"{f.sql()} AS `x_{f.name}`" for f in self.features]
        for f in self.features if with_flags else ():
            imputed, outlier = f.flags_sql()
            outputs += [f"{imputed} AS `is_imputed_{f.name}`", f"{outlier} AS `is_outlier_{f.name}`"]
        return SQLTransformer(statement=f"SELECT *, {', '.join(outputs)} FROM __THIS__")

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
    outliers: Outliers = "quantile",
) -> Preparation:
    """Fit on a training snapshot.

    Args:
        columns: the values of each input, missing ones as NaN.
        clip_quantile: values above this quantile, and below its mirror image, are winsorised (``quantile``).
        outliers: how the range is found beyond which values are winsorised; no row is ever dropped.

    Returns:
        The fitted numbers, one entry per input; a feature that does not vary keeps spread 1.
    """
    return Preparation(tuple(_fit(i, columns[i.name], clip_quantile, scaling, outliers) for i in inputs))


def _fit(item: Input, values: np.ndarray, quantile: float, scaling: Scaling, outliers: Outliers) -> Fitted:
    known = values[~np.isnan(values)]
    # A feature that is missing everywhere has no range; its fill then stands for everybody.
    low, median, high = _range(known, quantile, outliers) if len(known) else (-WIDE, 0.0, WIDE)
    fill = float(median if item.fill is None else item.fill)
    raw = Fitted(item.name, fill, float(low), float(high), item.log, 0.0, 1.0, 1.0)
    centre, spread = _moments(raw.apply(values), scaling)
    # Equal values have a spread of some rounding errors, and these are no variation.
    varies = spread > 1e-9 * max(1.0, abs(centre))
    return replace(raw, centre=centre, spread=spread if varies else 1.0, weight=item.weight)


def _range(known: np.ndarray, quantile: float, outliers: Outliers) -> tuple[float, float, float]:
    """Least usual value, median, greatest usual value."""
    low, lower, median, upper, high = _quantiles(known, [1 - quantile, 0.25, 0.5, 0.75, quantile])
    if outliers == "quantile":
        return low, median, high
    if outliers == "iqr" and upper > lower:
        return lower - FENCES * (upper - lower), median, upper + FENCES * (upper - lower)
    deviation = NORMAL_MAD * _quantiles(np.abs(known - median), [0.5])[0]
    if outliers == "mad" and deviation > 0:
        return median - DEVIATIONS * deviation, median, median + DEVIATIONS * deviation
    # Where half of all values are equal these say nothing, and nothing is an outlier.
    return -WIDE, median, WIDE


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
