"""A version of a model under review."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace
from registry import Registry
from reports.card_samples import CHURN, REVIEW

import segspark
from segspark.api.model import ModelVersion
from segspark.models.mlflow_store import store

JUNE = date(2026, 6, 1)


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> ModelVersion:
    workspace = make_workspace(tmp_path_factory.mktemp("model") / "w")
    documents = {Path(file).stem: content for file, content in CHURN.to_files().items()}
    Registry(workspace).register("churn", JUNE, "aa", **documents)
    gates = '[{"code": "lift", "value": 1.4, "bound": 1.1, "is_open": true}, {"code": "n", "value": "few", "bound": null, "is_open": false}]'
    with store(workspace.mlflow) as mlflow:
        client = mlflow.MlflowClient()
        client.set_model_version_tag("small_churn", "1", "gates", gates)
        client.log_metric(client.get_model_version("small_churn", "1").tags["run_id"], "brier", 0.158)
    return segspark.open(workspace.folder).model("churn")


def test_it_has_what_a_review_asks(version: ModelVersion) -> None:
    assert (version.name, version.version, version.label_end, version.is_champion) == ("small_churn", "1", JUNE, True)
    assert version.metrics == {"brier": 0.158}
    assert version.calibration == REVIEW.judged.calibration.bins
    assert version.judged == CHURN.model
    assert next(iter(version.importances)) == "days_since_order"


def test_it_is_shown_in_a_line_and_as_a_table(version: ModelVersion) -> None:
    assert repr(version) == "ModelVersion('small_churn' 1, champion: 1 of 2 gates passed)"
    html = version._repr_html_()
    assert "Days since last order" in html
    assert ">few<" in html


def test_reliability_and_lift_are_drawn(version: ModelVersion) -> None:
    reliability, lift = version.plot().figure.axes
    assert list(reliability.lines[0].get_xdata()) == [100 * b.announced for b in version.calibration]
    assert version.judged is not None
    assert list(lift.lines[0].get_ydata()) == [tenth.lift for tenth in version.judged.deciles]


def test_its_card_is_shown_in_a_frame_of_its_own(version: ModelVersion) -> None:
    card = version.card()
    assert card.html.lstrip().startswith("<!doctype html>")
    shown = card._repr_html_()
    assert shown.startswith("<iframe")
    assert "<html" not in shown
    assert version.card("fr").html != card.html
