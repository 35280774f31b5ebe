"""Groups merged and split by hand: along the hierarchy only, in order, undone by removing the line."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.models.clustering.documents.groups import GroupDocument, Groups
from segspark.models.clustering.documents.preparation import Preparation
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.clustering.documents.tree import Join, Tree
from segspark.models.clustering.overrides import (
    NotAlongTheTree,
    Override,
    apply_one,
    arrange,
    decided_groups,
    load_overrides,
    save_overrides,
)
from segspark.models.clustering.ward import cut, ward_tree
from segspark.store import store_at

# Four places on a line: two near pairs. At k = 3 the first pair is one group.
CENTRES, SIZES = np.array([[0.0], [1.0], [10.0], [14.0]]), np.array([5.0, 3.0, 2.0, 2.0])
OF_PARTS = tuple(cut(ward_tree(CENTRES, SIZES), 3).tolist())
TREE = Tree(
    3,
    "micro",
    tuple(Join(int(a), int(b), height, int(n)) for a, b, height, n in ward_tree(CENTRES, SIZES).tolist()),
    (5, 3, 2, 2),
    tuple(tuple(c) for c in CENTRES.tolist()),
    OF_PARTS,
    (3,),
    {3: OF_PARTS},
    {},
)
GROUPS = [
    GroupDocument(
        g, i, {"fr": i.upper(), "en": i}, {"fr": "", "en": ""}, n, (), {"clicks": z}, ("right", i) if g else (i,)
    )
    for g, i, n, z in ((0, "low", 8, -1.0), (1, "mid", 2, 0.5), (2, "high", 2, 1.0))
]


def z_of(centre: Sequence[float]) -> dict[str, float]:
    return {"clicks": (centre[0] - 5) / 5}


def test_without_decisions_the_groups_are_those_of_the_model() -> None:
    found, waiting = arrange(TREE, GROUPS, [], z_of)
    assert [g.segment_id for g in found] == ["low", "mid", "high"]
    assert [g.parts for g in found] == [(0, 1), (2,), (3,)]
    assert waiting == []


def test_siblings_become_one_group_with_a_number_of_its_own() -> None:
    found, waiting = arrange(TREE, GROUPS, [Override(merge=("mid", "high"))], z_of)
    assert waiting == []
    low, merged = found
    assert low.segment_id == "low"
    assert (merged.cluster, merged.parts, merged.n_people) == (3, (2, 3), 4)
    assert merged.centre == (12.0,)
    assert merged.name["en"] == "mid + high"
    assert merged.path == ("right", merged.segment_id)


def test_groups_that_are_no_branch_are_not_merged_and_the_reason_says_what_lies_between() -> None:
    state = {g.segment_id: g for g in arrange(TREE, GROUPS, [], z_of)[0]}
    with pytest.raises(NotAlongTheTree, match=r"only together with \['high'\]; merge those too"):
        apply_one(TREE, state, Override(merge=("low", "mid")), z_of)


def test_a_group_becomes_its_two_sides_the_larger_first() -> None:
    found, _ = arrange(TREE, GROUPS, [Override(split="low")], z_of)
    sides = [g for g in found if g.segment_id not in ("mid", "high")]
    assert [(g.parts, g.n_people, g.cluster) for g in sides] == [((0,), 5, 3), ((1,), 3, 4)]
    assert sides[0].name["en"] == "low: lower clicks"
    assert len({g.segment_id for g in found}) == 4


def test_what_was_split_can_be_merged_and_each_is_a_decision_of_its_own() -> None:
    split = arrange(TREE, GROUPS, [Override(split="low")], z_of)[0]
    ids = tuple(g.segment_id for g in split if g.cluster >= 3)
    again, waiting = arrange(TREE, GROUPS, [Override(split="low"), Override(merge=ids)], z_of)
    assert waiting == []
    assert sorted(g.parts or () for g in again) == [(0, 1), (2,), (3,)]


def test_a_decision_about_groups_of_another_model_waits_and_says_so() -> None:
    found, waiting = arrange(TREE, GROUPS, [Override(merge=("mid", "gone")), Override(split="mid")], z_of)
    assert [g.segment_id for g in found] == ["low", "mid", "high"]
    assert "no group gone now" in waiting[0]
    assert "no smaller parts" in waiting[1]


def test_decisions_about_a_model_that_was_trained_without_a_hierarchy_wait() -> None:
    stored = ClusteringDocuments(Groups(tuple(GROUPS), 3, "", ("clicks",)), Sweep(()), Preparation(()))
    assert decided_groups(stored, []) == (tuple(GROUPS), None, ())
    groups, tree, waiting = decided_groups(stored, [Override(merge=("mid", "high"))])
    assert (groups, tree) == (tuple(GROUPS), None)
    assert waiting == ("merge mid high: The model was trained without a hierarchy; train again.",)


def test_decisions_are_kept_in_a_file_and_faults_are_named_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "decisions.yaml"
    assert load_overrides(path) == ()
    decided = (Override(merge=("a", "b")), Override(split="c"))
    save_overrides(path, decided)
    assert load_overrides(path) == decided
    path.write_text("decisions:\n  - {merge: [a]}\n")
    with pytest.raises(ConfigError, match=r"decisions\.yaml:2"):
        load_overrides(path)


def test_decisions_lie_in_a_bucket_as_well_and_errors_name_it(s3: str, tmp_path: Path) -> None:
    place = Url(f"{s3}/{tmp_path.name}/decisions.yaml")
    assert load_overrides(place) == ()
    decided = (Override(merge=("a", "b")), Override(split="c"))
    save_overrides(place, decided)
    assert load_overrides(place) == decided
    store_at(f"{s3}/{tmp_path.name}").replace("decisions.yaml", b"decisions:\n- join: [a, b]\n")
    with pytest.raises(ConfigError, match=rf"^{place}:2: decisions.0.join: there is no such key"):
        load_overrides(place)
