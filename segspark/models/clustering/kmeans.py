"""K-means: the search for k on a sample, then MLlib's fit over everybody."""

from collections.abc import Sequence

import numpy as np
from pyspark.ml.clustering import KMeans, KMeansModel
from pyspark.sql import DataFrame
from sklearn.cluster import KMeans as SampleKMeans

from segspark.models.clustering.fitted import Fitted
from segspark.models.clustering.sweep import SweepRow, choose_k, stability_of, sweep_row

STARTS = 3
# Samples of twenty thousand differ by about one per cent in their inertia.
NEAR = 1.02


def fit_kmeans(vectors: DataFrame, points: np.ndarray, ks: Sequence[int], seed: int, n_people: int) -> Fitted:
    """The k of the search and its centres.

    Args:
        vectors: ``features`` of everybody, prepared, in a fixed order.
        points: a sample of the same.
        ks: numbers of groups to try, ascending.
    """
    sweep = tuple(_try(points, k, seed) for k in ks)
    k, reason = choose_k(sweep)
    expected = next(r.inertia for r in sweep if r.k == k) * n_people
    model = _fit_best(vectors, k, seed, expected)
    centres = tuple(tuple(float(x) for x in c) for c in model.clusterCenters())
    return Fitted((model,), k, reason, sweep, centres)


def _try(points: np.ndarray, k: int, seed: int) -> SweepRow:
    """One k of the search, by scikit-learn: a sample needs no cluster, and MLlib's jobs would take ten times as long."""
    labels = SampleKMeans(k, n_init=10, random_state=seed).fit(points).labels_

    def fit(half: np.ndarray) -> np.ndarray:
        return np.asarray(SampleKMeans(k, n_init=3, random_state=seed).fit(half).cluster_centers_)

    return sweep_row(points, labels, k, stability_of(points, fit, seed))


def _fit_best(vectors: DataFrame, k: int, seed: int, expected: float) -> KMeansModel:
    """Of some seeded starts the one with the least inertia: a single start may end far from the best.

    A start that comes near to what the best of ten reached on the sample needs no other beside it.
    """
    fits: list[KMeansModel] = []
    for start in range(STARTS):
        fits.append(KMeans(k=k, seed=seed + start, maxIter=30, initSteps=3).fit(vectors))
        if fits[-1].summary.trainingCost <= NEAR * expected:
            break
    return min(fits, key=lambda m: m.summary.trainingCost)
