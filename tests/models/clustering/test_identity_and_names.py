"""Groups keep their identity from model to model, and their names say what sets them apart."""

from datetime import date

from segspark.models.clustering.behaviour import Group
from segspark.models.clustering.matching import match_groups
from segspark.models.clustering.naming import ARCHETYPES, GroupName, describe, describe_apart, name_groups
from segspark.models.clustering.training import identify


def test_centres_are_matched_whatever_their_order() -> None:
    old = {"b": [0.0, 0.0], "a": [5.0, 5.0]}
    assert match_groups(old, [[5.1, 5.0], [0.0, 0.2]], 1.5) == ["a", "b"]


def test_each_old_group_is_inherited_once_and_only_from_near() -> None:
    old = {"a": [0.0], "b": [10.0]}
    assert match_groups(old, [[0.1], [0.2], [4.0]], 1.5) == ["a", None, None]


def test_models_of_other_features_are_not_compared() -> None:
    assert match_groups({"a": [0.0, 0.0]}, [[0.0]], 1.5) == [None]
    assert match_groups({}, [[0.0]], 1.5) == [None]


def group(cluster: int, name: str, centre: float) -> Group:
    return Group(cluster, 10, GroupName(name, name, "", ""), (centre,), {})


def test_a_group_keeps_segment_and_name_over_many_trainings() -> None:
    first = identify(date(2026, 1, 1), [group(0, "calm", 0.0), group(1, "lively", 9.0)], [])
    second = identify(date(2026, 2, 1), [group(0, "very lively", 9.5), group(1, "new", 20.0)], first)
    third = identify(date(2026, 3, 1), [group(0, "newest", 20.1), group(1, "calm", 9.9)], second)
    assert second[0]["segment_id"] == third[1]["segment_id"] == first[1]["segment_id"]
    assert second[0]["name_fr"] == third[1]["name_fr"] == "lively"
    assert third[0]["segment_id"] == second[1]["segment_id"] not in {g["segment_id"] for g in first}


def test_the_four_archetypes_are_given_where_they_fit_best() -> None:
    groups = [
        {"n_order_365d": 2.0, "days_since_order": -1.5},
        {"sale_share_lifetime": 2.0, "visit_trend": -0.3, "n_order_365d": 0.3},
        {"days_since_active": 1.8, "tenure_days": 0.5, "n_click_90d": -0.6},
        {"tenure_days": -1.7, "visit_trend": 0.9},
    ]
    assert [g.fr for g in name_groups(groups)] == [a.fr for a in ARCHETYPES]


def test_other_groups_are_called_after_what_stands_out_and_no_name_is_given_twice() -> None:
    names = name_groups([{"n_click_90d": 3.0, "n_visit_day_90d": 2.0}] * 3)
    assert names[0].en == "Many clicks, many visits" or names[0].fr in {a.fr for a in ARCHETYPES}
    assert len({n.fr for n in names}) == len({n.en for n in names}) == 3


def test_a_name_that_is_taken_says_more_and_is_numbered_where_nothing_more_can_be_said() -> None:
    z = {"n_click_90d": 3.0, "n_order_365d": 2.0, "tenure_days": -1.0}
    short, whole = describe(z, 2)[0], describe(z, 3)[0]
    assert describe_apart(z, set())[0] == short
    assert describe_apart(z, {short})[0] == whole
    assert describe_apart(z, {short, whole})[0] == f"{short} (2)"
    assert describe_apart(z, {short, whole, f"{short} (2)"}) == (f"{short} (3)", f"{describe(z, 2)[1]} (3)")
