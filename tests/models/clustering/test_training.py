"""Groups keep their segments from training to training, and have coarser groups around them."""

from dataclasses import replace
from datetime import date

import numpy as np

from segspark.models.clustering.behaviour import Group
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.fitted import Fitted, Hierarchy
from segspark.models.clustering.naming import GroupName
from segspark.models.clustering.training import coarser_groups, identify, is_again, path_of, tree_of
from segspark.models.clustering.ward import ward_tree

CENTRES, SIZES = np.array([[0.0], [1.0], [10.0]]), np.array([50.0, 30.0, 20.0])
FITTED = Fitted(
    (),
    3,
    "",
    (),
    ((0.0,), (1.0,), (10.0,)),
    Hierarchy("prediction", CENTRES, SIZES, np.arange(3), ward_tree(CENTRES, SIZES)),
)


def group(cluster: int, segment_id: str) -> GroupDocument:
    name, said = {"fr": segment_id, "en": segment_id}, {"fr": "", "en": ""}
    return GroupDocument(cluster, segment_id, name, said, int(SIZES[cluster]), tuple(CENTRES[cluster].tolist()), {})


GROUPS = [group(0, "a"), group(1, "b"), group(2, "c")]


def test_a_coarser_group_holds_those_that_join_and_a_single_one_is_itself() -> None:
    tree = tree_of(FITTED, GROUPS, (2, 4))
    assert tree.levels == (2, 3)
    around = coarser_groups(tree, GROUPS, lambda centre: {"n_click_90d": centre[0]})
    assert [(a.level, a.members, a.n_people, a.name["en"]) for a in around] == [(2, ("a", "b"), 80, "More clicks")]
    assert path_of("a", around) == (around[0].segment_id, "a")
    assert path_of("c", around) == ("c",)
    assert tree.segments[2].segment_id == "c"


def found(cluster: int, name: str, centre: float) -> Group:
    return Group(cluster, 10, GroupName(name, name, "", ""), (centre,), {})


def test_a_group_keeps_segment_and_name_over_many_trainings() -> None:
    first = identify(date(2026, 1, 1), [found(0, "calm", 0.0), found(1, "lively", 9.0)], [])
    second = identify(date(2026, 2, 1), [found(0, "very lively", 9.5), found(1, "new", 20.0)], first)
    third = identify(date(2026, 3, 1), [found(0, "newest", 20.1), found(1, "calm", 9.9)], second)
    assert second[0].segment_id == third[1].segment_id == first[1].segment_id
    assert second[0].name["fr"] == third[1].name["fr"] == "lively"
    assert third[0].segment_id == second[1].segment_id not in {g.segment_id for g in first}


def test_a_training_is_repeated_where_the_same_day_gave_the_same_groups() -> None:
    day, stored = date(2026, 6, 1), [replace(g, path=("x", g.segment_id)) for g in GROUPS]
    assert is_again(day, stored, day, GROUPS)
    assert not is_again(day, stored, date(2026, 7, 1), GROUPS)
    assert not is_again(day, stored, day, [*GROUPS[:2], replace(GROUPS[2], n_people=21)])
    assert not is_again(day, stored, day, GROUPS[:2])
