"""Ward's hierarchy over micro-clusters: groups join step by step, each time with the least loss.

K-means first makes some hundred small groups of everybody; the tree is built over their centres, weighted by their
people, so its cost does not depend on the number of people.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from pyspark.ml.clustering import KMeans
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import DataFrame
from scipy.cluster.hierarchy import linkage

from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.fitted import Fitted, Hierarchy, NoneFits
from segspark.models.clustering.gates import Gates, gated
from segspark.models.clustering.silhouette import silhouettes
from segspark.models.clustering.sweep import choose_k, inertia_of, nearest, stability_of

MICRO_STEPS = 10
# Micro-clusters should not be smaller than this on average; with few people there are fewer of them.
PEOPLE_PER_MICRO = 10


def fit_ward(
    vectors: DataFrame,
    points: np.ndarray,
    ks: Sequence[int],
    seed: int,
    gates: Gates,
    n_people: int,
    n_micro: int,
) -> Fitted | NoneFits:
    """The tree of micro-clusters, cut at the k of the search.

    Args:
        vectors: ``features`` of everybody, prepared, in a fixed order.
        points: a sample of the same.
        ks: numbers of groups to try, ascending.
        n_people: everybody.
        n_micro: maximum number of micro-clusters.
    """
    n = max(max(ks), min(n_micro, n_people // PEOPLE_PER_MICRO))
    micro = KMeans(k=n, seed=seed, maxIter=MICRO_STEPS, initSteps=2, predictionCol="micro").fit(vectors)
    centres = np.array(micro.clusterCenters())
    sizes = np.array(micro.summary.clusterSizes, dtype=float)
    tree = ward_tree(centres, np.maximum(sizes, 1))
    of_point = nearest(points, centres)
    cuts = {k: cut(tree, k) for k in ks}
    apart = silhouettes(points, [groups[of_point] for groups in cuts.values()])
    rows = [
        SweepRow(
            k,
            silhouette,
            inertia_of(points, groups[of_point]),
            float(np.bincount(groups, weights=sizes, minlength=k).min() / sizes.sum()),
            stability_of(points, partial(_centres, k=k), seed),
        )
        for (k, groups), silhouette in zip(cuts.items(), apart, strict=True)
    ]
    sweep = gated(rows, gates, n_people)
    chosen = choose_k(sweep)
    if chosen is None:
        return NoneFits(sweep)
    k, reason = chosen
    groups = cuts[k]
    weights = np.maximum(sizes, 1)
    means = tuple(
        tuple(float(x) for x in np.average(centres[groups == g], axis=0, weights=weights[groups == g]))
        for g in range(k)
    )
    of_micro = ", ".join(str(int(g)) for g in groups)
    to_group = SQLTransformer(
        statement=f"SELECT *, element_at(array({of_micro}), micro + 1) AS prediction FROM __THIS__"
    )
    parts = Hierarchy("micro", centres, sizes, groups, tree)
    return Fitted((micro, to_group), k, reason, sweep, means, parts)


def _centres(points: np.ndarray, k: int) -> np.ndarray:
    labels = cut(ward_tree(points, np.ones(len(points))), k)
    return np.stack([points[labels == g].mean(axis=0) for g in range(k)])


def ward_tree(centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Ward's hierarchy over weighted points, in the form of scipy's ``linkage``.

    The height of a join is the square root of twice the within-group sum of squares that it adds (Ward 1963, as in
    scipy), the last column is the number of points. Points of equal weight are handled by scipy.
    """
    if len(centres) < 2:
        return np.zeros((0, 4))
    if np.all(sizes == 1):
        return np.asarray(linkage(centres, "ward"))
    n = len(centres)
    means, weights, counts = centres.astype(float).copy(), sizes.astype(float).copy(), np.ones(n)
    names = np.arange(n)
    apart = np.stack([_loss(means[at], weights[at], means, weights) for at in range(n)])
    np.fill_diagonal(apart, np.inf)
    steps = np.zeros((n - 1, 4))
    for step in range(n - 1):
        i, j = sorted(divmod(int(apart.argmin()), n))
        steps[step] = (*sorted((names[i], names[j])), np.sqrt(apart[i, j]), counts[i] + counts[j])
        means[i] = (weights[i] * means[i] + weights[j] * means[j]) / (weights[i] + weights[j])
        weights[i] += weights[j]
        counts[i] += counts[j]
        names[i] = n + step
        apart[j, :] = apart[:, j] = np.inf
        row = _loss(means[i], weights[i], means, weights)
        row[~np.isfinite(apart[i])] = np.inf
        apart[i, :] = apart[:, i] = row
    return steps


def _loss(mean: np.ndarray, weight: float, means: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Twice the sum of squares added by joining one group with each of the others."""
    factor = 2 * weight * weights / (weight + weights)
    return np.asarray(factor * ((means - mean) ** 2).sum(axis=1))


def cut(tree: np.ndarray, k: int) -> np.ndarray:
    """The group of each point in the cut with k branches, numbered by first point; a finer cut only splits groups."""
    n = len(tree) + 1
    # Each node below the cut gets the node it joins into as parent; then, from the top down, the root of its branch.
    root = np.arange(2 * n - 1)
    for step, (a, b) in enumerate(tree[: n - k, :2].astype(int)):
        root[[a, b]] = n + step
    for node in range(2 * n - 2, -1, -1):
        root[node] = root[root[node]]
    _, first, groups = np.unique(root[:n], return_index=True, return_inverse=True)
    return np.asarray(first.argsort().argsort()[groups])
