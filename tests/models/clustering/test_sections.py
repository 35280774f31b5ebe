"""What the report shows of groups: the documents of the model of a day, as sections."""

from datetime import date

import pytest
from builders import make_workspace, with_model
from models.clustering.documents.stored import stored

from segspark import sections
from segspark.config.models import Workspace
from segspark.models.clustering.config import GroupNames
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.overrides import Override
from segspark.models.clustering.sections import (
    NO_MODEL,
    Clusters,
    clustering_sections,
    clusters_of,
    rare_section,
)
from segspark.models.model import Refused, Trained

TODAY, FIRST = ClusteringDocuments.from_files(stored("today")), ClusteringDocuments.from_files(stored("first"))


LATEST = Trained("small_behaviour/2", date(2026, 5, 4), {}, TODAY)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("sections") / "w")


def test_without_decisions_the_groups_are_those_that_were_trained(workspace: Workspace) -> None:
    assert clusters_of(workspace, (), LATEST) == Clusters(TODAY, "small_behaviour/2", date(2026, 5, 4))


def test_groups_in_use_are_those_after_the_decisions_under_their_present_names(workspace: Workspace) -> None:
    named = with_model(workspace, BEHAVIOUR, names={"a": GroupNames(fr="Un", en="One")})
    clusters = clusters_of(named, (Override(merge=("b", "c")),), LATEST)
    assert [g.name["en"] for g in clusters.in_use] == ["One", "Name d", "Name b + Name c"]
    # The documents stay as they were trained.
    assert clusters.documents == TODAY


def test_decisions_about_a_model_without_a_hierarchy_wait(workspace: Workspace) -> None:
    first = Trained("small_behaviour/1", date(2026, 5, 2), {}, FIRST)
    assert clusters_of(workspace, (Override(merge=("a", "b")),), first).in_use == ()


def test_rare_groups_are_a_section_if_some_were_trained() -> None:
    assert TODAY.rare is not None
    behaviour, rare = clustering_sections(Clusters(TODAY, "m/2", date(2026, 5, 4)))
    assert (behaviour.name, behaviour.template, rare.name, rare.template) == ("clusters", "clusters", "rare", "rare")
    assert rare == rare_section(TODAY.rare)
    assert rare.content is TODAY.rare
    assert [s.name for s in clustering_sections(Clusters(FIRST, "m/1", date(2026, 5, 2)))] == ["clusters"]


def test_a_refusal_tells_its_reasons_and_hides_what_counts_people() -> None:
    values = {"k": 2, "stability": 0.5, "people": 7, "failed": ["size"]}
    (behaviour,) = clustering_sections(Refused("no groups", ({"code": "groups", "values": values},)))
    assert isinstance(behaviour.content, sections.Refused)
    assert behaviour.content.reasons == (
        sections.Reason("groups", {"k": 2, "stability": 0.5, "people": sections.People(7)}),
    )


def test_without_a_model_the_section_says_so() -> None:
    (behaviour,) = clustering_sections(None)
    assert behaviour.content is NO_MODEL
