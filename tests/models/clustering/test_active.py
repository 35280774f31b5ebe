"""The groups that describe a day: of the model in use, after the decisions, under their present names."""

from typing import Any

import pytest
from builders import with_model
from models.clustering.few_people import N, Trained
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Workspace
from segspark.models.clustering.active import ActiveClustering, active_clustering, read_far, with_groups
from segspark.models.clustering.behaviour import active_people
from segspark.models.clustering.config import GroupNames
from segspark.models.clustering.current import current_groups
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.overrides import Override
from segspark.pipeline.view import Question, look
from segspark.tables.lake import Lake


def active(trained: Trained, *overrides: Override, **names: Any) -> Any:
    renamed = with_model(trained.workspace.settings, BEHAVIOUR, names=names)
    loaded = trained.loaded
    return active_clustering(
        renamed, loaded, current_groups(renamed, loaded.model_version, loaded.tags["run_id"], overrides)
    )


@pytest.fixture(scope="module")
def groups(trained: Trained) -> list[GroupDocument]:
    """As they were trained, the largest first."""
    return sorted(trained.documents.groups.groups, key=lambda g: -g.n_people)


def test_without_a_model_there_are_no_groups() -> None:
    assert active_clustering(Workspace(lake="x").settings, None, None) is None


def test_groups_bear_the_names_that_the_workspace_gives_them(trained: Trained, groups: list[GroupDocument]) -> None:
    found = active(trained, **{groups[0].segment_id: GroupNames(fr="Fidèles", en="Regulars")})
    names = {g.segment_id: g.name["en"] for g in found.current.groups}
    assert names == {g.segment_id: g.name["en"] for g in groups} | {groups[0].segment_id: "Regulars"}
    # What was trained stays as it was.
    assert found.current.documents == trained.documents
    assert (found.current.parts, found.current.waiting) == (None, ())


def test_rare_groups_are_renamed_too(trained: Trained) -> None:
    found = active(trained, **{"Usual profiles": GroupNames(fr="Tous", en="All")})
    model, rare = found.rare, found.current.rare
    assert trained.documents.rare is not None
    assert model.keys == trained.documents.rare.keys
    assert {g.kind: g.name["en"] for g in rare if g.kind != "group"} == {
        "usual": "All",
        "unusual": "Unusual profiles",
    }


def test_a_decision_of_another_model_waits_and_one_of_this_merges(
    trained: Trained, groups: list[GroupDocument], people: DataFrame
) -> None:
    ids = tuple(g.segment_id for g in groups)
    found = active(trained, Override(merge=("gone", "lost")), Override(merge=ids))
    assert len(found.current.waiting) == 1
    (merged,) = found.current.groups
    assert merged.n_people == N + 14
    column, cluster_of_parts = found.current.parts
    assert column == "prediction"
    assert cluster_of_parts == [merged.cluster] * len(groups)
    clusters = (
        with_groups(people, found).select("cluster", F.col("last_active_date").isNull().alias("never")).distinct()
    )
    assert {(r["cluster"], r["never"]) for r in clusters.collect()} == {(merged.cluster, False), (None, True)}


@pytest.fixture(scope="module")
def assigned(trained: Trained, people: DataFrame) -> tuple[ActiveClustering, DataFrame]:
    found = active(trained)
    return found, with_groups(people, found).localCheckpoint()


def test_oddities_are_far_and_who_never_did_anything_is_neither_near_nor_far(
    assigned: tuple[ActiveClustering, DataFrame], people: DataFrame
) -> None:
    frame = assigned[1]
    assert frame.columns == [*people.columns, "cluster", "rare", "is_far"]
    far = {r["person_id"]: r["is_far"] for r in frame.collect()}
    assert (far["fd0001"], far["000000"], far["fc0000"]) == (1, 0, None)
    # As many as lie beyond the distance that nearly everybody keeps.
    assert 1 <= frame.where(F.col("is_far") == 1).count() <= 5


def test_rare_groups_are_assigned_only_if_something_looks_at_them(
    assigned: tuple[ActiveClustering, DataFrame], people: DataFrame
) -> None:
    found = assigned[0]
    assert with_groups(people, found, ("cluster", "is_far")).columns == [*people.columns, "cluster", "is_far"]
    assert "rare" in with_groups(people, found, ("cluster", "rare")).columns


def test_the_share_of_far_people_is_of_those_who_did_anything(
    trained: Trained, assigned: tuple[ActiveClustering, DataFrame], people: DataFrame
) -> None:
    _, frame = assigned
    view = look(Question("test", ()), trained.workspace, Lake(trained.workspace.lake))
    n_far = frame.where(F.col("is_far") == 1).count()
    told = read_far(view, frame)
    assert told == {"people": n_far, "share": n_far / active_people(people).count(), "proposed": None}
    nobody = read_far(view, frame.where("is_far is null"))
    assert nobody == {"people": 0, "share": 0.0, "proposed": None}
