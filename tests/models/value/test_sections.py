"""The section about customer value: of a version, of a refusal, and of neither."""

from dataclasses import replace
from datetime import date

from models.value.test_documents import DOCUMENTS, UNMEASURED
from models.value.test_holdout import FOUND

from segspark import sections
from segspark.models.model import Refused, Trained
from segspark.models.value.documents import ValueDocuments
from segspark.models.value.sections import NO_HOLDOUT, NO_MODEL, NO_STOPPING, value_sections
from segspark.sections import Number, People, Reason, Section, Share, Table


def section_of(documents: ValueDocuments) -> Section:
    return sections_of(documents)[0]


def sections_of(documents: ValueDocuments) -> tuple[Section, ...]:
    return value_sections(Trained("shop_value/3", date(2026, 6, 1), {"horizon_days": "365"}, documents))


def test_dates_stand_beside_how_often_they_came_true() -> None:
    _, dates = sections_of(DOCUMENTS)
    assert isinstance(dates.content, Table)
    assert dates.content.rows == (
        ("10 %", People(48), Share(0.11), Share(0.125)), ("50 %", People(12), Share(0.51), Share(0.25)),
    )  # fmt: skip
    assert len(dates.content.columns) == 4
    assert len(sections_of(replace(DOCUMENTS, holdout=replace(FOUND, dates=())))) == 1


def test_a_version_is_shown_with_what_it_predicted_and_what_came() -> None:
    content = section_of(DOCUMENTS).content
    assert isinstance(content, Table)
    assert content.rows == (
        ("0", People(40), Number(30.5), Number(40.0)), ("7+", People(10), Number(59.5), Number(60.0)),
        ("Total", People(50), Number(90.0), Number(100.0)),
    )  # fmt: skip
    assert len(content.columns) == 4


def test_its_error_is_said_in_words() -> None:
    error, buyers, model = section_of(DOCUMENTS).notes
    assert error["en"] == (
        "Fitted on the days before, the model predicted 10% too few order days for the 180 days that followed. At "
        "everybody's past pace, if nobody left, the difference would be +30%."
    )
    assert "a prédit 10 % de jours de commande de moins que les 180 jours suivants" in error["fr"]
    assert buyers["en"] == "Share of these buyers with an order at all: 44% predicted, 40% seen."
    assert "44 % prédits, 40 % observés" in buyers["fr"]
    assert model == {"fr": "Modèle shop_value/3", "en": "Model shop_value/3"}


def test_too_many_is_another_word_and_nobody_at_all_has_no_error() -> None:
    more = section_of(replace(DOCUMENTS, holdout=replace(FOUND, predicted=150.0))).notes[0]
    assert "50% too many order days" in more["en"]
    assert "50 % de jours de commande de trop" in more["fr"]
    none = section_of(replace(DOCUMENTS, holdout=replace(FOUND, actual=0.0))).notes[0]
    assert none["en"].startswith("Nobody ordered in the 180 days before the training")


def test_a_correlation_is_warned_of() -> None:
    notes = section_of(replace(DOCUMENTS, correlation=-0.42)).notes
    assert "are correlated (-0.42)" in notes[2]["en"]
    assert "sont corrélés (-0,42)" in notes[2]["fr"]


def test_where_nobody_is_seen_to_stop_it_says_so() -> None:
    orders = {**DOCUMENTS.prediction["orders"], "a": 0.0}
    notes = section_of(replace(DOCUMENTS, prediction={**DOCUMENTS.prediction, "orders": orders})).notes
    assert NO_STOPPING in notes
    assert NO_STOPPING not in section_of(DOCUMENTS).notes


def test_without_a_holdout_it_says_that_the_predictions_are_unchecked() -> None:
    section = section_of(UNMEASURED)
    assert section.content is NO_HOLDOUT
    assert section.notes == ({"fr": "Modèle shop_value/3", "en": "Model shop_value/3"},)


def test_a_refusal_is_shown_with_its_reasons() -> None:
    gate = {"code": "history", "values": {"days": 3, "needed": 180, "ready": "2026-07-01"}}
    (section,) = value_sections(Refused("no", (gate,)))
    assert isinstance(section.content, sections.Refused)
    assert section.content.reasons == (Reason("history", {"days": 3, "needed": 180, "ready": date(2026, 7, 1)}),)


def test_before_the_first_training_it_says_what_to_do() -> None:
    (section,) = value_sections(None)
    assert section.content is NO_MODEL
    assert "run the training flow" in NO_MODEL.why["en"]
