"""Groups: how many were tried, what they are called, what a merge would make."""

from pathlib import Path

import pytest
from app.test_overrides import CLICKS, GROUPS, TREE
from builders import make_workspace
from registry import Registry

import segspark
from segspark.api.groups import Groups
from segspark.errors import ConfigError, GateClosed

SWEEP = [
    {"k": 2, "silhouette": 0.41, "inertia": 9.0, "smallest_share": 0.3, "stability": 0.9},
    {"k": 3, "silhouette": 0.52, "inertia": 5.0, "smallest_share": 0.2, "stability": 0.8},
]


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> Groups:
    workspace = make_workspace(tmp_path_factory.mktemp("groups") / "w")
    ws = segspark.open(workspace.folder)
    with pytest.raises(GateClosed, match="no groups yet"):
        ws.groups()
    Registry(workspace).register(
        "behaviour", __import__("datetime").date(2026, 5, 1), "aa",
        tree=TREE, groups={"groups": GROUPS, "k": 3, "reason": "best", "features": ["n_click_30d"], "mean": [5.0]},
        preparation={"features": [CLICKS]}, sweep={"rows": SWEEP, "distance": "euclidean"},
    )  # fmt: skip
    return ws.groups()


def test_the_largest_group_comes_first_with_its_name(groups: Groups) -> None:
    assert [(g.name, g.n_people) for g in groups] == [("Low ones", 8), ("Mid ones", 2), ("High ones", 2)]
    assert (groups.k, groups.reason, [row.silhouette for row in groups.tried]) == (3, "best", [0.41, 0.52])


def test_a_merge_is_tried_and_stored_nowhere(groups: Groups) -> None:
    made = groups.if_merged("Mid ones", "high")
    assert (made.name, made.n_people) == ("Mid ones + High ones", 4)
    assert not list(Path(groups._workspace.folder).rglob("*decisions*"))
    with pytest.raises(ConfigError, match="join only together with"):
        groups.if_merged("low", "high")


def test_the_choice_of_k_is_drawn(groups: Groups) -> None:
    silhouette, smallest = groups.plot().figure.axes
    assert list(silhouette.lines[0].get_ydata()) == [0.41, 0.52]
    assert silhouette.get_xlabel() == "Number of groups"
    assert [round(y) for y in smallest.lines[0].get_ydata()] == [33, 17] or smallest.get_ylabel() == "%"


def test_it_is_shown_in_a_line_and_as_a_table(groups: Groups) -> None:
    assert repr(groups) == "Groups(small_behaviour/1, k = 3: Low ones, Mid ones, High ones)"
    assert "Mid ones" in groups._repr_html_()
