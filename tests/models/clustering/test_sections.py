"""What the report shows of groups: the documents of the model of a day, as sections."""

from datetime import date

import pytest
from builders import make_workspace, with_model
from models.clustering.documents.stored import stored
from registry import Registry

from segspark.config.models import Workspace
from segspark.models import tracking
from segspark.models.clustering.config import GroupNames
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.overrides import Override
from segspark.models.clustering.sections import (
    NO_MODEL,
    Clusters,
    clustering_sections,
    rare_section,
    read_clusters,
)

TODAY, FIRST = ClusteringDocuments.from_files(stored("today")), ClusteringDocuments.from_files(stored("first"))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two versions: one of the first form, and since 4 May one of today's."""
    workspace = make_workspace(tmp_path_factory.mktemp("sections") / "w")
    for version, day in (("first", date(2026, 5, 2)), ("today", date(2026, 5, 4))):
        files = {file.removesuffix(".json"): content for file, content in stored(version).items()}
        number = Registry(workspace).register("behaviour", day, "aa", **files)
        with tracking.store(workspace.mlflow) as mlflow:
            name = f"{workspace.name}_behaviour"
            mlflow.MlflowClient().set_model_version_tag(name, number, "as_of", day.isoformat())
    return workspace


def test_a_day_shows_the_model_that_was_valid_then(workspace: Workspace) -> None:
    assert read_clusters(workspace, (), date(2026, 5, 1)) is None
    assert read_clusters(workspace, (), date(2026, 5, 3)) == Clusters(FIRST, "small_behaviour/1", date(2026, 5, 2))
    assert read_clusters(workspace, (), date(2026, 5, 9)) == Clusters(TODAY, "small_behaviour/2", date(2026, 5, 4))


def test_groups_in_use_are_those_after_the_decisions_under_their_present_names(workspace: Workspace) -> None:
    named = with_model(workspace, BEHAVIOUR, names={"a": GroupNames(fr="Un", en="One")})
    clusters = read_clusters(named, (Override(merge=("b", "c")),), date(2026, 5, 9))
    assert clusters is not None
    assert [g.name["en"] for g in clusters.in_use] == ["One", "Name d", "Name b + Name c"]
    # The documents stay as they were trained.
    assert clusters.documents == TODAY


def test_decisions_about_a_model_without_a_hierarchy_wait(workspace: Workspace) -> None:
    clusters = read_clusters(workspace, (Override(merge=("a", "b")),), date(2026, 5, 3))
    assert clusters is not None
    assert clusters.in_use == ()


def test_rare_groups_are_a_section_if_some_were_trained() -> None:
    assert TODAY.rare is not None
    behaviour, rare = clustering_sections(Clusters(TODAY, "m/2", date(2026, 5, 4)))
    assert (behaviour.name, behaviour.template, rare.name, rare.template) == ("clusters", "clusters", "rare", "rare")
    assert rare == rare_section(TODAY.rare)
    assert rare.content is TODAY.rare
    assert [s.name for s in clustering_sections(Clusters(FIRST, "m/1", date(2026, 5, 2)))] == ["clusters"]


def test_without_a_model_the_section_says_so() -> None:
    (behaviour,) = clustering_sections(None)
    assert behaviour.content is NO_MODEL
