"""Groups keep their identity from model to model, by where they lie and by whom they share."""

from segspark.models.clustering.matching import match_groups


def test_centres_are_matched_whatever_their_order() -> None:
    old = {"b": [0.0, 0.0], "a": [5.0, 5.0]}
    assert match_groups(old, [[5.1, 5.0], [0.0, 0.2]], 1.5) == ["a", "b"]


def test_each_old_group_is_inherited_once_and_only_from_near() -> None:
    old = {"a": [0.0], "b": [10.0]}
    assert match_groups(old, [[0.1], [0.2], [4.0]], 1.5) == ["a", None, None]


def test_models_of_other_features_are_not_compared() -> None:
    assert match_groups({"a": [0.0, 0.0]}, [[0.0]], 1.5) == [None]
    assert match_groups({}, [[0.0]], 1.5) == [None]


def test_the_people_they_share_say_more_than_a_place_that_has_moved() -> None:
    # Both new groups lie between the old ones; nearly everybody of "a" is in the second of them.
    old = {"a": [0.0], "b": [2.0]}
    shared = {("a", 1): 90, ("a", 0): 10, ("b", 0): 80, ("b", 1): 20}
    assert match_groups(old, [[0.9], [1.1]], 1.5) == ["a", "b"]
    assert match_groups(old, [[0.9], [1.1]], 1.5, shared) == ["b", "a"]


def test_where_the_features_are_others_the_people_decide_alone() -> None:
    old = {"a": [0.0, 0.0], "b": [1.0, 1.0]}
    shared = {("a", 0): 60, ("a", 1): 40, ("b", 1): 20, ("b", 0): 30}
    # Of those of either "a" or the first, 60 of 130 are in both: less than half is another group.
    assert match_groups(old, [[0.0], [1.0]], 1.5, shared) == [None, None]
    assert match_groups(old, [[0.0], [1.0]], 1.5, {**shared, ("a", 0): 70, ("b", 0): 0}) == ["a", None]


def test_near_centres_without_any_shared_people_are_not_the_same_group() -> None:
    assert match_groups({"a": [0.0]}, [[0.1]], 1.5, {("a", 0): 0, ("b", 0): 5}) == ["a"]
    assert match_groups({"a": [0.0]}, [[1.0]], 1.5, {("a", 0): 0, ("b", 0): 5}) == [None]
