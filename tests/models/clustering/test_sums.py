"""Sums over blocks of points, counted by hand."""

import numpy as np
import pytest

from segspark.models.clustering.sums import Moments, SumsBy

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
