"""The registry as the commands show it, without Spark."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from builders import make_workspace
from models.monitoring.test_since import ENDED, drift, window
from registry import Registry

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.models.mlflow_store import store
from segspark.query.models import card_of_version, compare_models, list_models, show_model
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
CONTEST = {"version": "1", "n": 9, "challenger_loss": 0.4, "champion_loss": 0.3, "low": 0.05, "high": 0.2}
GATES = [{"code": "lift", "value": 1.4, "bound": 1.1, "is_open": True}]
LOST = {"alias": "challenger", "code": "lost", "sentence": "it is worse", "conceded": 0.0, "values": {}}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Version 1 of churn is champion; 2 lost against it."""
    workspace = make_workspace(tmp_path_factory.mktemp("shelf") / "w")
    registry = Registry(workspace)
    registry.register("churn", MAY, "a")
    registry.register("churn", JUNE, "b", champion=False)
    tags = {
        "gates": GATES, "contest": CONTEST, "decision": LOST,
    }  # fmt: skip
    with store(workspace.mlflow) as mlflow:
        client = mlflow.MlflowClient()
        for version, loss in (("1", 0.3), ("2", 0.4)):
            run = client.get_model_version("small_churn", version).tags["run_id"]
            client.log_metric(run, "log_loss", loss)
            client.log_param(run, "label_days", 90)
            client.log_param(run, "max_depth", 3 + int(version))
            client.set_tag(run, "data.gold.features", "version 3, 10 rows")
        client.log_metric(run, "brier", 0.2)
        client.set_model_version_tag("small_churn", "1", "model_fingerprint", "f")
        client.set_model_version_tag("small_churn", "1", "expires_after_days", "20")
        for key, value in tags.items():
            client.set_model_version_tag("small_churn", "2", key, json.dumps(value))
    return workspace


def test_versions_are_listed_with_the_reason_of_each(workspace: Workspace) -> None:
    first, second = list_models(workspace, None)
    assert first == {
        "model": "churn", "version": "1", "as_of": MAY, "label_end": MAY, "expires": date(2026, 5, 21),
        "is_champion": True, "decided": "by a release that kept no reasons",
    }  # fmt: skip
    assert (second["version"], second["expires"], second["is_champion"]) == ("2", None, False)
    assert second["decided"] == "it is worse"


def test_on_a_day_the_champion_is_the_one_that_may_speak_about_it_or_a_reason_is_told(workspace: Workspace) -> None:
    assert [row["is_champion"] for row in list_models(workspace, date(2026, 5, 20))] == [True, False]
    none, *rows = list_models(workspace, date(2026, 5, 21))
    assert none == {
        "model": "churn",
        "decided": "no champion on 2026-05-21: version 1 has expired since 2026-05-21; train again",
    }
    assert not any(row["is_champion"] for row in rows)


def test_a_version_is_shown_with_all_that_a_review_asks(workspace: Workspace) -> None:
    found = show_model(workspace, "churn", "2")
    assert (found["artifact_digest"], found["model_fingerprint"]) == ("b", None)
    assert (found["gates"], found["contest"], found["decision"]) == (GATES, CONTEST, LOST)
    assert found["record"] == {"label_days": "90", "max_depth": "5"}
    assert found["metrics"] == {"brier": 0.2, "log_loss": 0.4}
    assert found["data_versions"] == {"gold.features": "version 3, 10 rows"}
    assert [(m["day"], m["version"], m["who"]) for m in found["moves"]] == [(MAY, "1", "run")]
    assert (found["is_champion"], found["alias_in_mlflow"]) == (False, "1")
    # Without a version the champion; of an early release much is not known.
    champion = show_model(workspace, "small_churn", None)
    assert (champion["version"], champion["is_champion"]) == ("1", True)
    assert (champion["gates"], champion["contest"], champion["decision"]) == ([], None, None)


def test_a_version_is_shown_with_what_it_has_shown_since_its_training(workspace: Workspace) -> None:
    assert show_model(workspace, "churn", "1")["since_training"] == {"ended_windows": [], "compared": []}
    lake = Lake(workspace.lake)
    lake.append_small(gold.MODEL_PERFORMANCE, pa.Table.from_pylist([window(n_people=1013)]), "window")
    rows = [
        drift("a", 0.1, "steady"), drift("b", 0.4, "alarm"), drift("a", 0.9, "alarm", day=MAY),
        drift("a", 0.9, "alarm", version="small_churn/2"),
    ]  # fmt: skip
    lake.append_small(gold.MODEL_DRIFT, pa.Table.from_pylist(rows), "days")
    found = show_model(workspace, "churn", "1")["since_training"]
    assert [(r["name"], r["psi"]) for r in found["compared"]] == [("b", 0.4), ("a", 0.1)]
    (ended,) = found["ended_windows"]
    assert (ended["roc_auc"], ended["base_rate"]) == (ENDED.roc_auc, ENDED.base_rate)
    # This workspace hides no small group.
    assert ended["n_people"] == 1013
    hiding = workspace.model_copy(update={"segments": workspace.segments.model_copy(update={"min_size": 20})})
    assert show_model(hiding, "churn", "1")["since_training"]["ended_windows"][0]["n_people"] == 1000


@pytest.mark.parametrize(("one", "other"), [("1", "2"), ("2", "1")])
def test_two_versions_are_compared_by_metric_setting_and_contest(workspace: Workspace, one: str, other: str) -> None:
    found = compare_models(workspace, "churn", one, other)
    sides: dict[str, Any] = {row["metric"]: (row["left"], row["right"]) for row in found["metrics"]}
    order = slice(None, None, 1 if one == "1" else -1)
    assert sides == {"brier": (None, 0.2)[order], "log_loss": (0.3, 0.4)[order]}
    differences = {row["metric"]: row["difference"] for row in found["metrics"]}
    assert differences == {"brier": None, "log_loss": pytest.approx(0.1 if one == "1" else -0.1)}
    assert [row["setting"] for row in found["record"]] == ["max_depth"]
    assert found["contests"] == [{"challenger": "2", "champion": "1", **CONTEST}]
    assert not found["is_same_model"]
    assert compare_models(workspace, "churn", "1", "1")["is_same_model"]


def test_the_card_of_a_version_is_made_as_things_stand(workspace: Workspace) -> None:
    number, page = card_of_version(workspace, "churn", "2", "en")
    assert number == "2"
    assert "Version 2 is not in use." in page
    assert "On the same 9 rows" not in page
    # Without a version the champion; its early release has kept no documents, which its card says.
    number, page = card_of_version(workspace, "small_churn", None, "fr")
    assert number == "1"
    assert "La version 1 est en service depuis le 1er mai 2026." in page
    assert "pas conservé les documents de son évaluation" in page
    with pytest.raises(ConfigError, match="has no version 9"):
        card_of_version(workspace, "churn", "9", "en")


def test_what_is_not_there_is_named(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no model 'churm'"):
        show_model(workspace, "churm", None)
    with pytest.raises(GateClosed, match="No version of behaviour is registered"):
        show_model(workspace, "behaviour", None)
    assert list_models(make_workspace(tmp_path / "empty"), date(2026, 5, 1)) == []
