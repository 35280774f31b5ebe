"""Schemes whose groups a column names: RFM cells, clusters, rare groups."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from builders import make_workspace

from segspark.config.models import Workspace
from segspark.ids import mint, version_of
from segspark.models.clustering.active import ActiveClustering
from segspark.models.clustering.documents.groups import Around, GroupDocument, Groups
from segspark.models.clustering.documents.preparation import Preparation
from segspark.models.clustering.documents.rare import RareGroup
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.tracking import Loaded
from segspark.segments.groupings import coarser_segments, groupings_of, rfm_grouping

MODEL = Loaded("small_behaviour", "3", None, {})  # type: ignore[arg-type]


SAID = {"fr": "dit", "en": "said"}


def named(segment_id: str) -> dict[str, str]:
    return {"fr": f"{segment_id} fr", "en": f"{segment_id} en"}


CALM = GroupDocument(0, "calm", named("calm"), SAID, 30, (0.5, 1.0), {})
LIVELY = GroupDocument(1, "lively", named("lively"), SAID, 20, (0.5, 1.0), {}, path=("active", "lively"))
ACTIVE = Around(1, "active", named("active"), SAID, 50, ("calm", "lively"))
RARE = RareGroup("r1", "odd", named("odd"), SAID, "group", 5, {}, ())


def workspace_with(folder: Path, *schemes: str) -> Workspace:
    workspace = make_workspace(folder)
    return workspace.model_copy(update={"segments": workspace.segments.model_copy(update={"schemes": schemes})})


def clustering(*groups: GroupDocument, around: tuple[Around, ...] = (), rare: Any = None) -> ActiveClustering:
    documents = ClusteringDocuments(Groups((CALM, LIVELY), 2, "", ("a", "b"), around), Sweep(()), Preparation(()))
    return ActiveClustering(MODEL, groups or (CALM, LIVELY), documents, rare)


def test_clusters_are_named_by_the_column_of_their_number(tmp_path: Path) -> None:
    (behaviour,) = groupings_of(workspace_with(tmp_path / "w", "behaviour"), clustering())
    assert (behaviour.scheme, behaviour.column, behaviour.score) == ("behaviour", "cluster", "engagement")
    assert behaviour.model_version == "small_behaviour/3"
    assert {key: s.segment_id for key, s in behaviour.segments.items()} == {"0": "calm", "1": "lively"}
    assert behaviour.paths == {"0": ("calm",), "1": ("active", "lively")}
    calm = behaviour.segments["0"]
    assert (calm.name["fr"], calm.description["en"], calm.centre, calm.model_version) == (
        "calm fr", "said", (0.5, 1.0), "small_behaviour/3",
    )  # fmt: skip


def test_a_name_that_was_edited_is_another_version(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path / "w", "behaviour")
    (before,) = groupings_of(workspace, clustering())
    renamed = clustering(CALM, replace(LIVELY, name={**LIVELY.name, "en": "Keen"}))
    assert groupings_of(workspace, renamed)[0].version != before.version
    # It is of the stored form.
    assert before.version == version_of([CALM.to_json(), LIVELY.to_json()])


def test_rare_groups_come_where_some_were_found_and_have_no_centre(tmp_path: Path) -> None:
    found = groupings_of(workspace_with(tmp_path / "w", "rare"), clustering(rare=(None, [RARE])))
    assert [(g.scheme, g.column) for g in found] == [("rare", "rare")]
    assert found[0].segments["r1"].centre is None


def test_coarser_groups_are_segments_without_rows_of_their_own() -> None:
    assert coarser_segments(clustering()) == []
    (around,) = coarser_segments(clustering(around=(ACTIVE,)))
    assert (around.scheme, around.segment_id, around.name["en"]) == ("behaviour", "active", "active en")
    assert around.centre is None


def test_rfm_cells_have_minted_ids_and_their_version_follows_the_settings(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    found = rfm_grouping(workspace)
    assert found.column == "rfm_cell"
    assert found.segments["champions"].segment_id == mint("rfm", "champions")
    assert found.segments["never_bought"].name == {"fr": "Sans achat", "en": "No purchase"}
    assert len(found.segments) == 12
    rfm = workspace.scoring.rfm.model_copy(update={"n_bins": 4})
    other = workspace.model_copy(update={"scoring": workspace.scoring.model_copy(update={"rfm": rfm})})
    assert rfm_grouping(other).version != found.version == rfm_grouping(workspace).version
