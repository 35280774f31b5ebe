"""K-means: the joint search for k over everybody, then MLlib's fit of the chosen one."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from pyspark.ml.clustering import KMeans, KMeansModel
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.cluster import KMeans as SampleKMeans

from segspark.models.clustering.blocks import Blocks
from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.fitted import Fitted, Hierarchy, NoneFits
from segspark.models.clustering.gates import Gates, gated
from segspark.models.clustering.joint import Solution, joint_sweep
from segspark.models.clustering.silhouette import silhouettes
from segspark.models.clustering.sweep import choose_k, nearest, stability_of
from segspark.models.clustering.ward import ward_tree

# MLlib's single start is kept if its cost is at most this factor above that of the search.
WORSE = 1.001


def fit_kmeans(
    vectors: DataFrame, blocks: Blocks, points: np.ndarray, ks: Sequence[int], seed: int, gates: Gates, n_people: int
) -> Fitted | NoneFits:
    """Choose k by the search and fit its centres.

    Args:
        vectors: ``features`` of everybody, prepared, in a fixed order.
        blocks: the same, block by block.
        points: a sample of the same.
        ks: numbers of groups to try, ascending.
        n_people: everybody.
    """
    solutions = joint_sweep(blocks, points, ks, seed)
    apart = silhouettes(points, [nearest(points, s.centres) for s in solutions.values()])
    rows = [
        _row(k, s, silhouette, stability_of(points, partial(_centres, k=k, seed=seed), seed))
        for (k, s), silhouette in zip(solutions.items(), apart, strict=True)
    ]
    sweep = gated(rows, gates, n_people)
    chosen = choose_k(sweep)
    if chosen is None:
        return NoneFits(sweep)
    k, reason = chosen
    model = _fit_best(vectors, k, seed, solutions[k])
    centres, sizes = np.array(model.clusterCenters()), _read_sizes(model, vectors)
    groups = Hierarchy("prediction", centres, sizes, np.arange(len(centres)), ward_tree(centres, np.maximum(sizes, 1)))
    return Fitted((model,), k, reason, sweep, tuple(tuple(float(x) for x in c) for c in centres), groups)


def _read_sizes(model: KMeansModel, vectors: DataFrame) -> np.ndarray:
    sizes = {r["prediction"]: r["count"] for r in model.transform(vectors).groupBy("prediction").count().collect()}
    return np.array([sizes.get(g, 0) for g in range(len(model.clusterCenters()))], dtype=float)


def _row(k: int, solution: Solution, silhouette: float, stability: float) -> SweepRow:
    n = solution.sizes.sum()
    return SweepRow(k, silhouette, solution.inertia / n, float(solution.sizes.min() / n), stability)


def _centres(half: np.ndarray, k: int, seed: int) -> np.ndarray:
    return np.asarray(SampleKMeans(k, n_init=3, random_state=seed).fit(half).cluster_centers_)


def _fit_best(vectors: DataFrame, k: int, seed: int, solution: Solution) -> KMeansModel:
    """MLlib's fit over everybody, or a model with the centres of the search if MLlib's single start ended far worse."""
    fit = KMeans(k=k, seed=seed, maxIter=30, initSteps=3).fit(vectors)
    return fit if fit.summary.trainingCost <= WORSE * solution.inertia else model_of(vectors, solution.centres)


def model_of(vectors: DataFrame, centres: np.ndarray) -> KMeansModel:
    """An MLlib model with given centres. MLlib accepts none, but a fit on k distinct points has them as centres."""
    rows = [(c,) for c in np.unique(centres, axis=0).tolist()]
    points = vectors.sparkSession.createDataFrame(rows, "centre array<double>")
    points = points.select(array_to_vector(F.col("centre")).alias("features"))
    return KMeans(k=len(rows), initMode="random", maxIter=1, seed=1).fit(points)
