"""What the models give the report of a day: the version that was valid then, else why there is none."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders import make_workspace
from models.clustering.documents.stored import stored
from models.propensity.test_documents import DOCUMENTS
from registry import Registry

from segspark import sections
from segspark.config.models import Workspace
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.sections import NO_MODEL, Clusters
from segspark.models.mlflow_store import store
from segspark.models.model import Refused, Trained
from segspark.models.monitoring.since import SinceTraining
from segspark.models.propensity.model import CHURN
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.propensity.sections import PropensityQuality
from segspark.models.registry import MODELS
from segspark.models.resources import OVERRIDES
from segspark.models.sections import read_state, sections_of_models
from segspark.pipeline.runs import record
from segspark.pipeline.view import Question, View, look
from segspark.sections import Missing, Reason
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Groups since 2 May, and others since 4 May; churn since 6 May, refused on 3 and 5 May."""
    workspace = make_workspace(tmp_path_factory.mktemp("sections") / "w")

    def registered(kind: str, day: date, params: dict[str, int], files: dict[str, Any]) -> None:
        documents = {file.removesuffix(".json"): content for file, content in files.items()}
        number = Registry(workspace).register(kind, day, "aa", **documents)
        with store(workspace.mlflow) as mlflow:
            client = mlflow.MlflowClient()
            client.set_model_version_tag(f"small_{kind}", number, "as_of", day.isoformat())
            run = client.get_model_version(f"small_{kind}", number).tags["run_id"]
            for name, value in params.items():
                client.log_param(run, name, value)

    registered("behaviour", MAY[2], {}, stored("first"))
    registered("behaviour", MAY[4], {}, stored("today"))
    registered("churn", MAY[6], {"label_days": 90}, {**DOCUMENTS.to_files(), "data_versions.json": {}})
    lake = Lake(workspace.lake)
    for day, gate in (
        (MAY[3], {"code": "no_order", "values": {}}),
        (MAY[5], {"code": "history", "values": {"days": 3, "needed": 60, "ready": "2026-08-01"}}),
    ):
        record(
            lake, run_id=f"train-{day}", flow="train", as_of=day, state="done", config="c",
            outputs={"churn": "refused: too early", "churn_refused": [gate]},
        )  # fmt: skip
    return workspace


def view_of(workspace: Workspace) -> View:
    return look(
        Question("test", ("ops.runs", "gold.model_drift", "gold.model_performance"), (OVERRIDES,)),
        workspace,
        Lake(workspace.lake),
    )


def test_a_day_shows_the_version_that_was_valid_then(workspace: Workspace) -> None:
    view = view_of(workspace)
    assert read_state(view, BEHAVIOUR, MAY[1]) is None
    first, today = (ClusteringDocuments.from_files(stored(v)) for v in ("first", "today"))
    assert read_state(view, BEHAVIOUR, MAY[3]) == Trained("small_behaviour/1", MAY[2], {}, first)
    assert read_state(view, BEHAVIOUR, MAY[9]) == Trained("small_behaviour/2", MAY[4], {}, today)


def test_what_is_configured_today_says_nothing_of_a_version(workspace: Workspace) -> None:
    assert read_state(view_of(workspace), CHURN, MAY[9]) == Trained(
        "small_churn/1", MAY[6], {"label_days": "90"}, DOCUMENTS
    )


def test_without_a_version_the_last_refusal_of_that_day_counts(workspace: Workspace) -> None:
    view = view_of(workspace)
    assert read_state(view, CHURN, MAY[2]) is None
    assert read_state(view, CHURN, MAY[3]) == Refused("refused: too early", ({"code": "no_order", "values": {}},))
    later = read_state(view, CHURN, MAY[5])
    assert isinstance(later, Refused)
    assert [reason["code"] for reason in later.reasons] == ["history"]


def test_the_sections_stand_in_the_order_of_the_models(workspace: Workspace) -> None:
    groups, rare, churn, value = sections_of_models(view_of(workspace), MAY[9])
    assert (groups.name, rare.name, churn.name, value.name) == ("clusters", "rare", "churn", "value")
    assert isinstance(groups.content, Clusters)
    # Of a lake without a row nothing was compared, and the first window ends 90 days after the training.
    since = SinceTraining((), (), 0, date(2026, 8, 4), 0.05)
    assert churn.content == PropensityQuality(90, NO_ORDER.words, DOCUMENTS, "small_churn/1", since)
    groups, churn, value = sections_of_models(view_of(workspace), MAY[1])
    assert groups.content is NO_MODEL
    assert isinstance(churn.content, Missing)
    assert isinstance(value.content, Missing)


def test_a_refusal_is_shown_with_its_days_as_days(workspace: Workspace) -> None:
    *_, churn, _ = sections_of_models(view_of(workspace), MAY[5])
    assert isinstance(churn.content, sections.Refused)
    assert churn.content.reasons == (Reason("history", {"days": 3, "needed": 60, "ready": date(2026, 8, 1)}),)
    assert churn.content.title["en"].startswith("No probability")


def test_a_model_without_sections_shows_nothing(workspace: Workspace) -> None:
    with MODELS.added(replace(CHURN, name="silent", sections=None)):
        assert [s.name for s in sections_of_models(view_of(workspace), MAY[9])] == [
            "clusters",
            "rare",
            "churn",
            "value",
        ]
