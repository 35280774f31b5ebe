"""RFM cells have minted ids, and their version follows the settings."""

from pathlib import Path
from types import SimpleNamespace

from builders import make_workspace
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.features.catalogue import build_catalogue
from segspark.ids import mint
from segspark.measure.defining import Defining
from segspark.measure.shop import ORDERS_30D
from segspark.segments.definitions import Definitions
from segspark.segments.schemes.rfm import RFM, VALUES, rfm_grouping
from segspark.segments.schemes.scheme import Prepared, SchemeContext, Values


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


def test_a_cell_looks_at_orders_and_refunds(tmp_path: Path, spark: SparkSession) -> None:
    workspace = make_workspace(tmp_path / "w")
    context = SchemeContext(SimpleNamespace(settings=workspace), Definitions(), F)  # type: ignore[arg-type]
    found = RFM.prepare(context, spark.createDataFrame([("a", 1.0)], "rfm_cell string, engagement double"))
    assert isinstance(found, Prepared)
    assert Defining(build_catalogue((30, 90, 365)), {"rfm": found.looks_at}).is_made_of(ORDERS_30D, "rfm", "any")


def test_a_cell_is_explained_by_scores_and_purchases() -> None:
    assert RFM.explain({}, {}) == Values(VALUES)
    assert VALUES[:3] == ("recency", "frequency", "monetary")
