"""Ward's hierarchy: equal to scipy's, with weights equal to repeated points, and as good as published runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from models.clustering.sets import points_and_labels, reference_rows
from pyspark.ml.functions import array_to_vector
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from scipy.cluster.hierarchy import is_monotonic, is_valid_linkage, linkage
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from segspark.models.clustering.fitted import Fitted, NoneFits
from segspark.models.clustering.gates import Gates
from segspark.models.clustering.ward import cut, fit_ward, ward_tree


@given(st.integers(0, 10_000), st.integers(3, 40))
def test_equal_weights_give_scipys_tree(seed: int, n: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, 3))
    theirs = linkage(points, "ward")
    # Twice the weight is twice the sum of squares of every join.
    ours = ward_tree(points, np.full(n, 2.0))
    assert is_valid_linkage(ours)
    assert is_monotonic(ours)
    np.testing.assert_allclose(ours[:, 2], theirs[:, 2] * np.sqrt(2))
    np.testing.assert_array_equal(ours[:, [0, 1, 3]], theirs[:, [0, 1, 3]])


@given(st.integers(0, 10_000), st.integers(4, 12), st.data())
def test_a_weight_is_as_many_points_in_one_place(seed: int, n: int, data: st.DataObject) -> None:
    points = np.random.default_rng(seed).normal(size=(n, 2))
    weights = np.array(data.draw(st.lists(st.integers(1, 5), min_size=n, max_size=n)))
    k = data.draw(st.integers(1, n))
    repeated = cut(np.asarray(linkage(np.repeat(points, weights, axis=0), "ward")), k)
    weighted = np.repeat(cut(ward_tree(points, weights.astype(float)), k), weights)
    assert adjusted_rand_score(repeated, weighted) == 1


def test_a_finer_cut_only_divides_groups() -> None:
    points = np.random.default_rng(4).normal(size=(60, 3))
    tree = ward_tree(points, np.arange(1.0, 61.0))
    for k in range(2, 10):
        parents = {tuple(p) for p in np.stack([cut(tree, k + 1), cut(tree, k)], axis=1)}
        assert len(parents) == k + 1


def test_quality_is_that_of_published_runs() -> None:
    """Over raw points on every set, and over weighted micro-clusters where there are points enough for them."""
    worse, apart = {}, []
    for row in reference_rows():
        points, labels = points_and_labels(row["battery"], row["dataset"])
        k, wanted = int(row["k"]), float(row["fastcluster_ward"])
        raw = adjusted_rand_score(labels, cut(ward_tree(points, np.ones(len(points))), k))
        if raw < wanted - 0.02:
            worse[row["dataset"]] = (raw, wanted)
        if len(points) >= 3_000:
            micro = KMeans(300, n_init=1, random_state=1).fit(points)
            tree = ward_tree(micro.cluster_centers_, np.bincount(micro.labels_).astype(float))
            apart.append(adjusted_rand_score(labels, cut(tree, k)[micro.labels_]) - wanted)
    assert worse == {}
    assert np.mean(apart) > -0.02


def test_the_model_puts_everybody_into_the_group_of_their_micro_cluster(spark: SparkSession) -> None:
    rng = np.random.default_rng(7)
    points = np.concatenate([rng.normal(at, 0.3, size=(150, 2)) for at in ((0, 0), (6, 0), (0, 6))])
    rows = [(i, [float(x) for x in p]) for i, p in enumerate(points)]
    vectors = spark.createDataFrame(rows, "id int, point array<double>").select(
        "id", array_to_vector(F.col("point")).alias("features")
    )
    fitted = fit_ward(vectors, points, range(2, 6), 3, Gates(0.7, 0.3, 20), len(points), 30)
    assert isinstance(fitted, Fitted)
    assert fitted.k == 3
    assert fitted.sweep[1].smallest_share == pytest.approx(1 / 3)
    refused = fit_ward(vectors, points, [2, 3], 3, Gates(0.7, 0.3, 151), len(points), 30)
    assert isinstance(refused, NoneFits)
    assert refused.sweep[1].failed == ("size",)
    for stage in fitted.stages:
        vectors = stage.transform(vectors)
    found = {r["id"]: r["prediction"] for r in vectors.select("id", "prediction").collect()}
    groups = [found[i] for i in range(len(points))]
    assert adjusted_rand_score(np.repeat([0, 1, 2], 150), groups) == 1
    for group, centre in enumerate(fitted.centres):
        np.testing.assert_allclose(points[np.array(groups) == group].mean(axis=0), centre, atol=0.02)
