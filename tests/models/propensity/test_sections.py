"""The section about a model of propensity: of a version, of a refusal, and of neither."""

from dataclasses import replace
from datetime import date

from models.propensity.test_documents import DOCUMENTS, REVIEW
from models.propensity.test_trees_contest import CONTEST

from segspark import sections
from segspark.models.model import Refused, Trained
from segspark.models.notes import noted
from segspark.models.propensity.challenger_words import sentences
from segspark.models.propensity.outcomes import NO_ACT, NO_ORDER
from segspark.models.propensity.sections import NO_MODEL, PropensityQuality, propensity_sections
from segspark.sections import Reason


def test_a_version_is_shown_with_the_horizon_that_it_was_trained_for() -> None:
    trained = Trained("shop_churn/3", date(2026, 6, 1), {"label_days": "45"}, DOCUMENTS)
    (section,) = propensity_sections(NO_ORDER, trained)
    assert section.content == PropensityQuality(45, NO_ORDER.words, DOCUMENTS, "shop_churn/3")
    assert (section.name, section.template) == ("churn", "propensity")
    assert section.title == {"fr": "Sans commande dans les 45 jours", "en": "No order within 45 days"}


def test_a_challenger_is_told_below_it() -> None:
    documents = replace(DOCUMENTS, review=replace(REVIEW, challenger=CONTEST))
    (section,) = propensity_sections(
        NO_ORDER, Trained("shop_churn/3", date(2026, 6, 1), {"label_days": "45"}, documents)
    )
    assert section.notes == tuple(map(noted, sentences(CONTEST)))
    assert section.short == NO_ORDER.words.short
    without = replace(DOCUMENTS, review=REVIEW)
    (section,) = propensity_sections(NO_ORDER, Trained("shop_churn/3", date(2026, 6, 1), {"label_days": "45"}, without))
    assert section.notes == ()


def test_a_refusal_is_shown_with_its_reasons_and_says_of_what() -> None:
    reasons = ({"code": "few_people", "values": {"n": 3, "needed": 500}},)
    (section,) = propensity_sections(NO_ACT, Refused("no", reasons))
    assert isinstance(section.content, sections.Refused)
    assert section.content.reasons == (Reason("few_people", {"n": 3, "needed": 500}),)
    assert section.content.takeaway is not None
    assert section.content.takeaway["en"].startswith("No act: no probability today")


def test_before_the_first_training_it_says_what_to_do() -> None:
    (section,) = propensity_sections(NO_ORDER, None)
    assert section.content is NO_MODEL
    assert "run the training flow" in NO_MODEL.why["en"]
