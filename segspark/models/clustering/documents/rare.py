"""``rare.json``: small dense groups, and people who belong to no dense group."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segspark.models.clustering.documents.plain import Json, flat, plain, words_of
from segspark.sections import Words

# The kind of a small dense group; the others are fixed.
SMALL = "group"


@dataclass(frozen=True)
class Term:
    """A threshold on a raw value: at least, or at most."""

    feature: str
    is_least: bool
    value: float


@dataclass(frozen=True)
class PlainRule:
    """A conjunction of thresholds that describes a group.

    Attributes:
        precision: share of the people fulfilling it who are in the group, among people of whom it was not made.
        recall: share of the group's people who fulfil it, among the same.
    """

    terms: tuple[Term, ...]
    precision: float
    recall: float

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "PlainRule":
        return cls(tuple(Term(**t) for t in content["terms"]), content["precision"], content["recall"])


@dataclass(frozen=True)
class RareGroup:
    """A group by density.

    Attributes:
        key: ``method:label``, as the model assigns it.
        kind: group (small), usual (the large dense groups) or unusual (the noise).
        z_scores, centre: empty unless it is a small group.
        rule: what describes it; None unless it is a small group, and in models from before there were rules.
        value_cents: net spending per person of the last 365 days, by which groups are ranked; None without a rule.
    """

    key: str
    segment_id: str
    name: Words
    description: Words
    kind: str
    n_people: int
    z_scores: Mapping[str, float]
    centre: tuple[float, ...]
    rule: PlainRule | None = None
    value_cents: float | None = None

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
            **({} if self.rule is None else {"rule": plain(self.rule)}),
            **({} if self.value_cents is None else {"value_cents": self.value_cents}),
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
            PlainRule.from_json(content["rule"]) if "rule" in content else None,
            content.get("value_cents"),
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
        n_groups, n_noise: small groups that are kept; people in no dense group, among the fitted.
        far_distance: with on_far, nobody nearer to their centre than this is unusual; else 0.
        keys: of the groups by label; several large groups share the key of the usual profiles.
        n_undescribed: small dense groups that no plain rule describes; their people are usual.
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
    n_undescribed: int = 0

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
            **({"n_undescribed": self.n_undescribed} if self.n_undescribed else {}),
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
            content.get("n_undescribed", 0),
        )
