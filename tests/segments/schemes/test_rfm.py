"""RFM cells have minted ids, and their version follows the settings."""

from pathlib import Path

from builders import make_workspace

from segspark.ids import mint
from segspark.segments.schemes.rfm import RFM, VALUES, rfm_grouping
from segspark.segments.schemes.scheme import Values


def test_cells_have_minted_ids_and_their_version_follows_the_settings(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    found = rfm_grouping(workspace)
    assert found.column == "rfm_cell"
    assert found.segments["champions"].segment_id == mint("rfm", "champions")
    assert found.segments["never_bought"].name == {"fr": "Jamais acheté", "en": "Never bought"}
    assert len(found.segments) == 14
    rfm = workspace.scoring.rfm.model_copy(update={"n_bins": 4})
    other = workspace.model_copy(update={"scoring": workspace.scoring.model_copy(update={"rfm": rfm})})
    assert rfm_grouping(other).version != found.version == rfm_grouping(workspace).version


def test_a_cell_is_explained_by_scores_and_purchases() -> None:
    assert RFM.explain({}, {}) == Values(VALUES)
    assert VALUES[:3] == ("recency", "frequency", "monetary")
