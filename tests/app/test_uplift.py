"""A declared trial through the product: its answer in words, its figures, and its run in MLflow."""

from pathlib import Path

import pytest
from models.uplift.declared import TABLE, declaration, people_csv, write_trial
from models.uplift.trials import HILLSTROM, fit_line

from segspark.app.uplift import Answer, estimate_trial, list_trials
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.models.mlflow_store import store
from segspark.models.uplift.estimate import Method

CHEAP = Method(fit=fit_line, n_rounds=1, n_bootstrap=100)


def workspace_of(folder: Path) -> Workspace:
    (folder / "data").mkdir(parents=True)
    (folder / "segspark.yaml").write_text('name: mail\nlanguage: en\nmodels: {uplift: {trials: ["trials/*.yaml"]}}\n')
    return open_workspace(folder, {})


def answered(folder: Path, people: str, **changed: object) -> tuple[Workspace, Answer]:
    workspace = workspace_of(folder)
    (folder / "data" / "people.csv").write_text(people)
    write_trial(folder, declaration(**changed))
    return workspace, estimate_trial(workspace, "spring", method=CHEAP)


def test_a_mail_that_works_on_half_of_the_people(tmp_path: Path) -> None:
    workspace, answer = answered(tmp_path / "w", people_csv(1, 6000, 0.3), cost=0.1)
    assert not answer.is_refused
    assert answer.sentences[0].startswith("Among 6,000 people put into one of two groups at random, the mail brings +1")
    assert "The effect is not the same for everybody" in answer.sentences[1]
    assert "Send to the" in answer.sentences[2]
    figures = {row["figure"]: row for row in answer.rows}
    assert figures["qini"]["low"] > 0
    assert figures["effect_top_30"]["value"] == pytest.approx(0.3, abs=0.08)
    with store(workspace.mlflow) as mlflow:
        run = mlflow.MlflowClient().get_run(answer.run_id)
        files = {file.path for file in mlflow.MlflowClient().list_artifacts(answer.run_id)}
    assert run.data.metrics["qini"] == figures["qini"]["value"]
    assert run.data.params["trial"] == "spring"
    assert files == {"trial.json", "features.json", "answer.txt", "qini.json", "qini.png"}


def test_a_mail_that_works_on_everybody_alike(tmp_path: Path) -> None:
    _, answer = answered(tmp_path / "w", people_csv(2, 4000, 0.0))
    assert answer.sentences[1].startswith("No differences found")


def test_people_who_were_chosen_are_refused_in_words_and_the_refusal_is_kept(tmp_path: Path) -> None:
    workspace, answer = answered(tmp_path / "w", people_csv(1, 4000, 0.3, chosen=True))
    assert answer.is_refused
    assert (answer.reasons, answer.rows) == (("features_differ", "arm_is_told"), ())
    assert "differed from the others already" in answer.sentences[0]
    with store(workspace.mlflow) as mlflow:
        run = mlflow.MlflowClient().get_run(answer.run_id)
        files = {file.path for file in mlflow.MlflowClient().list_artifacts(answer.run_id)}
    assert run.data.tags["is_refused"] == "true"
    assert "refused.json" in files
    assert "qini" not in run.data.metrics


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"shares": {}}, "not_declared"),
        ({"shares": {"mail": 3, "none": 1}}, "sample_ratio"),
        ({"table": {**TABLE, "arm": "channel"}, "shares": {"mail": 1, "none": 1}}, "undeclared_arms"),
    ],
)
def test_what_is_not_as_declared_is_refused(tmp_path: Path, changed: dict[str, object], reason: str) -> None:
    if changed.get("table"):
        changed = {**changed, "table": {**changed["table"], "before": {"numbers": ["age"]}}}  # type: ignore[dict-item]
    _, answer = answered(tmp_path / "w", people_csv(1, 2000, 0.0), **changed)
    assert answer.reasons == (reason,)
    assert len(answer.sentences) == 1


def test_trials_are_listed_and_others_are_unknown(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path / "w")
    write_trial(workspace.folder, declaration())
    row = {"trial": "spring", "treated": "mail", "control": "none", "outcome": "visits", "people": "a table"}
    assert list_trials(workspace) == [row]
    with pytest.raises(ConfigError, match="There are: spring"):
        estimate_trial(workspace, "autumn")


@pytest.mark.parametrize(("mail", "found"), [("Womens E-Mail", True), ("Mens E-Mail", False)])
def test_the_published_send(tmp_path: Path, mail: str, found: bool) -> None:
    if not HILLSTROM.exists():
        pytest.skip("no data in SEGSPARK_SHARED_DATA/hillstrom")
    workspace = workspace_of(tmp_path / "w")
    before = {"numbers": ["recency", "history", "mens", "womens", "newbie"], "categories": ["zip_code", "channel"]}
    shares = {"Womens E-Mail": 1, "Mens E-Mail": 1, "No E-Mail": 1}
    table = {"file": str(HILLSTROM.resolve()), "arm": "segment", "outcome": "visit", "before": before}
    write_trial(workspace.folder, declaration(shares=shares, treated=mail, control="No E-Mail", table=table))
    answer = estimate_trial(workspace, "spring")
    figures = {row["figure"]: row for row in answer.rows}
    assert (figures["qini"]["low"] > 0) == found
    assert answer.sentences[1].startswith("No differences found") != found
    # The published effects, and for women's mail some 7 more visits among the first 30 %.
    assert figures["effect"]["value"] == pytest.approx(0.04523 if found else 0.07659, abs=1e-5)
    assert figures["effect_top_30"]["value"] == pytest.approx(0.07, abs=0.01)
