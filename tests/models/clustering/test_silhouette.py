"""The silhouette is the Euclidean one, as scikit-learn computes it, of a bounded sample."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_score

from segspark.models.clustering import silhouette
from segspark.models.clustering.silhouette import silhouettes


def blobs(seed: int, n: int = 60, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, k, n)
    labels[:k] = range(k)
    return rng.normal(size=(n, 4)) + 3 * labels[:, None], labels


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 6), st.integers(2, 6), st.integers(1, 70))
def test_of_several_groupings_each_is_scikit_learns_with_euclidean_distances(
    seed: int, k: int, other: int, block: int
) -> None:
    points, labels = blobs(seed, k=k)
    _, others = blobs(seed + 1, k=other)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(silhouette, "BLOCK", block)
        found = silhouettes(points, [labels, others])
    expected = [silhouette_score(points, of, metric="euclidean") for of in (labels, others)]
    assert found == pytest.approx(expected, abs=1e-9)


def test_it_is_not_that_of_squared_distances() -> None:
    points, labels = blobs(5)
    squared = silhouette_score(points, labels, metric="sqeuclidean")
    assert silhouettes(points, [labels])[0] < squared - 0.1


def test_somebody_alone_counts_zero_and_so_does_one_group_of_everybody() -> None:
    points = np.array([[0.0], [0.0], [10.0]])
    assert silhouettes(points, [np.array([0, 0, 1]), np.zeros(3, dtype=int)]) == pytest.approx([2 / 3, 0])


def test_people_of_two_groups_in_one_place_count_zero() -> None:
    assert silhouettes(np.zeros((4, 2)), [np.array([0, 0, 1, 1])]) == [0.0]


def test_numbers_of_groups_may_have_gaps() -> None:
    points, labels = blobs(7)
    assert silhouettes(points, [labels * 5 + 2]) == pytest.approx(silhouettes(points, [labels]))


def test_of_more_people_the_first_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    points, labels = blobs(3, n=90)
    monkeypatch.setattr(silhouette, "PEOPLE", 50)
    assert silhouettes(points, [labels]) == pytest.approx([silhouette_score(points[:50], labels[:50])])
