"""What the card says of models fitted beside: their figures, who is better, or why nothing was compared."""

from dataclasses import replace
from datetime import date

from models.value import test_hazard
from models.value.test_amounts import CONTEST, REFUSED
from models.value.test_card import part
from reports.card_samples import VALUE, value

from segspark.models.card import Facts, Grid, Interval, Paragraph, Percent
from segspark.models.value.card import value_card
from segspark.sections import Cents, Number, People


def test_the_contest_for_the_value_is_told_with_its_tenths_or_why_there_was_none() -> None:
    shown = part(
        value_card(value(documents=replace(VALUE, amounts=CONTEST))), "Value of customers: two models compared"
    )
    judged, chosen, grid = shown.blocks
    assert isinstance(judged, Paragraph)
    assert isinstance(chosen, Paragraph)
    assert isinstance(grid, Grid)
    assert (judged.said.values["r2_hurdle"], judged.said.values["cut"]) == (Percent(0.42), date(2025, 6, 1))
    assert "are those of the trees" in chosen.said.words["en"]
    assert grid.rows[0] == ("1", People(30), Cents(300.0), Cents(180.0), Cents(100.0), Cents(90.0))
    refused = part(
        value_card(value(documents=replace(VALUE, amounts=REFUSED))), "Value of customers: two models compared"
    )
    (why,) = refused.blocks
    assert isinstance(why, Paragraph)
    assert why.said.values == {"n": "400", "needed": "760"}


def test_the_hazard_is_told_beside_bgnbd_or_why_it_was_not_compared() -> None:
    title = "A model with seasons, for comparison"
    judged, verdict, facts = part(value_card(value(documents=replace(VALUE, hazard=test_hazard.CONTEST))), title).blocks
    assert isinstance(judged, Paragraph)
    assert isinstance(verdict, Paragraph)
    assert isinstance(facts, Facts)
    assert (judged.said.values["loss_hazard"], judged.said.values["observed"]) == (Number(0.53, 3), Percent(0.3))
    assert "gives no score" in verdict.said.words["en"]
    assert [fact for _, fact in facts.rows] == [People(900), Number(9000), Interval(0.03, 0.01, 0.05)]
    (why,) = part(value_card(value(documents=replace(VALUE, hazard=test_hazard.REFUSED))), title).blocks
    assert isinstance(why, Paragraph)
    assert why.said.values == {"n": "2", "needed": "3"}
