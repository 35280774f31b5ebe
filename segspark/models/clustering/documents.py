"""The JSON documents that a training of groups stores beside its model; this is the definition of their format.

``groups.json`` (groups, their names, and the coarser groups around them), ``sweep.json`` (one row per k),
``tree.json``, ``map.json``, ``preparation.json`` and ``features.json`` always exist, ``migration.json`` if there was a
previous model, ``rare.json`` if the scheme ``rare`` is made. None holds a person's id.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


class Document:
    """A frozen value, serialised field by field."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload,no-any-return]


@dataclass(frozen=True)
class Tree(Document):
    """``tree.json``: how the parts join; parts are micro-clusters (``ward``) or the groups themselves (``kmeans``).

    Attributes:
        k: number of groups of the cut in use.
        column: micro or prediction: the model's column with the number of a person's part.
        joins: one row per join as scipy's ``linkage``: the two that join (below n: a part, else n + the number of an
            earlier join), height, number of parts below.
        heights: of the joins, ascending; the third column of ``joins``.
        sizes: people of each part.
        centres: of each part, in the prepared space.
        groups: the cluster of each part, at k.
        levels: numbers of groups of the nested levels, coarse to fine; the last is k.
        cuts: for each level the group of each part, numbered separately on each level.
        segments: cluster -> segment_id, name_fr, name_en of the groups at k.
    """

    k: int
    column: str
    joins: list[list[float]]
    heights: list[float]
    sizes: list[int]
    centres: list[list[float]]
    groups: list[int]
    levels: list[int]
    cuts: dict[str, list[int]]
    segments: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Map(Document):
    """``map.json``: a bounded sample of people on the first two principal components (PCA).

    Attributes:
        points: {x, y, cluster}, at most 2,000, in random order.
        centres: {x, y, cluster}, one per group.
        explained_variance: share of the variance along x and along y, of the sample.
    """

    points: list[dict[str, float]]
    centres: list[dict[str, float]]
    explained_variance: list[float]


@dataclass(frozen=True)
class Migration(Document):
    """``migration.json``: the same people under the last model and under this one.

    Attributes:
        previous_version: ``name/version`` of the last model.
        rand: adjusted Rand index of the two groupings; 1 is no movement.
        matrix: {from_id, to_id, n}: people by the segment of the last model and of this one; n above 0 only.
        shares: {segment_id, name_fr, name_en, before, after}: share of all people; 0 if the segment does not exist.
        alarm: None, or {reasons: [{measure: rand | share, value, threshold, segment_id | None}]}.
    """

    previous_version: str
    rand: float
    matrix: list[dict[str, Any]]
    shares: list[dict[str, Any]]
    alarm: dict[str, Any] | None


@dataclass(frozen=True)
class Rare(Document):
    """``rare.json``: small dense groups, and people who belong to no dense group.

    Attributes:
        method: dbscan or hdbscan; on_far tells whether only the people farthest from the centres were fitted.
        eps: largest distance of neighbours (dbscan), in the prepared space.
        eps_reason: where eps comes from.
        k_distances: ascending distances to the min_samples-th neighbour, at most 200 of them, evenly over the people.
        n_fitted: people in the density fit.
        n_groups, n_noise: small groups; people in no dense group, among the fitted.
        groups: {key, segment_id, name_fr, name_en, description_fr, description_en, kind, n_people, z_scores};
            kind: group, usual (the large dense groups) or unusual (the noise).
        far_distance: with on_far, nobody nearer to their centre than this is unusual; else 0.
        keys: of the groups by label; several large groups share the key of the usual profiles.
        core_digest: SHA-256 of rare_points.arrow, the core points used to assign people.
    """

    method: str
    on_far: bool
    eps: float | None
    eps_reason: str
    min_samples: int
    k_distances: list[float]
    n_fitted: int
    n_groups: int
    n_noise: int
    far_distance: float
    keys: list[str]
    groups: list[dict[str, Any]]
    core_digest: str


def project(points: np.ndarray, clusters: np.ndarray, centres: Sequence[Sequence[float]], n: int = 2_000) -> Map:
    """The map of a sample.

    Args:
        points: prepared values, in random order; the first n are used.
        clusters: the group of each.
    """
    mean = points.mean(axis=0)
    _, spread, directions = np.linalg.svd(points - mean, full_matrices=False)
    axes = np.zeros((2, points.shape[1]))
    axes[: len(directions)] = directions[:2]
    # The sign of a principal component is arbitrary; its largest coefficient is made positive.
    axes *= np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]

    def placed(rows: np.ndarray, names: Sequence[int]) -> list[dict[str, float]]:
        flat = (rows - mean) @ axes.T
        return [
            {"x": round(float(x), 4), "y": round(float(y), 4), "cluster": int(c)}
            for (x, y), c in zip(flat, names, strict=True)
        ]

    variance = spread**2 / max(float((spread**2).sum()), 1e-300)
    return Map(
        placed(points[:n], clusters[:n].tolist()),
        placed(np.asarray(centres, dtype=float), range(len(centres))),
        [round(float(v), 4) for v in variance[:2]],
    )
