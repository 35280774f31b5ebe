"""Coarser groups around the groups, and names that were edited."""

from typing import Any

import numpy as np

from segspark.config.models import GroupNames
from segspark.models.clustering.fitted import Fitted, Hierarchy
from segspark.models.clustering.naming import renamed
from segspark.models.clustering.training import coarser_groups, path_of, tree_of
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


def group(cluster: int, segment_id: str) -> dict[str, Any]:
    return {
        "cluster": cluster, "segment_id": segment_id, "name_fr": segment_id, "name_en": segment_id,
        "n_people": int(SIZES[cluster]), "centre": CENTRES[cluster].tolist(),
    }  # fmt: skip


GROUPS = [group(0, "a"), group(1, "b"), group(2, "c")]


def test_a_coarser_group_holds_those_that_join_and_a_single_one_is_itself() -> None:
    tree = tree_of(FITTED, GROUPS, (2, 4))
    assert tree.levels == [2, 3]
    around = coarser_groups(tree, GROUPS, lambda centre: {"n_click_90d": centre[0]})
    assert [(a["level"], a["members"], a["n_people"], a["name_en"]) for a in around] == [
        (2, ["a", "b"], 80, "Many clicks")
    ]
    assert path_of("a", around) == [around[0]["segment_id"], "a"]
    assert path_of("c", around) == ["c"]
    assert tree.as_dict()["segments"]["2"]["segment_id"] == "c"


def test_an_edited_name_replaces_the_one_by_rule_and_is_found_by_id_too() -> None:
    names = {"a": GroupNames(fr="Fidèles", en="Regulars"), "Usual": GroupNames(fr="x", en="y")}
    assert renamed(GROUPS[0], names)["name_fr"] == "Fidèles"
    assert renamed({**GROUPS[1], "name_en": "Usual"}, names)["name_en"] == "y"
    assert renamed(GROUPS[2], names) == GROUPS[2]
