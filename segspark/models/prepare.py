"""Fitted preparation of features, as plain SQL with the fitted numbers in it.

Fill, clip, log and scale of every feature become one expression, so that a saved pipeline is made of Spark's own
stages only, and the fitted numbers can be read and reviewed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pyspark.ml.feature import SQLTransformer
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

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


@dataclass(frozen=True)
class Preparation:
    features: tuple[Fitted, ...]

    @property
    def columns(self) -> list[str]:
        return [f"x_{f.name}" for f in self.features]

    def stage(self) -> SQLTransformer:
        outputs = ", ".join(f"{f.sql()} AS `x_{f.name}`" for f in self.features)
        return SQLTransformer(statement=f"SELECT *, {outputs} FROM __THIS__")

    def as_dict(self) -> dict[str, Any]:
        return {"features": [asdict(f) for f in self.features]}


def fit_preparation(
    people: DataFrame, inputs: Sequence[Input], clip_quantile: float = 0.99, scaling: Scaling = "zscore"
) -> Preparation:
    """Fit on a training snapshot: two passes, each one small row.

    Args:
        people: the numeric columns named by ``inputs``.
        clip_quantile: values above this quantile, and below its mirror image, are winsorised.

    Returns:
        The fitted numbers, one entry per input; a feature that does not vary keeps spread 1.
    """
    bounds = _read_bounds(people, inputs, clip_quantile)
    raw = [Fitted(i.name, _fill(i, bounds[i.name]), *_range(bounds[i.name]), i.log, 0.0, 1.0, 1.0) for i in inputs]
    moments = _read_moments(people.select(*[F.expr(f.sql()).alias(f.name) for f in raw]), scaling)
    return Preparation(
        tuple(
            Fitted(f.name, f.fill, f.low, f.high, f.log, *moments[f.name], i.weight)
            for f, i in zip(raw, inputs, strict=True)
        )
    )


def _read_bounds(people: DataFrame, inputs: Sequence[Input], quantile: float) -> dict[str, list[float] | None]:
    wanted = [1 - quantile, 0.5, quantile]
    row = people.agg(
        *[F.percentile_approx(F.col(i.name).cast("double"), wanted, 1000).alias(i.name) for i in inputs]
    ).collect()[0]
    return {i.name: row[i.name] for i in inputs}


def _fill(item: Input, bounds: list[float] | None) -> float:
    if item.fill is not None:
        return float(item.fill)
    return float(bounds[1]) if bounds else 0.0


def _range(bounds: list[float] | None) -> tuple[float, float]:
    # A feature that is missing everywhere has no range; its fill then stands for everybody.
    return (float(bounds[0]), float(bounds[2])) if bounds else (-1e300, 1e300)


def _read_moments(values: DataFrame, scaling: Scaling) -> dict[str, tuple[float, float]]:
    def pair(name: str) -> tuple[Column, Column]:
        column = F.col(name)
        if scaling == "minmax":
            return F.min(column), F.max(column) - F.min(column)
        if scaling == "robust":
            quartiles = F.percentile_approx(column, [0.25, 0.5, 0.75], 1000)
            return quartiles[1], quartiles[2] - quartiles[0]
        return F.avg(column), F.stddev_pop(column)

    row = values.agg(
        *[c.alias(f"{n}_{part}") for n in values.columns for part, c in zip(("centre", "spread"), pair(n), strict=True)]
    ).collect()[0]
    return {n: (float(row[f"{n}_centre"] or 0.0), float(row[f"{n}_spread"] or 0.0) or 1.0) for n in values.columns}
