"""Groups merged and split by hand: tried on the model in use, stored, listed and undone; no Spark."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import make_workspace, with_model
from registry import Registry

from segspark.app.overrides import list_overrides, override, undo_override
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.models.clustering.config import GroupNames
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.overrides import load_overrides
from segspark.models.clustering.ward import cut, ward_tree

# Four places on a line: two near pairs. At k = 3 the first pair is one group.
CENTRES, SIZES = np.array([[0.0], [1.0], [10.0], [14.0]]), np.array([5.0, 3.0, 2.0, 2.0])
JOINS = ward_tree(CENTRES, SIZES)
TREE: dict[str, Any] = {
    "k": 3, "column": "micro", "joins": JOINS.tolist(), "heights": JOINS[:, 2].tolist(),
    "sizes": SIZES.astype(int).tolist(), "centres": CENTRES.tolist(), "groups": cut(JOINS, 3).tolist(), "levels": [3],
    "cuts": {}, "segments": {},
}  # fmt: skip
GROUPS = [
    {
        "cluster": g, "segment_id": i, "name_fr": f"{i} fr", "name_en": f"{i.title()} ones", "description_fr": "",
        "description_en": "", "n_people": n, "z_scores": {"n_click_30d": z}, "centre": [c], "path": [i],
    }
    for g, i, n, z, c in ((0, "low", 8, -1.0, 0.4), (1, "mid", 2, 0.5, 10.0), (2, "high", 2, 1.0, 14.0))
]  # fmt: skip
# A weight of 5 makes a z-score of 1 of five clicks.
CLICKS = {
    "name": "n_click_30d", "fill": 0.0, "low": 0.0, "high": 99.0, "log": False, "centre": 0.0, "spread": 1.0, "weight": 5.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_workspace(tmp_path_factory.mktemp("overrides") / "w")
    with pytest.raises(GateClosed, match=r"There are no groups yet\. Run: segspark run train"):
        list_overrides(workspace)
    Registry(workspace).register(
        "behaviour", date(2026, 5, 1), "aa",
        tree=TREE, groups={"groups": GROUPS, "k": 3, "reason": "", "features": ["n_click_30d"], "mean": [5.0]},
        preparation={"features": [CLICKS]}, sweep={"rows": []},
    )  # fmt: skip
    return workspace


@pytest.fixture
def workspace(registered: Workspace) -> Workspace:
    place(registered).unlink(missing_ok=True)
    return registered


def place(workspace: Workspace) -> Path:
    return Path(str(workspace.models.of(BEHAVIOUR).decisions.below(workspace.folder)))


def decisions(workspace: Workspace) -> list[str]:
    return [str(d) for d in load_overrides(workspace.models.of(BEHAVIOUR).decisions.below(workspace.folder))]


def test_groups_are_merged_by_id_or_by_name_in_any_language(workspace: Workspace) -> None:
    (made,) = override(workspace, merge=("mid", "High Ones "))
    assert (made["segment_name"], made["people"]) == ("Mid ones + High ones", 4)
    assert decisions(workspace) == ["merge mid high"]
    assert list_overrides(workspace) == [{"number": 1, "decision": "merge mid high", "state": "applied"}]


def test_a_group_is_split_along_the_hierarchy_and_a_later_decision_stands_on_it(workspace: Workspace) -> None:
    made = override(workspace, split="low fr")
    assert [m["people"] for m in made] == [5, 3]
    override(workspace, merge=[m["segment_id"] for m in made])
    assert [d.split()[0] for d in decisions(workspace)] == ["split", "merge"]
    assert [d["state"] for d in list_overrides(workspace)] == ["applied", "applied"]


def test_what_the_hierarchy_has_no_place_for_is_not_stored(workspace: Workspace) -> None:
    with pytest.raises(ConfigError, match="join only together with"):
        override(workspace, merge=("low", "mid"))
    with pytest.raises(ConfigError, match="has no smaller parts"):
        override(workspace, split="mid")
    with pytest.raises(ConfigError, match=r"There is no group 'nobody'\. .*They are called: .*Low ones"):
        override(workspace, split="nobody")
    assert decisions(workspace) == []
    assert not place(workspace).exists()


def test_a_decision_is_undone_by_its_number_and_those_that_stood_on_it_wait(workspace: Workspace) -> None:
    made = override(workspace, split="low")
    override(workspace, merge=[m["segment_id"] for m in made])
    with pytest.raises(ConfigError, match="There is no decision 3; there are 2"):
        undo_override(workspace, 3)
    with pytest.raises(ConfigError, match="There is no decision 0"):
        undo_override(workspace, 0)
    assert undo_override(workspace, 1) == "split low"
    (left,) = list_overrides(workspace)
    assert left["number"] == 1
    assert left["state"].startswith("waits: There is no group")
    assert undo_override(workspace, 1) == left["decision"]
    assert list_overrides(workspace) == []


def test_names_of_the_workspace_are_those_that_are_shown(workspace: Workspace) -> None:
    named = with_model(workspace, BEHAVIOUR, names={"low": GroupNames(fr="Calmes", en="Calm")})
    made = override(named, split="calm")
    assert [m["segment_name"].partition(":")[0] for m in made] == ["Calm", "Calm"]


def test_the_file_says_what_it_is(workspace: Workspace) -> None:
    override(workspace, merge=("mid", "high"))
    path = place(workspace)
    assert path.read_text().startswith("# Groups merged and split by hand")
