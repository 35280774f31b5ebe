"""``tree.json``: how the parts of a grouping join."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segspark.models.clustering.documents.plain import Json, flat, plain, words_of
from segspark.sections import Words


@dataclass(frozen=True)
class Join:
    """A join of two nodes, as a row of scipy's ``linkage``.

    Attributes:
        one, other: the two that join; below the number of parts a part, else that number plus the position of an
            earlier join.
        n_parts: number of parts below.
    """

    one: int
    other: int
    height: float
    n_parts: int


@dataclass(frozen=True)
class TreeSegment:
    """The segment of a group at k."""

    segment_id: str
    name: Words


@dataclass(frozen=True)
class Tree:
    """The hierarchy; its parts are micro-clusters (``ward``) or the groups themselves (``kmeans``).

    Attributes:
        k: number of groups of the cut in use.
        column: micro or prediction: the model's column with the number of a person's part.
        joins: from the lowest up; heights are theirs.
        sizes: people of each part.
        centres: of each part, in the prepared space.
        groups: the cluster of each part, at k.
        levels: numbers of groups of the nested levels, coarse to fine; the last is k.
        cuts: for each level the group of each part, numbered separately on each level.
        segments: cluster -> its segment, of the groups at k.
    """

    k: int
    column: str
    joins: tuple[Join, ...]
    heights: tuple[float, ...] = field(init=False)
    sizes: tuple[int, ...]
    centres: tuple[tuple[float, ...], ...]
    groups: tuple[int, ...]
    levels: tuple[int, ...]
    cuts: Mapping[int, tuple[int, ...]]
    segments: Mapping[int, TreeSegment]

    def __post_init__(self) -> None:
        object.__setattr__(self, "heights", tuple(j.height for j in self.joins))

    def to_json(self) -> Json:
        segments = {str(c): {"segment_id": s.segment_id, **flat("name", s.name)} for c, s in self.segments.items()}
        joins = [[float(j.one), float(j.other), j.height, float(j.n_parts)] for j in self.joins]
        return {**plain(self), "joins": joins, "segments": segments}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Tree":
        return cls(
            content["k"],
            content["column"],
            tuple(Join(int(one), int(other), height, int(n)) for one, other, height, n in content["joins"]),
            tuple(content["sizes"]),
            tuple(tuple(c) for c in content["centres"]),
            tuple(content["groups"]),
            tuple(content["levels"]),
            {int(level): tuple(groups) for level, groups in content["cuts"].items()},
            {int(c): TreeSegment(s["segment_id"], words_of(s, "name")) for c, s in content["segments"].items()},
        )
