"""Density clustering: dense groups of people of any size and shape, and people who are near to nobody.

DBSCAN (Ester et al. 1996) with the same groups, numbers and border points as scikit-learn's, but without its list of
all pairs: if thousands of people are alike, that list does not fit into memory. HDBSCAN (Campello et al. 2013) is
scikit-learn's own. Both are stored as a table of reference points, which assigns all people, the fitted ones included.
"""

import hashlib
import io
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

NOISE = -1
# Neighbours listed at once.
PAIRS = 2_000_000
# Up to this many points of a part are compared pair by pair.
SMALL_PART = 200


@dataclass(frozen=True)
class Density:
    """Reference points, which assign a point to the lowest group among the k nearest references that reach it.

    Attributes:
        points: one row per reference.
        labels: the group of each, from 0; NOISE is none.
        reach: the distance up to which each assigns points.
    """

    points: np.ndarray
    labels: np.ndarray
    reach: np.ndarray
    k: int

    @property
    def n_groups(self) -> int:
        return int(self.labels.max(initial=NOISE)) + 1

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.points)

    def assign(self, points: np.ndarray) -> np.ndarray:
        """The group of each point; NOISE if no reference of a group reaches it."""
        labels = self._lowest(points, 1)
        # No group is lower than group 0: only the other points need more than one reference.
        others = np.flatnonzero(labels != 0)
        if self.k > 1 and len(others):
            labels[others] = self._lowest(points[others], self.k)
        return labels

    def _lowest(self, points: np.ndarray, k: int) -> np.ndarray:
        if not len(self.points) or not len(points):
            return np.full(len(points), NOISE)
        apart, at = nearest_within(self._tree, points, k, float(self.reach.max()))
        # A missing neighbour has the number after the last.
        reach, labels = np.append(self.reach, -1.0), np.append(self.labels, NOISE)
        none = self.n_groups
        lowest = np.where((apart <= reach[at]) & (labels[at] != NOISE), labels[at], none).min(axis=1)
        return np.asarray(np.where(lowest == none, NOISE, lowest))

    def to_bytes(self) -> bytes:
        """Serialise as an Arrow file: plain numbers, read without running any code."""
        columns = {f"x{i}": self.points[:, i] for i in range(self.points.shape[1])}
        table = pa.table({**columns, "label": self.labels.astype(np.int64), "reach": self.reach})
        sink = io.BytesIO()
        with pa.ipc.new_file(sink, table.schema.with_metadata({"k": str(self.k)})) as writer:
            writer.write_table(table.replace_schema_metadata({"k": str(self.k)}))
        return sink.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Density":
        table = pa.ipc.open_file(io.BytesIO(content)).read_all()
        columns = [table[n].to_numpy() for n in table.column_names]
        k = int(table.schema.metadata[b"k"])
        return cls(np.column_stack(columns[:-2]), columns[-2], columns[-1], k)


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fit_density(
    points: np.ndarray, method: Literal["dbscan", "hdbscan"], eps: float, min_samples: int, min_group: int
) -> Density:
    """Fit either method.

    Args:
        eps: for dbscan, the largest distance of neighbours.
        min_samples: number of points within eps, including the point itself, that make it dense.
        min_group: for hdbscan, the number of points of the smallest group.
    """
    return fit_dbscan(points, eps, min_samples) if method == "dbscan" else fit_hdbscan(points, min_samples, min_group)


def fit_dbscan(points: np.ndarray, eps: float, min_samples: int) -> Density:
    """DBSCAN's core points and their groups, numbered by their first point as scikit-learn numbers them.

    A point is core if its nearest min_samples points are within eps. The links to these few neighbours already connect
    nearly everything; what remains are links of core points outside of the largest component.
    """
    # Many people are identical: each distinct point is processed once, weighted by its number of people.
    unique, first, n = np.unique(points, axis=0, return_index=True, return_counts=True)
    apart, near = nearest_within(cKDTree(unique), unique, min_samples, eps)
    is_core = np.append(n, 0)[near].sum(axis=1) >= min_samples
    core, numbers = unique[is_core], np.append(np.cumsum(is_core) - 1, 0)
    is_link = np.append(is_core, False)[near[is_core]]
    sources = np.repeat(np.arange(len(core)), near.shape[1])[is_link.ravel()]
    parts = _components(sources, numbers[near[is_core]][is_link], len(core))
    groups = _linked(core, parts, eps)
    firsts = np.full(groups.max(initial=-1) + 1, len(points))
    np.minimum.at(firsts, groups, first[is_core])
    labels = np.argsort(np.argsort(firsts))[groups] if len(core) else groups
    return Density(core, labels, np.full(len(core), float(eps)), min_samples)


def nearest_within(tree: cKDTree, points: np.ndarray, k: int, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """Distances and numbers of the k nearest points within eps, itself included; a missing one has the number after the
    last."""
    limit = float(np.nextafter(eps, np.inf))
    apart, near = tree.query(points, k=[*range(1, k + 1)], distance_upper_bound=limit, workers=-1)
    return np.asarray(apart), np.asarray(near)


def _linked(core: np.ndarray, parts: np.ndarray, eps: float) -> np.ndarray:
    """Join the components of core points that have any two points within eps of each other.

    From the largest component, then the largest of the rest, everything within reach is collected step by step, as long
    as components have many points, because listing their pairs would be quadratic. Points of small components are
    compared pair by pair.
    """
    sizes = np.bincount(parts)
    rest, links = np.arange(len(parts)), []
    while len(rest) and sizes[parts[rest]].max() > SMALL_PART:
        start = parts[rest[sizes[parts[rest]].argmax()]]
        reached, rest = _reached_from(start, core, parts, rest, eps)
        links.append(np.stack([np.full(len(reached), start), reached]))
    tree = cKDTree(core[rest])
    near = tree.query_ball_point(core[rest], eps, return_length=True, workers=-1)
    chunks = np.cumsum(near) // PAIRS
    for chunk in np.unique(chunks):
        rows = rest[chunks == chunk]
        neighbours = cKDTree(core[rows]).sparse_distance_matrix(tree, eps, output_type="ndarray")
        links.append(np.unique([parts[rows[neighbours["i"]]], parts[rest[neighbours["j"]]]], axis=1))
    sources, targets = np.concatenate(links, axis=1) if links else np.empty((2, 0), dtype=int)
    return np.asarray(_components(sources, targets, len(sizes))[parts])


def _reached_from(
    start: int, core: np.ndarray, parts: np.ndarray, rest: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    """The components connected with one, itself included, and the points outside of them."""
    reached, inside = [np.array([start])], rest[parts[rest] == start]
    rest = rest[parts[rest] != start]
    while len(rest) and len(inside):
        apart, _ = nearest_within(cKDTree(core[inside]), core[rest], 1, eps)
        new = np.unique(parts[rest[np.isfinite(apart[:, 0])]])
        joins = np.isin(parts[rest], new)
        # The next step starts from the components joined by this one.
        reached, inside, rest = [*reached, new], rest[joins], rest[~joins]
    return np.concatenate(reached), rest


def _components(sources: np.ndarray, targets: np.ndarray, n: int) -> np.ndarray:
    graph = coo_matrix((np.ones(len(sources), dtype=np.int8), (sources, targets)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1])


def fit_hdbscan(points: np.ndarray, min_samples: int, min_group: int) -> Density:
    """Every fitted point is a reference, noise too: a new point takes the label of the nearest one within its reach."""
    from sklearn.cluster import HDBSCAN

    labels = HDBSCAN(min_cluster_size=min_group, min_samples=min_samples, copy=True).fit(points).labels_
    reach = k_distances(points, min_samples)
    return Density(points, np.asarray(labels, dtype=int), reach, 1)


def k_distances(points: np.ndarray, k: int, of: np.ndarray | None = None) -> np.ndarray:
    """The distance of each point, or of some points, to its k-th neighbour, counting itself as the first."""
    k = min(k, len(points))
    return np.asarray(cKDTree(points).query(points if of is None else of, k=[k], workers=-1)[0]).ravel()


def knee_of(distances: np.ndarray) -> float:
    """The knee of the ascending distance curve (kneedle, Satopaa et al. 2011), used as eps.

    Up to it people are as near to their neighbours as usual; beyond it distances grow fast.
    """
    # A point with enough identical points is dense for any eps.
    curve = np.sort(distances[distances > 0])
    if not len(curve):
        return 1.0
    rise = max(curve[-1] - curve[0], 1e-300)
    below = np.linspace(0, 1, len(curve)) - (curve - curve[0]) / rise
    knee = float(curve[below.argmax()])
    # Rounded up to three digits: readable, and no two points are exactly eps apart, where rounding errors would decide.
    digits = 2 - int(np.floor(np.log10(knee)))
    return float(np.ceil(knee * 10.0**digits) / 10.0**digits)
