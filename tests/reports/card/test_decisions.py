"""Every code of a decision has its sentence in both languages, with the figures of the decision."""

import pytest
from reports.card_samples import PLACE

from segspark.models.promotion import _SENTENCES, Champion, Contest, GateResult, decide
from segspark.reports.card.cells import text
from segspark.reports.card.decisions import DECISIONS, decided, names_in
from segspark.reports.formats import Formats
from segspark.reports.page import Page
from segspark.reports.texts import Texts

FR = Page(Formats("fr", "EUR"), Texts("fr"), PLACE.least)
EN = Page(Formats("en", "EUR"), Texts("en"), PLACE.least)


def test_every_code_has_words() -> None:
    assert set(DECISIONS) == set(_SENTENCES)


@pytest.mark.parametrize("code", sorted(DECISIONS))
def test_words_use_only_figures_that_the_decision_has(code: str) -> None:
    known = names_in(_SENTENCES[code])
    for words in DECISIONS[code].values():
        assert names_in(words) <= known


class Fitted:
    gates: tuple[GateResult, ...] = ()
    allow_champion, ranks_by, ranking = True, "as_of_day", 3.0
    contest = None


def test_a_contest_is_told_with_its_figures() -> None:
    decision = decide(Fitted(), Champion("4", contest=Contest(1200, 0.5, 0.4, 0.05, 0.15)))
    said = decided(decision.as_dict())
    assert text(said, FR).replace("\u202f", " ").replace("\u00a0", " ") == (
        "Sur les mêmes 1 200 lignes, elle fait moins bien que la version 4 : écart de perte 0,1000, de 0,0500 à 0,1500 à 95 % "
        "(négatif : elle fait mieux)."
    )


def test_a_rank_is_told_by_the_name_of_its_metric() -> None:
    said = decided(decide(Fitted(), Champion("1", ranking=2.0)).as_dict())
    assert text(said, EN) == "It ranks at least as high (day of the training) as version 1, in use until then."


def test_an_earlier_release_kept_no_reason() -> None:
    for decision in ({}, {"code": "lost", "values": {}}, {"code": "of tomorrow"}):
        assert text(decided(decision), EN) == "An earlier release registered it, and kept no reason for its decision."
