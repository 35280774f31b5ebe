"""The search for k: silhouettes in closed form, the elbow, the choice and its reason."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.functions import array_to_vector
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.sweep import choose_k, elbow_of, squared_silhouette, stability_of


def blobs(seed: int, n: int = 60, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, k, n)
    labels[:k] = range(k)
    return rng.normal(size=(n, 4)) + 3 * labels[:, None], labels


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 6))
def test_the_closed_form_is_the_silhouette_of_squared_distances(seed: int, k: int) -> None:
    points, labels = blobs(seed, k=k)
    expected = silhouette_score(points, labels, metric="sqeuclidean")
    assert squared_silhouette(points, labels, k) == pytest.approx(expected, abs=1e-9)


def test_a_group_of_one_counts_zero() -> None:
    points = np.array([[0.0], [0.0], [10.0]])
    assert squared_silhouette(points, np.array([0, 0, 1]), 2) == pytest.approx(2 / 3)


def test_mllib_says_the_same(spark: SparkSession) -> None:
    points, labels = blobs(5)
    rows = [(p.tolist(), int(c)) for p, c in zip(points, labels, strict=True)]
    frame = spark.createDataFrame(rows, "x array<double>, prediction int")
    theirs = ClusteringEvaluator().evaluate(frame.select(array_to_vector(F.col("x")).alias("features"), "prediction"))
    assert squared_silhouette(points, labels, 3) == pytest.approx(theirs, abs=1e-9)


def sweep(*rows: tuple[int, float, float]) -> tuple[SweepRow, ...]:
    return tuple(SweepRow(k, silhouette, inertia, 0.1) for k, silhouette, inertia in rows)


def test_the_elbow_is_farthest_below_the_line_of_the_ends() -> None:
    assert elbow_of(sweep((2, 0, 100), (3, 0, 40), (4, 0, 35), (5, 0, 30))) == 3
    assert elbow_of(sweep((2, 0, 10), (3, 0, 10))) == 2


def test_the_best_silhouette_wins_and_near_equals_leave_it_to_the_elbow() -> None:
    clear = choose_k(sweep((2, 0.30, 100), (3, 0.60, 40), (4, 0.50, 35)))
    assert clear[0] == 3
    assert "best silhouette (0.600)" in clear[1]
    near = choose_k(sweep((2, 0.600, 100), (3, 0.595, 40), (4, 0.20, 35)))
    assert near[0] == 3
    assert "equal within" in near[1]


def test_a_k_of_the_configuration_needs_no_reason_of_the_data() -> None:
    assert choose_k(sweep((4, 0.1, 3))) == (4, "k is set by the configuration")


def test_groups_that_are_there_are_found_again_in_every_half_and_others_are_not() -> None:
    points, _ = blobs(5, n=200)

    def fit(k: int) -> Callable[[np.ndarray], np.ndarray]:
        return lambda half: np.asarray(KMeans(k, n_init=5, random_state=1).fit(half).cluster_centers_)

    assert stability_of(points, fit(3), 2) > 0.99
    assert stability_of(np.random.default_rng(3).normal(size=(500, 2)), fit(6), 2) < 0.8
