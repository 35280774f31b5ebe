"""``preparation.json``: the fitted numbers of every input."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from segspark.models.clustering.documents.plain import Json, plain


class Weighted(Protocol):
    """A feature with its weight after scaling."""

    @property
    def name(self) -> str: ...
    @property
    def weight(self) -> float: ...


@dataclass(frozen=True)
class PreparedFeature:
    """The numbers of one feature: fill, range, then ``(x - centre) / spread x weight`` (models/prepare.py).

    Attributes:
        fill: None leaves missing values to the imputation from neighbours.
        winsorise: outliers are moved to the end of the range; always so in old models.
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


@dataclass(frozen=True)
class Nearest:
    """The reference people from whom missing values are filled; a missing value of theirs is None (models/impute.py)."""

    names: tuple[str, ...]
    k: int
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    reference: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Preparation:
    """One entry per input; ``nearest`` is None if no feature is filled from neighbours."""

    features: tuple[PreparedFeature, ...]
    nearest: Nearest | None = None

    def to_json(self) -> Json:
        nearest = {} if self.nearest is None else {"nearest": plain(self.nearest)}
        return {"features": plain(self.features), **nearest}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Preparation":
        features = tuple(PreparedFeature(**f) for f in content["features"])
        return cls(features, _nearest(content["nearest"]) if "nearest" in content else None)


def _nearest(content: Mapping[str, Any]) -> Nearest:
    return Nearest(
        tuple(content["names"]),
        content["k"],
        tuple(content["centre"]),
        tuple(content["spread"]),
        tuple(tuple(row) for row in content["reference"]),
    )


def z_scores(features: Iterable[Weighted], mean: Sequence[float], centre: Sequence[float]) -> dict[str, float]:
    """The distance of a point from the mean of everybody, by feature, in scaled units."""
    return {f.name: float((c - m) / f.weight) for f, c, m in zip(features, centre, mean, strict=True)}
