"""K-means for every k at once: sums over blocks, groups as good as the best of ten."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models.clustering.sets import points_and_labels, reference_rows
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from segspark.models.clustering.blocks import MemoryBlocks
from segspark.models.clustering.joint import joint_sweep
from segspark.models.clustering.sweep import nearest
from segspark.models.clustering.threads import one_thread


def blobs(seed: int, n: int, groups: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)) + 6 * rng.normal(size=(groups, 3))[rng.integers(0, groups, n)]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(30, 400))
def test_what_is_said_of_a_k_is_true_of_its_centres(seed: int, n: int) -> None:
    points = blobs(seed, n)
    for k, found in joint_sweep(MemoryBlocks(points), points, [2, 5], seed).items():
        assert found.centres.shape == (k, 3)
        assert found.sizes.sum() == n
        labels = nearest(points, found.centres)
        # One step more would change little: the centres are means of the groups that are told.
        assert ((points - found.centres[labels]) ** 2).sum() <= found.inertia * (1 + 1e-9)


def test_groups_are_as_close_as_the_best_of_ten() -> None:
    points = blobs(3, 3_000, groups=9)
    found = joint_sweep(MemoryBlocks(points), points[:1000], range(2, 13), 1)
    with one_thread():
        best = {k: KMeans(k, n_init=10, random_state=1).fit(points).inertia_ for k in found}
    assert all(solution.inertia <= 1.005 * best[k] for k, solution in found.items())


def test_more_groups_than_different_people_stay_empty() -> None:
    points = np.array([[0.0, 0.0]] * 5 + [[1.0, 1.0]] * 5)
    found = joint_sweep(MemoryBlocks(points), points, [2, 3], 1)
    assert found[3].inertia == pytest.approx(0, abs=1e-12)
    assert sorted(found[3].sizes.tolist()) == [0, 5, 5]


@pytest.mark.slow
def test_quality_is_that_of_published_runs() -> None:
    worse = {}
    for row in reference_rows():
        points, labels = points_and_labels(row["battery"], row["dataset"])
        k, wanted = int(row["k"]), float(row["sklearn_kmeans"])
        sample = points[np.random.default_rng(1).permutation(len(points))]
        centres = joint_sweep(MemoryBlocks(points), sample, [k], 1)[k].centres
        found = adjusted_rand_score(labels, nearest(points, centres))
        if found < wanted - 0.02:
            worse[row["dataset"]] = (found, wanted)
    assert worse == {}
