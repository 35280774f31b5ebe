"""The map of a training: the two directions in which people differ most."""

import numpy as np

from segspark.models.clustering.projection import project

# On a line through the third dimension, with little beside it.
POINTS = np.array([[0.0, 1.0, -10.0], [0.0, -1.0, -5.0], [0.0, -1.0, 5.0], [0.0, 1.0, 10.0]])


def test_people_lie_along_what_differs_most_and_centres_among_them() -> None:
    found = project(POINTS, np.array([0, 0, 1, 1]), [[0.0, 0.0, -7.5], [0.0, 0.0, 7.5]])
    assert [(p.x, p.y, p.cluster) for p in found.points] == [(-10, 1, 0), (-5, -1, 0), (5, -1, 1), (10, 1, 1)]
    assert [(c.x, c.cluster) for c in found.centres] == [(-7.5, 0), (7.5, 1)]
    # 250 of 254 along the line, 4 beside it.
    assert found.explained_variance == (0.9843, 0.0157)


def test_the_sign_of_a_direction_does_not_depend_on_who_comes_first() -> None:
    turned = project(POINTS[::-1].copy(), np.array([1, 1, 0, 0]), [[0.0, 0.0, 7.5]])
    assert [p.x for p in turned.points] == [10, 5, -5, -10]
    assert turned.centres[0].x == 7.5


def test_no_more_people_are_drawn_than_asked_for_and_all_of_them_decide_about_the_directions() -> None:
    found = project(POINTS, np.zeros(4, dtype=int), [[0.0, 0.0, 0.0]], n=2)
    assert [p.x for p in found.points] == [-10, -5]


def test_people_of_one_feature_lie_on_a_line_and_equal_people_in_one_place() -> None:
    found = project(np.array([[1.0], [3.0]]), np.array([0, 0]), [[2.0]])
    assert [(p.x, p.y) for p in found.points] == [(-1, 0), (1, 0)]
    same = project(np.ones((3, 2)), np.zeros(3, dtype=int), [[1.0, 1.0]])
    assert {(p.x, p.y) for p in same.points} == {(0, 0)}
    assert same.explained_variance == (0, 0)
