"""``groups.json``: the groups of a model and the coarser groups around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segspark.models.clustering.documents.plain import Json, flat, words_of
from segspark.sections import Words


@dataclass(frozen=True)
class GroupDocument:
    """A group.

    Attributes:
        cluster: its number, as the model predicts it.
        centre: in the prepared space.
        z_scores: feature -> distance of the group's mean from everybody's, in scaled units.
        path: segment ids of the coarser groups around it, coarse to fine, and its own; None in old models.
        parts: numbers of its parts in the hierarchy; None unless groups are merged or split by hand.
    """

    cluster: int
    segment_id: str
    name: Words
    description: Words
    n_people: int
    centre: tuple[float, ...]
    z_scores: Mapping[str, float]
    path: tuple[str, ...] | None = None
    parts: tuple[int, ...] | None = None

    @property
    def full_path(self) -> tuple[str, ...]:
        return self.path or (self.segment_id,)

    def to_json(self) -> Json:
        return {
            "cluster": self.cluster,
            "segment_id": self.segment_id,
            **flat("name", self.name),
            **flat("description", self.description),
            "n_people": self.n_people,
            "centre": list(self.centre),
            "z_scores": dict(self.z_scores),
            **({} if self.path is None else {"path": list(self.path)}),
            **({} if self.parts is None else {"parts": list(self.parts)}),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "GroupDocument":
        return cls(
            content["cluster"],
            content["segment_id"],
            words_of(content, "name"),
            words_of(content, "description"),
            content["n_people"],
            tuple(content["centre"]),
            content["z_scores"],
            tuple(content["path"]) if "path" in content else None,
            tuple(content["parts"]) if "parts" in content else None,
        )


@dataclass(frozen=True)
class Around:
    """A coarser group.

    Attributes:
        level: number of groups of the cut that it belongs to.
        members: ids of the segments it holds.
    """

    level: int
    segment_id: str
    name: Words
    description: Words
    n_people: int
    members: tuple[str, ...]

    def to_json(self) -> Json:
        return {
            "level": self.level,
            "segment_id": self.segment_id,
            **flat("name", self.name),
            **flat("description", self.description),
            "n_people": self.n_people,
            "members": list(self.members),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Around":
        return cls(
            content["level"],
            content["segment_id"],
            words_of(content, "name"),
            words_of(content, "description"),
            content["n_people"],
            tuple(content["members"]),
        )


@dataclass(frozen=True)
class Groups:
    """The groups of a model, in the order of their clusters.

    Attributes:
        k, reason: the number of groups, and why it was chosen.
        features: the inputs, in the order of the centres' coordinates.
        around: coarse to fine; empty in old models.
        mean: of everybody, in the prepared space; None in old models.
        far_distance: nearly everybody is nearer to their centre than this; None in old models.
    """

    groups: tuple[GroupDocument, ...]
    k: int
    reason: str
    features: tuple[str, ...]
    around: tuple[Around, ...] = ()
    mean: tuple[float, ...] | None = None
    far_distance: float | None = None

    def to_json(self) -> Json:
        return {
            "groups": [g.to_json() for g in self.groups],
            "around": [a.to_json() for a in self.around],
            "k": self.k,
            "reason": self.reason,
            "features": list(self.features),
            **({} if self.mean is None else {"mean": list(self.mean)}),
            **({} if self.far_distance is None else {"far_distance": self.far_distance}),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Groups":
        return cls(
            tuple(GroupDocument.from_json(g) for g in content["groups"]),
            content["k"],
            content["reason"],
            tuple(content["features"]),
            tuple(Around.from_json(a) for a in content.get("around", ())),
            tuple(content["mean"]) if "mean" in content else None,
            content.get("far_distance"),
        )
