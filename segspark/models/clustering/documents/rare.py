"""``rare.json``: small dense groups, and people who belong to no dense group."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segspark.models.clustering.documents.plain import Json, flat, words_of
from segspark.sections import Words


@dataclass(frozen=True)
class RareGroup:
    """A group by density.

    Attributes:
        key: ``method:label``, as the model assigns it.
        kind: group (small), usual (the large dense groups) or unusual (the noise).
        z_scores, centre: empty unless it is a small group.
    """

    key: str
    segment_id: str
    name: Words
    description: Words
    kind: str
    n_people: int
    z_scores: Mapping[str, float]
    centre: tuple[float, ...]

    def to_json(self) -> Json:
        return {
            "key": self.key,
            "segment_id": self.segment_id,
            **flat("name", self.name),
            **flat("description", self.description),
            "kind": self.kind,
            "n_people": self.n_people,
            "z_scores": dict(self.z_scores),
            "centre": list(self.centre),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "RareGroup":
        return cls(
            content["key"],
            content["segment_id"],
            words_of(content, "name"),
            words_of(content, "description"),
            content["kind"],
            content["n_people"],
            content["z_scores"],
            tuple(content["centre"]),
        )


@dataclass(frozen=True)
class Rare:
    """The groups by density, and how they were found.

    Attributes:
        method: dbscan or hdbscan; on_far tells whether only the people farthest from the centres were fitted.
        eps: largest distance of neighbours (dbscan), in the prepared space.
        eps_reason: where eps comes from.
        k_distances: ascending distances to the min_samples-th neighbour, at most 200 of them, evenly over the people.
        n_fitted: people in the density fit.
        n_groups, n_noise: small groups; people in no dense group, among the fitted.
        far_distance: with on_far, nobody nearer to their centre than this is unusual; else 0.
        keys: of the groups by label; several large groups share the key of the usual profiles.
        core_digest: SHA-256 of rare_points.arrow, the core points used to assign people.
    """

    method: str
    on_far: bool
    eps: float | None
    eps_reason: str
    min_samples: int
    k_distances: tuple[float, ...]
    n_fitted: int
    n_groups: int
    n_noise: int
    far_distance: float
    keys: tuple[str, ...]
    groups: tuple[RareGroup, ...]
    core_digest: str

    def to_json(self) -> Json:
        return {
            "method": self.method,
            "on_far": self.on_far,
            "eps": self.eps,
            "eps_reason": self.eps_reason,
            "min_samples": self.min_samples,
            "k_distances": list(self.k_distances),
            "n_fitted": self.n_fitted,
            "n_groups": self.n_groups,
            "n_noise": self.n_noise,
            "far_distance": self.far_distance,
            "keys": list(self.keys),
            "groups": [g.to_json() for g in self.groups],
            "core_digest": self.core_digest,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Rare":
        return cls(
            content["method"],
            content["on_far"],
            content["eps"],
            content["eps_reason"],
            content["min_samples"],
            tuple(content["k_distances"]),
            content["n_fitted"],
            content["n_groups"],
            content["n_noise"],
            content["far_distance"],
            tuple(content["keys"]),
            tuple(RareGroup.from_json(g) for g in content["groups"]),
            content["core_digest"],
        )
