"""Fitted preparation of features, as plain SQL with the fitted numbers in it.

Fill, clip, log and scale of every feature become one expression, so that a saved pipeline consists of Spark's own
stages, and the fitted numbers can be read and reviewed. Only imputation from neighbours needs its own stage
(impute_stage.py), whose numbers are text as well. Everything is fitted on a snapshot in memory (a sample of a large
list), and applied anywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from pyspark.ml import PipelineModel, Transformer
from pyspark.ml.feature import SQLTransformer

from segspark.models.choices import Imputation, Outliers, Scaling
from segspark.models.impute import NearestImputer, fit_nearest
from segspark.models.impute_stage import NearestStage

WIDE = 1e300
FENCES, DEVIATIONS, NORMAL_MAD = 1.5, 3.5, 1.4826
# The range keeps so many different values: a quantile of a rare act would make a flag of its count.
FEWEST_VALUES = 5


@dataclass(frozen=True)
class Input:
    """How one feature is prepared.

    Attributes:
        fill: value for missing ones; None is the median.
        impute: ``median`` in place of ``fill``, or ``nearest``: from the most similar people.
        log: for heavy tails, ``log1p`` of the value (negative values become zero).
        weight: factor after scaling; the feature's weight in squared distances is its square.
    """

    name: str
    fill: float | None = None
    log: bool = False
    weight: float = 1.0
    impute: Imputation = "constant"


@dataclass(frozen=True)
class Fitted:
    """The numbers of one feature: fill, clip range, then ``(x - centre) / spread x weight``.

    Attributes:
        fill: None leaves missing values to the imputation from neighbours.
        low, high: values beyond them are outliers.
        winsorise: outliers are moved to the end of the range; else they stay and are only flagged.
    """

    name: str
    fill: float | None
    low: float
    high: float
    log: bool
    centre: float
    spread: float
    weight: float
    winsorise: bool = True

    def sql(self) -> str:
        raw = f"cast(`{self.name}` as double)"
        value = raw if self.fill is None else f"coalesce({raw}, {self.fill!r}D)"
        if self.winsorise:
            value = f"least(greatest({value}, {self.low!r}D), {self.high!r}D)"
        if self.log:
            value = f"ln(1 + greatest({value}, 0))"
        scaled = f"({value} - {self.centre!r}D) / {self.spread!r}D * {self.weight!r}D"
        # The functions above would replace a missing value with the end of the range.
        return scaled if self.fill is not None else f"if({raw} is null, null, {scaled})"

    def flags_sql(self) -> tuple[str, str]:
        """SQL conditions: whether the value is imputed, and whether it lies outside the range."""
        value = f"cast(`{self.name}` as double)"
        return f"{value} is null", f"coalesce({value} < {self.low!r}D or {value} > {self.high!r}D, false)"

    def flags(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same on an array, missing values as NaN."""
        return np.isnan(values), (values < self.low) | (values > self.high)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The same on an array, missing values as NaN."""
        value = values if self.fill is None else np.where(np.isnan(values), self.fill, values)
        if self.winsorise:
            value = np.clip(value, self.low, self.high)
        if self.log:
            value = np.log(1 + np.maximum(value, 0))
        return np.asarray((value - self.centre) / self.spread * self.weight)


@dataclass(frozen=True)
class Preparation:
    """The fitted numbers of every feature, and the imputer if some are filled from neighbours."""

    features: tuple[Fitted, ...]
    nearest: NearestImputer | None = None

    @property
    def columns(self) -> list[str]:
        return [f"x_{f.name}" for f in self.features]

    def stage(self, with_flags: bool = False) -> Transformer:
        """Adds ``x_<name>``, and with flags ``is_imputed_<name>`` and ``is_outlier_<name>``; drops no row."""
        outputs = [f"{f.sql()} AS `x_{f.name}`" for f in self.features]
        for f in self.features if with_flags else ():
            imputed, outlier = f.flags_sql()
            outputs += [f"{imputed} AS `is_imputed_{f.name}`", f"{outlier} AS `is_outlier_{f.name}`"]
        sql = SQLTransformer(statement=f"SELECT *, {', '.join(outputs)} FROM __THIS__")
        return sql if self.nearest is None else PipelineModel([sql, NearestStage.of(self.nearest)])

    def apply(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """One row per person, one column per feature."""
        prepared = _scaled(self.features, columns)
        if self.nearest is not None:
            prepared, _ = self.nearest.apply(prepared)
        return np.column_stack([prepared[c] for c in self.columns])

    def as_dict(self) -> dict[str, Any]:
        nearest = {} if self.nearest is None else {"nearest": self.nearest.as_dict()}
        return {"features": [asdict(f) for f in self.features], **nearest}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Preparation":
        nearest = NearestImputer.from_dict(content["nearest"]) if "nearest" in content else None
        return cls(tuple(Fitted(**f) for f in content["features"]), nearest)


def _scaled(features: Sequence[Fitted], columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"x_{f.name}": f.apply(columns[f.name]) for f in features}


def fit_preparation(
    columns: Mapping[str, np.ndarray],
    inputs: Sequence[Input],
    clip_quantile: float = 0.99,
    scaling: Scaling = "zscore",
    outliers: Outliers = "quantile",
    winsorise: bool = True,
    neighbours: int = 5,
    seed: int = 42,
) -> Preparation:
    """Fit on a training snapshot.

    Args:
        columns: the values of each input, missing ones as NaN.
        clip_quantile: values above this quantile, and below its mirror image, are outliers (``quantile``).
        outliers: the rule for the range beyond which values are outliers; no row is ever dropped.
        winsorise: move outliers to the end of the range; else they are only flagged.
        neighbours: number of neighbours for imputation from the people most similar in the scaled features.

    Returns:
        The fitted numbers, one entry per input; a feature that does not vary keeps spread 1.
    """
    features = tuple(_fit(i, columns[i.name], clip_quantile, scaling, outliers, winsorise) for i in inputs)
    if all(f.fill is not None for f in features):
        return Preparation(features)
    prepared = _scaled(features, columns)
    return Preparation(features, fit_nearest(prepared, list(prepared), k=neighbours, seed=seed))


def _fit(
    item: Input, values: np.ndarray, quantile: float, scaling: Scaling, outliers: Outliers, winsorise: bool
) -> Fitted:
    known = values[~np.isnan(values)]
    # A feature that is missing everywhere has no range; everybody gets its fill.
    low, median, high = _range(known, quantile, outliers) if len(known) else (-WIDE, 0.0, WIDE)
    low, high = _widened(known, low, high) if winsorise else (low, high)
    constant = median if item.fill is None or item.impute == "median" else item.fill
    # If nobody has the value, no neighbour has it either.
    fill = None if item.impute == "nearest" and len(known) else float(constant)
    raw = Fitted(item.name, fill, float(low), float(high), item.log, 0.0, 1.0, 1.0, winsorise)
    made = raw.apply(values)
    centre, spread = _moments(made[~np.isnan(made)], scaling)
    # The spread of equal values may be a rounding error, which is not variation.
    varies = spread > 1e-9 * max(1.0, abs(centre))
    return replace(raw, centre=centre, spread=spread if varies else 1.0, weight=item.weight)


def _range(known: np.ndarray, quantile: float, outliers: Outliers) -> tuple[float, float, float]:
    """The lowest usual value, the median, the highest usual value."""
    low, lower, median, upper, high = _quantiles(known, [1 - quantile, 0.25, 0.5, 0.75, quantile])
    if outliers == "quantile":
        return low, median, high
    if outliers == "iqr" and upper > lower:
        return lower - FENCES * (upper - lower), median, upper + FENCES * (upper - lower)
    deviation = NORMAL_MAD * _quantiles(np.abs(known - median), [0.5])[0]
    if outliers == "mad" and deviation > 0:
        return median - DEVIATIONS * deviation, median, median + DEVIATIONS * deviation
    # If half of all values are equal, these rules are meaningless, and nothing is an outlier.
    return -WIDE, median, WIDE


def _widened(known: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """The range, as wide as it must be to keep ``FEWEST_VALUES`` different values, as far as there are so many."""
    values = np.unique(known)
    kept = values[(values >= low) & (values <= high)]
    above, below = values[values > high], values[values < low][::-1]
    missing = max(0, min(FEWEST_VALUES, len(values)) - len(kept))
    if missing and len(above):
        high = above[min(missing, len(above)) - 1]
        missing -= min(missing, len(above))
    if missing and len(below):
        low = below[missing - 1]
    return float(low), float(high)


def _quantiles(values: np.ndarray, shares: list[float]) -> np.ndarray:
    """Quantiles as values that occur: interpolation between two of them would make a count a fraction."""
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
