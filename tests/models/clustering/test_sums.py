"""Sums over blocks of points, counted by hand and against the silhouette of everybody at once."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from segspark.models.clustering.sums import Moments, Silhouettes, SumsBy
from segspark.models.clustering.sweep import nearest, squared_silhouette

# One centre of k = 1, then two of k = 2.
CENTRES = np.array([[5.0], [0.0], [10.0]])
BOTH = SumsBy(CENTRES, (0, 1))
POINTS = np.array([[1.0], [2.0], [9.0]])


def test_each_point_has_its_nearest_centre_of_each_k() -> None:
    assert BOTH.labels(POINTS).tolist() == [[0, 1], [0, 1], [0, 2]]


def test_of_each_centre_the_points_are_summed_counted_and_squared() -> None:
    assert BOTH(POINTS).tolist() == [[12.0, 3.0, 86.0], [3.0, 2.0, 5.0], [9.0, 1.0, 81.0]]


def test_blocks_add_up_to_the_whole() -> None:
    assert (BOTH(POINTS[:1]) + BOTH(POINTS[1:])).tolist() == BOTH(POINTS).tolist()


def test_means_and_squares_follow_from_the_sums_and_an_empty_group_stays() -> None:
    total = np.vstack([BOTH(POINTS), [0.0, 0.0, 0.0]])
    moments = Moments(total)
    assert moments.sizes.tolist() == [3, 2, 1, 0]
    assert moments.means(np.array([[0.0], [0.0], [0.0], [7.0]])).ravel().tolist() == [4.0, 1.5, 9.0, 7.0]
    # 1, 2 and 9 about 4; 1 and 2 about 1.5; one point about itself.
    assert moments.within.tolist() == pytest.approx([38.0, 0.5, 0.0, 0.0])


def test_one_group_alone_has_no_silhouette() -> None:
    alone = SumsBy(CENTRES[:1], (0,))
    assert Silhouettes(alone, Moments(alone(POINTS)))(POINTS).tolist() == [0.0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 60), st.integers(1, 4))
def test_silhouettes_of_blocks_add_up_to_that_of_everybody(seed: int, n: int, cuts: int) -> None:
    rng = np.random.default_rng(seed)
    # Halves, so that half the digits tell the nearer centre as well as all of them.
    points = np.round(rng.normal(size=(n, 2)) * 8) / 2
    places = rng.permutation(np.unique(points, axis=0))
    assume(len(places) >= 4)
    # Somebody is in each group: a place is its own nearest centre.
    centres = [places[:k] for k in (2, 4)]
    sums = SumsBy(np.vstack(centres), (0, 2))
    silhouettes = Silhouettes(sums, Moments(sums(points)))
    found = sum(silhouettes(block) for block in np.array_split(points, cuts))
    expected = [squared_silhouette(points, nearest(points, c), len(c)) for c in centres]
    assert np.asarray(found) / n == pytest.approx(expected, abs=1e-9)
