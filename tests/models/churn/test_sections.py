"""The section about churn: of a version, of a refusal, and of neither."""

from datetime import date

from models.churn.test_documents import DOCUMENTS

from segspark import sections
from segspark.models.churn.sections import NO_MODEL, ChurnQuality, churn_sections
from segspark.models.model import Refused, Trained
from segspark.sections import Reason


def test_a_version_is_shown_with_the_horizon_that_it_was_trained_for() -> None:
    trained = Trained("shop_churn/3", date(2026, 6, 1), {"label_days": "45"}, DOCUMENTS)
    (section,) = churn_sections(trained)
    assert section.content == ChurnQuality(45, DOCUMENTS, "shop_churn/3")
    assert (section.name, section.template) == ("churn", "churn")
    assert section.title == {"fr": "Sans commande dans les 45 jours", "en": "No order within 45 days"}


def test_a_refusal_is_shown_with_its_reasons() -> None:
    (section,) = churn_sections(Refused("no", ({"code": "few_people", "values": {"n": 3, "needed": 500}},)))
    assert isinstance(section.content, sections.Refused)
    assert section.content.reasons == (Reason("few_people", {"n": 3, "needed": 500}),)


def test_before_the_first_training_it_says_what_to_do() -> None:
    (section,) = churn_sections(None)
    assert section.content is NO_MODEL
    assert "run the training flow" in NO_MODEL.why["en"]
