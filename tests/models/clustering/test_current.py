"""What a version found, as a workspace has it today: from the stored documents alone."""

import subprocess
import sys
from typing import Any

import pytest
from builders import with_model
from models.clustering.test_overrides import GROUPS, TREE

from segspark.config.models import Workspace
from segspark.models.clustering import current
from segspark.models.clustering.config import GroupNames
from segspark.models.clustering.current import CurrentGroups, current_groups
from segspark.models.clustering.documents.groups import Groups
from segspark.models.clustering.documents.preparation import Preparation, PreparedFeature
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.overrides import Override

CLICKS = PreparedFeature("clicks", 0.0, 0.0, 99.0, False, 5.0, 5.0, 1.0)
DOCUMENTS = ClusteringDocuments(
    Groups(tuple(GROUPS), 3, "", ("clicks",), (), mean=(5.0,)), Sweep(()), Preparation((CLICKS,)), TREE
)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(current, "read_documents", lambda mlflow, run_id: DOCUMENTS)

    def of(*overrides: Override, **names: GroupNames) -> CurrentGroups:
        settings = with_model(Workspace(lake="x").settings, BEHAVIOUR, names=names)
        return current_groups(settings, "shop_behaviour/3", "r1", overrides)

    return of


def test_groups_are_those_of_the_training_under_the_names_of_the_workspace(found: Any) -> None:
    groups = found(low=GroupNames(fr="Un", en="One"))
    assert [g.name["en"] for g in groups.groups] == ["One", "mid", "high"]
    assert (groups.model_version, groups.documents, groups.rare) == ("shop_behaviour/3", DOCUMENTS, ())
    assert (groups.tree, groups.parts, groups.waiting) == (None, None, ())


def test_overrides_number_the_parts_of_the_hierarchy_anew(found: Any) -> None:
    groups = found(Override(merge=("mid", "high")), Override(split="gone"))
    by_id = {g.segment_id: g.cluster for g in groups.groups}
    (merged,) = by_id.keys() - {"low"}
    column, clusters = groups.parts
    assert column == "micro"
    # The first two parts are the group that stays, the others the one that was merged.
    assert clusters == [by_id["low"], by_id["low"], by_id[merged], by_id[merged]]
    assert [line.partition(":")[0] for line in groups.waiting] == ["split gone"]


def test_no_spark_is_imported_for_it() -> None:
    code = "import sys, segspark.models.clustering.current; print('pyspark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
