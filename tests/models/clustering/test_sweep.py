"""The search for k: the elbow, the choice among those that pass the gates and its reason, stability."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.sweep import choose_k, elbow_of, inertia_of, stability_of


def blobs(seed: int, n: int = 60, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, k, n)
    labels[:k] = range(k)
    return rng.normal(size=(n, 4)) + 3 * labels[:, None], labels


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 6))
def test_the_inertia_is_the_sum_of_squares_about_the_own_mean(seed: int, k: int) -> None:
    points, labels = blobs(seed, k=k)
    squares = sum(((points[labels == g] - points[labels == g].mean(axis=0)) ** 2).sum() for g in range(k))
    assert inertia_of(points, labels * 3) == pytest.approx(squares / len(points))


def sweep(*rows: tuple[int, float, float]) -> tuple[SweepRow, ...]:
    return tuple(SweepRow(k, silhouette, inertia, 0.1) for k, silhouette, inertia in rows)


def test_the_elbow_is_farthest_below_the_line_of_the_ends() -> None:
    assert elbow_of(sweep((2, 0, 100), (3, 0, 40), (4, 0, 35), (5, 0, 30))) == 3
    assert elbow_of(sweep((2, 0, 10), (3, 0, 10))) == 2


def test_the_best_silhouette_wins_and_near_equals_leave_it_to_the_elbow() -> None:
    clear = choose_k(sweep((2, 0.30, 100), (3, 0.60, 40), (4, 0.50, 35)))
    assert clear is not None
    assert clear[0] == 3
    assert "best silhouette (0.600)" in clear[1]
    near = choose_k(sweep((2, 0.600, 100), (3, 0.595, 40), (4, 0.20, 35)))
    assert near is not None
    assert near[0] == 3
    assert "equal within" in near[1]


def test_a_k_that_fails_a_gate_is_not_chosen_and_the_reason_says_so() -> None:
    rows = sweep((2, 0.50, 100), (3, 0.60, 40), (4, 0.40, 35))
    chosen = choose_k((rows[0], replace(rows[1], failed=("stability",)), rows[2]))
    assert chosen is not None
    assert chosen[0] == 2
    assert chosen[1].endswith("not chosen for a gate that fails: k = 3 (stability)")


def test_if_every_k_fails_none_is_chosen_even_the_only_one() -> None:
    assert choose_k(tuple(replace(r, failed=("size",)) for r in sweep((2, 0.5, 9), (3, 0.6, 4)))) is None
    assert choose_k((replace(sweep((4, 0.1, 3))[0], failed=("silhouette",)),)) is None


def test_of_a_single_k_the_reason_is_that_no_other_was_tried() -> None:
    assert choose_k(sweep((4, 0.1, 3))) == (4, "the only number tried")


def test_groups_that_are_there_are_found_again_in_every_half_and_others_are_not() -> None:
    points, _ = blobs(5, n=200)

    def fit(k: int) -> Callable[[np.ndarray], np.ndarray]:
        return lambda half: np.asarray(KMeans(k, n_init=5, random_state=1).fit(half).cluster_centers_)

    assert stability_of(points, fit(3), 2) > 0.99
    assert stability_of(np.random.default_rng(3).normal(size=(500, 2)), fit(6), 2) < 0.8
