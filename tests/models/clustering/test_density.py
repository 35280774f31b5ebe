"""Density: scikit-learn's rows exactly, whoever is asked; bent groups are found; eps has a help."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models.clustering.sets import points_and_labels, reference_rows
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.metrics import adjusted_rand_score

from segspark.models.clustering.density import (
    NOISE,
    Density,
    fit_dbscan,
    fit_density,
    fit_hdbscan,
    k_distances,
    knee_of,
)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 300), st.integers(2, 12), st.sampled_from([0.05, 0.13, 0.31, 0.77]))
def test_everybody_is_where_scikit_learn_puts_them(seed: int, n: int, min_samples: int, eps: float) -> None:
    """On a grid, so that many people are in one place and many borders are disputed."""
    points = np.round(np.random.default_rng(seed).normal(size=(n, 2)), 1)
    found = fit_dbscan(points, eps, min_samples)
    np.testing.assert_array_equal(found.assign(points), DBSCAN(eps=eps, min_samples=min_samples).fit(points).labels_)
    np.testing.assert_array_equal(Density.from_bytes(found.to_bytes()).assign(points), found.assign(points))


def test_two_long_groups_that_touch_nowhere_stay_apart_however_the_links_lie() -> None:
    """Chains of places with many people each: the nearest few of everybody are in their own place."""
    along = np.repeat(np.arange(30.0), 8)
    points = np.concatenate([np.stack([along, 0 * along], 1), np.stack([along, 5 + 0 * along], 1)])
    labels = fit_dbscan(points, 1.2, 6).assign(points)
    assert labels.tolist() == [0] * 240 + [1] * 240


def test_who_is_new_belongs_to_the_group_that_reaches_them() -> None:
    points = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2], [9.0]])
    found = fit_dbscan(points, 0.15, 2)
    assert found.assign(np.array([[0.3], [4.9], [9.0], [7.0]])).tolist() == [0, 1, NOISE, NOISE]
    assert found.assign(np.zeros((0, 1))).tolist() == []


def test_without_any_dense_place_everybody_is_noise() -> None:
    assert fit_dbscan(np.arange(5.0)[:, None], 0.5, 2).assign(np.arange(5.0)[:, None]).tolist() == [NOISE] * 5


def test_hdbscan_keeps_scikit_learns_rows_and_extends_them() -> None:
    rng = np.random.default_rng(2)
    points = np.concatenate([rng.normal(0, 1, (300, 2)), rng.normal(6, 0.1, (60, 2)), rng.uniform(-8, 8, (20, 2))])
    expected = HDBSCAN(min_cluster_size=15, min_samples=5, copy=True).fit(points).labels_
    found = fit_hdbscan(points, 5, 15)
    np.testing.assert_array_equal(found.assign(points), expected)
    assert found.assign(np.array([[6.0, 6.0], [60.0, 60.0]])).tolist() == [expected[330], NOISE]
    np.testing.assert_array_equal(fit_density(points, "hdbscan", 1.0, 5, 15).labels, expected)


def test_the_help_for_eps_lies_where_distances_begin_to_grow() -> None:
    rng = np.random.default_rng(4)
    points = np.concatenate([rng.normal(size=(500, 2)), rng.uniform(-30, 30, (10, 2))])
    eps = knee_of(k_distances(points, 4))
    labels = fit_dbscan(points, eps, 4).assign(points)
    assert (labels[:500] != NOISE).mean() > 0.9
    assert (labels[500:] == NOISE).mean() > 0.6
    assert knee_of(np.array([0.2, 0.2, 0.0])) == 0.2
    assert knee_of(np.zeros(5)) == 1


# No noise is in these sets, so that eps is the largest distance that anybody's neighbours have, rounded up.
BENT = {"atom": (0.9, 4), "chainlink": (0.3, 4), "target": (0.4, 3), "lsun": (0.4, 4), "wingnut": (0.215, 3)}


@pytest.mark.parametrize("name", BENT)
def test_bent_groups_are_found_exactly(name: str) -> None:
    reference_rows()
    points, labels = points_and_labels("fcps", name)
    assert adjusted_rand_score(labels, fit_dbscan(points, *BENT[name]).assign(points)) == 1
