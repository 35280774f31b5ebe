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
