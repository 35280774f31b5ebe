"""``map.json``: a bounded sample of people on the first two principal components (PCA)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segspark.models.clustering.documents.plain import Json, plain


@dataclass(frozen=True)
class Place:
    """A person or a centre on the map, with the number of its group."""

    x: float
    y: float
    cluster: int


@dataclass(frozen=True)
class Map:
    """The map.

    Attributes:
        points: at most 2,000 people, in random order.
        centres: one per group.
        explained_variance: share of the variance along x and along y, of the sample; only along x if people have a
            single feature.
    """

    points: tuple[Place, ...]
    centres: tuple[Place, ...]
    explained_variance: tuple[float, ...]

    def to_json(self) -> Json:
        return dict(plain(self))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Map":
        return cls(
            tuple(Place(p["x"], p["y"], p["cluster"]) for p in content["points"]),
            tuple(Place(p["x"], p["y"], p["cluster"]) for p in content["centres"]),
            tuple(content["explained_variance"]),
        )
