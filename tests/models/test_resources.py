"""The models that may speak about a day, as flows look them up."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace

from segspark.config.models import Workspace
from segspark.errors import SegsparkError
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.overrides import Override, save_overrides
from segspark.models.propensity.model import CHURN
from segspark.models.resources import ACTIVE_CLUSTERING, BEHAVIOUR_MODEL, OVERRIDES, model_in_use
from segspark.pipeline.context import Context


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def context(workspace: Workspace) -> Context:
    needs = (model_in_use(CHURN), BEHAVIOUR_MODEL, OVERRIDES, ACTIVE_CLUSTERING)
    return Context(workspace, date(2026, 6, 1), needs, "test")


def test_where_nothing_was_trained_no_model_speaks(workspace: Workspace) -> None:
    looked_up = context(workspace)
    found = [looked_up[r] for r in (model_in_use(CHURN), BEHAVIOUR_MODEL, OVERRIDES, ACTIVE_CLUSTERING)]
    assert found == [None, None, (), None]
    assert looked_up.identities() == {
        "churn_model": None, "behaviour_model": None, "overrides": [], "active_clustering": (None, []),
    }  # fmt: skip


def test_a_decision_by_hand_makes_another_run_of_what_looks_at_groups_alone(workspace: Workspace) -> None:
    before = context(workspace).identities()
    save_overrides(workspace.models.of(BEHAVIOUR).decisions.below(workspace.folder), [Override(merge=("a", "b"))])
    after = context(workspace).identities()
    assert context(workspace)[OVERRIDES] == (Override(merge=("a", "b")),)
    assert after["overrides"] == ["merge a b"]
    assert {name for name in before if before[name] != after[name]} == {"overrides", "active_clustering"}


def test_a_model_is_one_of_a_day(workspace: Workspace) -> None:
    without = Context(workspace, None, (model_in_use(CHURN),), "test")
    with pytest.raises(SegsparkError, match="follows from a day"):
        without[model_in_use(CHURN)]
