"""Models that the program does not know: each plugged in here alone, trained, registered, scored and used for real."""

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import rows_of, with_model
from click.testing import CliRunner
from lakes import BUYERS, SECOND, SECOND_FEATURES, Lakes, address
from pydantic import Field
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.app.run import train
from segspark.app.train import TRAIN, TrainingFailed
from segspark.app.workspace import open_workspace
from segspark.cli.main import cli
from segspark.config import models as config
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.people import people_of_day
from segspark.features.value import Value
from segspark.models.card import Content, Paragraph, Part, say
from segspark.models.columns import column_models, models_for, with_model_columns
from segspark.models.model import Column, Fitted, Former, Model, Refused, Score, Trained
from segspark.models.monitoring.flow import MONITORING
from segspark.models.monitoring.reference import BINS, Bins, Reference
from segspark.models.propensity.model import CHURN
from segspark.models.registry import MODELS
from segspark.models.resources import model_in_use, models_in_use, registered_name
from segspark.models.tracking import Loaded, find_champion, log_model, read_bytes, read_document, read_params
from segspark.models.version import Version
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import runs_of
from segspark.pipeline.step import Step
from segspark.pipeline.view import Question, View, look
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.query.explain import explain
from segspark.reports.gather import write_day_report
from segspark.scoring.flow import SCORES, with_scores
from segspark.sections import Missing, People, Reason, Section, Table
from segspark.sections import Refused as RefusedContent
from segspark.segments.flow import SEGMENTS
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

DAY = SECOND
COLUMNS = {"orders": "n_order_lifetime", "spent": "order_cents_lifetime"}


# A model that uses every field -------------------------------------------------------------------------------------


class Keenness(config.Model):
    """Who has ordered often, which a tree of one split finds again."""

    least_orders: int = Field(2, ge=1, description="From so many orders on somebody is keen")
    days_ahead: int = 30


# Of other people than those of today: as many with one order as with more, and as many keen as calm.
REFERENCE = Reference(
    100, 0.5, {"orders": Bins((0.0,), (2.0,), (0.0, 0.5, 0.5, 0.0))}, {"keen": Bins((), (1.0,), (0.5, 0.5, 0.0))}
)


@dataclass(frozen=True)
class KeenDocuments:
    inputs: tuple[str, ...]
    n_people: int

    def to_files(self) -> Mapping[str, Any]:
        files = {"features.json": {"features": list(self.inputs)}, "people.json": {"n": self.n_people}}
        return {**files, BINS: REFERENCE.as_dict()}

    @classmethod
    def from_files(cls, files: Mapping[str, Any]) -> "KeenDocuments":
        return cls(tuple(files["features.json"]["features"]), files["people.json"]["n"])


def tree_over(people: DataFrame, inputs: tuple[str, ...], label: str) -> PipelineModel:
    filled = ", ".join(f"coalesce(cast({COLUMNS[n]} as double), 0D) AS x_{n}" for n in inputs)
    stages = [
        SQLTransformer(statement=f"SELECT *, {filled} FROM __THIS__"),
        VectorAssembler(inputCols=[f"x_{n}" for n in inputs], outputCol="features"),
        DecisionTreeClassifier(featuresCol="features", labelCol="label", maxDepth=2, seed=1),
    ]
    return Pipeline(stages=stages).fit(people.withColumn("label", F.expr(label).cast("int")))


def probability(model: Loaded, people: DataFrame) -> DataFrame:
    return model.model.transform(people).withColumn("p", vector_to_array(F.col("probability"))[1])


def train_keenness(step: Step, wanted: Collection[str]) -> Fitted:
    config = step.settings.models.of(KEENNESS)
    people = people_of_day(step, {"person_id", *COLUMNS.values()}).localCheckpoint()
    n, inputs = people.count(), ("orders",)
    last = step.context[model_in_use(KEENNESS)]

    def registered(model_version: str) -> None:
        step.outcome["keenness_registered"] = model_version

    return Fitted(
        model=tree_over(people, inputs, f"n_order_lifetime >= {config.least_orders}"),
        sample=people.select("n_order_lifetime"),
        params=config.model_dump(),
        metrics={"n_people": float(n)},
        documents=KeenDocuments(inputs, n),
        files={"wanted.txt": " ".join(sorted(wanted)).encode()},
        data_versions={"gold.features": {"version": step.facts(gold.FEATURES).version, "rows": n}},
        label_end=step.as_of,
        ranks_by="n_people",
        ranking=float(n),
        allow_champion=last is None,
        outcome={"keen_people": n},
        note="version {version} of {everybody}",
        when_registered=registered,
    )


def score_keenness(view: View, model: Loaded, people: DataFrame) -> DataFrame:
    buyers = people.where("n_order_lifetime > 0")
    band = F.when(F.col("p") >= 0.5, "keen").otherwise("calm")
    return probability(model, buyers).select("person_id", F.col("p").alias("keen"), band.alias("keen_band"))


def orders_of(view: View, model: Loaded, people: DataFrame) -> DataFrame:
    buyers = people.where("n_order_lifetime > 0")
    return buyers.select("person_id", F.col("n_order_lifetime").cast("double").alias("orders"))


def add_regularity(view: View, model: Loaded, people: DataFrame) -> DataFrame:
    text = F.when(F.col("n_order_lifetime") >= 2, "regular").otherwise("once")
    return people.withColumn("regularity", F.when(F.lit(model.version) == "1", text))


def keen_sections(view: View, state: Trained[KeenDocuments] | Refused | None) -> tuple[Section, ...]:
    title = {"fr": "Assiduité", "en": "Keenness"}
    if not isinstance(state, Trained):
        return (Section("keenness", title, Missing({"fr": "rien", "en": "nothing"})),)
    days, n = state.record["days_ahead"], state.documents.n_people
    people = Table(
        ({"fr": "Modèle", "en": "Model"}, {"fr": "Gens", "en": "People"}), ((state.model_version, People(n)),)
    )
    note = {"fr": f"sur {days} jours", "en": f"over {days} days, trained on {state.as_of}"}
    return (Section("keenness", title, people, notes=(note,)),)


def keen_card(version: Version[KeenDocuments]) -> Content:
    assert version.documents is not None
    said = say("{n} gens assidus", "{n} keen people", n=People(version.documents.n_people))
    return Content(say("Assiduité", "Keenness"), (Part(say("Qui", "Who"), (Paragraph(said),)),))


CHECKED: list[int] = []
KEENNESS: Model[Keenness, KeenDocuments] = Model(
    name="keenness",
    config=Keenness,
    train=train_keenness,
    outputs=(Score("keen", band="keen_band", horizon="days_ahead"), Column("regularity", Value("text"))),
    documents=KeenDocuments,
    score=score_keenness,
    columns=add_regularity,
    needs=lambda inputs: {COLUMNS[n] for n in inputs},
    inputs=orders_of,
    sections=keen_sections,
    card=keen_card,
    formerly=(Former("keen"), Former("ahead", below="days_ahead")),
    is_trained=lambda config: config.least_orders > 0,
    check=lambda config: CHECKED.append(config.days_ahead),
)


# One with two scores and no band, one that is refused, one that raises ----------------------------------------------


class Plain(config.Model):
    days: int = 7


def train_habits(step: Step, wanted: Collection[str]) -> Fitted:
    people = people_of_day(step, {"person_id", *COLUMNS.values()}).localCheckpoint()
    inputs = tuple(COLUMNS)
    return Fitted(
        tree_over(people, inputs, "order_cents_lifetime > 5000"), people.select(*COLUMNS.values()), {"days": 7}, {},
        KeenDocuments(inputs, 0), {}, {}, step.as_of, "n", 1.0,
    )  # fmt: skip


def score_habits(view: View, model: Loaded, people: DataFrame) -> DataFrame:
    scored = probability(model, people)
    return scored.select("person_id", F.col("p").alias("lavish"), (1 - F.col("p")).alias("thrifty"))


def mood_sections(view: View, state: Trained[KeenDocuments] | Refused | None) -> tuple[Section, ...]:
    assert isinstance(state, Refused)
    (reason,) = state.reasons
    title = {"fr": "Humeur", "en": "Mood"}
    why = RefusedContent((Reason(reason["code"], reason["values"]),), {"fr": "Refusé", "en": "No mood today"})
    return (Section("mood", title, why),)


def refuse(step: Step, wanted: Collection[str]) -> Refused:
    return Refused("refused: no mood was ever seen", ({"code": "no_mood", "values": {"n": 0}},))


def fail(step: Step, wanted: Collection[str]) -> Fitted:
    raise ZeroDivisionError("luck cannot be divided")


HABITS: Model[Plain, KeenDocuments] = Model(
    "habits", Plain, train_habits, (Score("lavish", horizon="days"), Score("thrifty")), KeenDocuments, score_habits,
    needs=lambda inputs: {COLUMNS[n] for n in inputs},
)  # fmt: skip
MOOD: Model[Plain, KeenDocuments] = Model(
    "mood", Plain, refuse, (Score("mood"),), KeenDocuments, score_habits, sections=mood_sections
)
LUCK: Model[Plain, KeenDocuments] = Model("luck", Plain, fail, (Score("luck"),), KeenDocuments, score_habits)

RULES = """
segments:
  - name: keen
    title: {fr: Assidus, en: Keen}
    when: keen >= 0.5
  - name: lavish_and_calm
    title: {fr: Dépensiers calmes, en: Lavish and calm}
    when: lavish >= 0.5 and keen_band = 'calm'
  - name: regular
    title: {fr: Réguliers, en: Regular}
    when: regularity = 'regular'
"""


@dataclass(frozen=True)
class Shop:
    workspace: Workspace
    lake: SparkLake
    failure: TrainingFailed
    names: Mapping[str, str]


@pytest.fixture(scope="module")
def copied(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    return lakes.copy(SECOND_FEATURES, tmp_path_factory.mktemp("models") / "w")


@pytest.fixture(scope="module")
def plugged(copied: tuple[Workspace, SparkLake]) -> Iterator[None]:
    with MODELS.added(KEENNESS, HABITS, MOOD, LUCK):
        yield


@pytest.fixture(scope="module")
def shop(plugged: None, copied: tuple[Workspace, SparkLake]) -> Shop:
    """ann has ordered three times for little, bob once for much, eve and ida twice for little; all models are trained."""
    folder, lake = copied[0].folder, copied[1]
    (folder / "rules.yaml").write_text(RULES)
    text = (folder / "segspark.yaml").read_text().replace("models: {behaviour", "models: {habits: {days: 9}, behaviour")
    text = text.replace("segments:", "keen: {least_orders: 3}\nsegments:\n  schemes: [levels, rules]")
    (folder / "segspark.yaml").write_text(text)
    workspace = open_workspace(folder, {"SEGSPARK__MODELS__KEENNESS__DAYS_AHEAD": "45"})
    with pytest.raises(TrainingFailed) as caught:
        train(workspace, lake, DAY, Quiet())
    for flow in (SCORES, SEGMENTS):
        run_flow(flow, workspace, lake, DAY)
    pseudonyms = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file))
    names = {pseudonyms.identifier_id("email", address(who)) or "": who for who in (*BUYERS, "kim", "max")}
    return Shop(workspace, lake, caught.value, names)


def outcome_of(shop: Shop, flow: str) -> dict[str, Any]:
    (row,) = [r for r in runs_of(shop.lake).finished(flow) if r["as_of_date"] == DAY]
    outcome: dict[str, Any] = json.loads(row["outputs"])
    return outcome


def scores_of(shop: Shop) -> dict[tuple[str, str], tuple[float | None, str | None, str | None]]:
    return {
        (shop.names[r["person_id"]], r["score"]): (r["value"], r["band"], r["model_version"])
        for r in rows_of(shop.lake, gold.SCORES, DAY)
    }


# Configuration ----------------------------------------------------------------------------------------------------


def test_it_is_configured_in_a_section_of_its_own(shop: Shop) -> None:
    found = shop.workspace.models.of(KEENNESS)
    # The one from its key of before, the other from the environment.
    assert (found.least_orders, found.days_ahead) == (3, 45)
    assert shop.workspace.models.of(HABITS).days == 9
    assert shop.workspace.models.of(MOOD) == Plain()


def test_what_is_wrong_in_its_section_is_told(plugged: None, tmp_path: Path) -> None:
    (tmp_path / "segspark.yaml").write_text("models:\n  keenness:\n    least_order: 3\n    days_ahead: soon\n")
    with pytest.raises(ConfigError) as caught:
        open_workspace(tmp_path, {})
    unknown, wrong = str(caught.value).replace(f"{tmp_path}/", "").splitlines()
    assert unknown.startswith(
        "segspark.yaml:3: models.keenness.least_order: there is no such key. Did you mean least_orders?"
    )
    assert wrong.startswith("segspark.yaml:4: models.keenness.days_ahead (is 'soon')")


# Training -----------------------------------------------------------------------------------------------------------


def test_it_is_registered_with_all_that_it_tells(shop: Shop) -> None:
    store, name = shop.workspace.mlflow, registered_name("small", KEENNESS)
    champion = find_champion(store, name, DAY)
    assert champion is not None
    run = champion.tags["run_id"]
    assert read_params(store, run) == {"least_orders": "3", "days_ahead": "45"}
    files = {file: read_document(store, run, file) for file in ("features.json", "people.json")}
    assert KeenDocuments.from_files(files) == KeenDocuments(("orders",), 10)
    # Scores are always wanted, columns of people where a scheme looks at them.
    assert (
        read_bytes(store, run, "wanted.txt")
        == b"churn days_to_order days_to_order_high days_to_order_low engagement_churn expected_orders keen lavish luck mood p_alive regularity send_hour thrifty value_cents"
    )
    assert list(read_document(store, run, "data_versions.json")) == ["gold.features"]
    assert (champion.tags["label_end_date"], champion.tags["n_people"]) == (str(DAY), "10.0")


def test_its_card_is_stored_with_it_in_both_languages_and_written_by_the_command(shop: Shop, tmp_path: Path) -> None:
    store = shop.workspace.mlflow
    champion = find_champion(store, registered_name(shop.workspace.name, KEENNESS), DAY)
    assert champion is not None
    run = champion.tags["run_id"]
    english, french = (read_bytes(store, run, file).decode() for file in ("card.html", "card.fr.html"))
    assert "10 keen people" in english
    assert "10 gens assidus" in french
    assert f"Version {champion.version} is in use since" in english
    assert f"<code>{champion.tags['artifact_digest']}</code>" in english
    page = tmp_path / "card.html"
    asked = [
        "models",
        "card",
        "keenness",
        "--config",
        str(shop.workspace.folder),
        "--language",
        "fr",
        "--to",
        str(page),
    ]
    done = CliRunner().invoke(cli, asked, catch_exceptions=False)
    assert done.output == f"{page}\n"
    assert page.read_text() == french
    # One that says nothing of itself has a card all the same.
    plain = find_champion(store, registered_name(shop.workspace.name, HABITS), DAY)
    assert plain is not None
    assert "Model card: habits" in read_bytes(store, plain.tags["run_id"], "card.html").decode()


def test_it_is_asked_whether_it_can_be_trained_as_configured(shop: Shop) -> None:
    assert 45 in CHECKED


def test_what_it_tells_is_recorded_with_the_run(shop: Shop) -> None:
    outcome = outcome_of(shop, "train")
    assert outcome["keenness"] == "version 1 of {everybody}"
    assert (outcome["keen_people"], outcome["keenness_registered"]) == (10, "small_keenness/1")


def test_one_that_is_refused_hinders_no_other(shop: Shop) -> None:
    outcome = outcome_of(shop, "train")
    assert outcome["mood"] == "refused: no mood was ever seen"
    assert outcome["mood_refused"] == [{"code": "no_mood", "values": {"n": 0}}]
    assert outcome["churn"].startswith("refused: ")
    assert outcome["habits"] == "version 1"


def test_one_that_raises_is_recorded_and_the_run_ends_with_it(shop: Shop) -> None:
    assert outcome_of(shop, "train")["luck"] == "failed: ZeroDivisionError: luck cannot be divided"
    assert "luck: ZeroDivisionError: luck cannot be divided" in str(shop.failure)
    assert "mood" not in str(shop.failure)
    assert find_champion(shop.workspace.mlflow, registered_name("small", LUCK), DAY) is None


# Scores -------------------------------------------------------------------------------------------------------------


def test_its_scores_are_rows_under_the_name_of_its_record(shop: Shop) -> None:
    found = {key: row for key, row in scores_of(shop).items() if key[1].startswith("keen")}
    assert found == {
        **{(who, "keen_45d"): (0.0, "calm", "small_keenness/1") for who in BUYERS},
        ("ann", "keen_45d"): (1.0, "keen", "small_keenness/1"),
    }


def test_a_model_may_give_two_scores(shop: Shop) -> None:
    found = {key: row for key, row in scores_of(shop).items() if row[2] == "small_habits/1"}
    assert {key: row[0] for key, row in found.items()} == {
        **{(who, "lavish_7d"): 0.0 for who in shop.names.values()}, ("bob", "lavish_7d"): 1.0,
        **{(who, "thrifty"): 1.0 for who in shop.names.values()}, ("bob", "thrifty"): 0.0,
    }  # fmt: skip
    assert {row[1] for row in found.values()} == {None}


def test_what_has_no_model_gives_no_score(shop: Shop) -> None:
    outcome = outcome_of(shop, "scores")
    assert (outcome["keenness"], outcome["habits"]) == ("small_keenness/1", "small_habits/1")
    assert outcome["mood"] == "no mood model: none is champion"
    assert outcome["luck"] == "no luck model: none is champion"
    assert not {score for _, score in scores_of(shop)} & {"mood", "luck"}


def test_its_inputs_and_scores_are_compared_with_those_of_its_training(shop: Shop) -> None:
    run_flow(MONITORING, shop.workspace, shop.lake, DAY)
    found = {(r["model_version"], r["kind"], r["name"]): r["psi"] for r in rows_of(shop.lake, gold.MODEL_DRIFT, DAY)}
    # Four have ordered once and four more often, as at the training; of eight people one is keen. The others have stored
    # nothing to compare with.
    assert found == {
        ("small_keenness/1", "input", "orders"): 0.0,
        ("small_keenness/1", "score", "keen"): pytest.approx(0.375 * math.log(7)),
    }


def test_a_rule_may_use_its_values(shop: Shop) -> None:
    inside = {
        (r["segment_name"], shop.names[r["person_id"]])
        for r in rows_of(shop.lake, gold.SEGMENTS, DAY)
        if r["scheme"] == "rules"
    }
    regular = {("Regular", who) for who in ("ann", "bob", "eve", "ida")}
    assert inside == {("Keen", "ann"), ("Lavish and calm", "bob")} | regular


def test_questions_know_its_columns_too(shop: Shop) -> None:
    found = explain(shop.workspace, next(p for p, name in shop.names.items() if name == "eve"), None, "en", "regular")
    (told,) = [e["lines"] for e in found if e["segment_name"] == "Regular"]
    assert told == ["✓ regularity = 'regular'  (value regular)"]


def test_the_toy_uses_every_field_of_the_socket() -> None:
    for field in fields(KEENNESS):
        value = getattr(KEENNESS, field.name)
        assert value, field.name
        assert field.default is MISSING or value != field.default, field.name


def test_where_no_version_may_speak_a_column_is_null(shop: Shop) -> None:
    view = look(
        Question("test", (), lambda: models_in_use(column_models())), shop.workspace, shop.lake, date(2026, 5, 1)
    )
    people = shop.lake.spark.createDataFrame([("p",)], "person_id string")
    found = models_for(view, {"regularity"})
    assert with_model_columns(people, view, found).collect() == [("p", None)]
    assert models_for(view, {"keen"}) == {}


# Report -------------------------------------------------------------------------------------------------------------


def test_the_report_shows_it(shop: Shop) -> None:
    page = Path(write_day_report(shop.workspace, DAY, "en", None)).read_text()
    assert '<li><a href="#keenness">Keenness</a></li>' in page
    assert "small_keenness/1" in page
    assert f"over 45 days, trained on {DAY}" in page
    # The refused one says why; those without a section, and the one that raised, say nothing.
    assert "No mood today" in page
    assert "no_mood, n = 0" in page
    assert not {'id="habits"', 'id="luck"'} & set(page.split())


# Later: a changed configuration, and a version of before -------------------------------------------------------------


@pytest.fixture(scope="module")
def later(shop: Shop) -> Shop:
    """The horizons are configured anew, and a churn model is there that a release before this one has registered."""
    fixture = Path(__file__).parents[1] / "models" / "fixtures" / "churn" / "sparkml"
    inputs = ["days_since_order", "days_between_orders", "n_order_30d"]
    frame = shop.lake.spark.createDataFrame([], "days_since_order int, days_between_orders double, n_order_30d int")
    log_model(
        shop.workspace.mlflow, name="small_churn", model=PipelineModel.load(f"file://{fixture}"), sample=frame,
        params={"label_days": 90, "active_days": 365}, metrics={}, documents={"features.json": {"features": inputs}},
        figures={}, data_versions={}, as_of=DAY, label_end=DAY, ranks_by="pr_auc", ranking=0.5,
    )  # fmt: skip
    workspace = with_model(with_model(shop.workspace, KEENNESS, days_ahead=60), CHURN, label_days=60)
    run_flow(SCORES, workspace, shop.lake, DAY)
    return Shop(workspace, shop.lake, shop.failure, shop.names)


def test_a_score_keeps_the_name_of_the_record_after_the_configuration_has_changed(later: Shop) -> None:
    found = {score for _, score in scores_of(later)}
    assert {"keen_45d", "churn_90d"} <= found
    assert not {"keen_60d", "churn_60d"} & found


def test_values_of_all_models_stand_beside_people_whatever_their_rows_are_called(later: Shop) -> None:
    view = look(Question("test", ("gold.scores",)), later.workspace, later.lake, DAY)
    people = later.lake.read(gold.FEATURES).where(F.col("as_of_date") == F.lit(DAY)).select("person_id")
    rows = {later.names[r["person_id"]]: r for r in with_scores(view, people).collect()}
    assert [(r["keen"], r["keen_band"], r["lavish"], r["thrifty"]) for r in (rows["ann"], rows["bob"])] == [
        (1.0, "keen", 0.0, 1.0), (0.0, "calm", 1.0, 0.0),
    ]  # fmt: skip
    # Of those who never bought nobody can say whether they will stop.
    churn = {who: (r["churn"], r["churn_band"]) for who, r in rows.items() if r["churn"] is not None}
    assert set(churn) == set(BUYERS)
    assert all(0 < value < 1 and band in ("low", "medium", "high") for value, band in churn.values())


def test_the_flows_look_up_what_they_use_of_it() -> None:
    with MODELS.added(replace(MOOD, name="zest")):
        for flow in (TRAIN, SCORES):
            assert callable(flow.needs)
            assert "zest_model" in {resource.name for resource in flow.needs()}
