"""What the report shows of models fitted beside: their figures, who is better, or why nothing was compared."""

from dataclasses import replace

import pytest
from models.value import test_hazard
from models.value.test_amounts import CONTEST, REFUSED
from models.value.test_documents import DOCUMENTS
from models.value.test_sections import sections_of

from segspark.models.evaluate.judgement import Estimate
from segspark.sections import Cents, Missing, People, Table


def test_the_contest_for_the_value_is_shown_by_tenths_with_who_has_won() -> None:
    *_, shown = sections_of(replace(DOCUMENTS, amounts=CONTEST))
    assert isinstance(shown.content, Table)
    assert shown.content.rows[1] == ("2", People(29), Cents(4000.0), Cents(5100.0), Cents(5000.0), Cents(5200.0))
    judged, chosen = shown.notes
    assert "BG/NBD explains 31% of the variance, is off by 10%" in judged["en"]
    assert "les arbres expliquent 42 %, s'écartent de 8 % et annoncent 103 %" in judged["fr"]
    assert "depuis le 01/06/2025" in judged["fr"]
    assert "are those of the trees" in chosen["en"]


def test_without_a_contest_it_says_why_or_nothing_at_all() -> None:
    *_, shown = sections_of(replace(DOCUMENTS, amounts=REFUSED))
    assert isinstance(shown.content, Missing)
    assert "760 days since the first order are needed, there are 400" in shown.content.why["en"]
    assert [section.name for section in sections_of(DOCUMENTS)] == ["value", "value_dates"]


def test_the_hazard_is_told_beside_bgnbd() -> None:
    notes = sections_of(replace(DOCUMENTS, hazard=test_hazard.CONTEST))[0].notes
    judged, verdict, _ = notes[2:]
    assert "30% of the customers made one. BG/NBD states 25% (log-loss 0.560, AUC 0.710)" in judged["en"]
    assert "les soldes, 29 % (log-perte 0,530, AUC 0,740)" in judged["fr"]
    assert "predicts clearly better" in verdict["en"]


@pytest.mark.parametrize(
    ("gain", "told"), [(Estimate(0.01, -0.01, 0.02), "Neither"), (Estimate(-0.03, -0.04, -0.01), "clearly worse")]
)
def test_its_verdict_is_by_the_interval(gain: Estimate, told: str) -> None:
    notes = sections_of(replace(DOCUMENTS, hazard=replace(test_hazard.CONTEST, gain=gain)))[0].notes
    assert told in notes[3]["en"]


def test_without_a_comparison_the_hazard_says_why() -> None:
    notes = sections_of(replace(DOCUMENTS, hazard=test_hazard.REFUSED))[0].notes
    assert "3 periods of 30 days before the comparison are needed, there are 2" in notes[2]["en"]
