"""The card of customer value: its error first, then its parameters with their units."""

import math
from dataclasses import replace

import pytest
from reports.card_samples import VALUE, value

from segspark.models.card import Change, Content, Grid, Interval, Paragraph, Part, Percent, Said
from segspark.models.value.card import value_card
from segspark.sections import Number, People, Share


def part(content: Content, title: str) -> Part:
    return next(p for p in content.evidence if p.title.words["en"] == title)


def error_of(content: Content) -> Said:
    (paragraph,) = [
        b for b in part(content, "Its error on days it has not seen").blocks if isinstance(b, Paragraph)
    ]  # fmt: skip
    return paragraph.said


def test_the_error_is_that_of_the_days_not_seen() -> None:
    said = error_of(value_card(value()))
    assert said.values["error"] == Change(pytest.approx(9_120 / 9_844 - 1))  # type: ignore[arg-type]
    assert said.values["pace"] == Change(pytest.approx(15_310 / 9_844 - 1))  # type: ignore[arg-type]


def test_without_a_hold_out_the_reason_is_told() -> None:
    content = value_card(value(documents=replace(VALUE, holdout=None, why_no_holdout="flat_likelihood")))
    assert error_of(content).values == {"why": "flat_likelihood"}


def test_dates_are_beside_how_often_they_were_kept_or_the_card_says_that_nobody_knows() -> None:
    content = value_card(value())
    grid = next(b for b in part(content, "Its dates on the same days").blocks if isinstance(b, Grid))
    assert grid.rows[1] == (Percent(0.5), People(6_310), Share(0.504), Share(0.522))
    unknown = "The error of the dates of the next order was not measured."
    assert unknown not in [limit.words["en"] for limit in content.limits]
    assert VALUE.holdout is not None
    content = value_card(value(documents=replace(VALUE, holdout=replace(VALUE.holdout, dates=()))))
    assert unknown in [limit.words["en"] for limit in content.limits]


def test_nobody_ordering_is_no_infinite_error() -> None:
    assert VALUE.holdout is not None
    quiet = replace(VALUE.holdout, actual=0.0)
    assert "Nobody ordered" in error_of(value_card(value(documents=replace(VALUE, holdout=quiet)))).words["en"]


def test_parameters_have_intervals_of_their_logarithms() -> None:
    grid = next(b for b in part(value_card(value()), "Parameters").blocks if isinstance(b, Grid))
    assert len(grid.rows) == 7
    name, interval = grid.rows[1]
    assert isinstance(name, Said)
    assert "in days" in name.words["en"]
    factor = math.exp(1.96 * 0.08)
    assert interval == Interval(44.136, pytest.approx(44.136 / factor), pytest.approx(44.136 * factor))  # type: ignore[arg-type]


def test_a_parameter_without_an_error_stands_alone() -> None:
    orders = {**VALUE.prediction["orders"], "a": 0.0}
    documents = replace(
        VALUE, prediction={**VALUE.prediction, "orders": orders}, orders=replace(VALUE.orders, errors=(0.05,))
    )
    content = value_card(value(documents=documents))
    grid = next(b for b in part(content, "Parameters").blocks if isinstance(b, Grid))
    assert [row[1] for row in grid.rows[1:4]] == [Number(44.136, 4), Number(0.0, 4), Number(2.4259, 4)]
    assert any("nobody's stopping" in limit.words["en"] for limit in content.limits)


def test_a_correlation_is_a_limit_where_it_is_large() -> None:
    told = [limit.words["en"] for limit in value_card(value(documents=replace(VALUE, correlation=0.5))).limits]
    assert any("go together" in words for words in told)
    assert not any("go together" in limit.words["en"] for limit in value_card(value()).limits)


def test_without_documents_it_says_what_it_is_for() -> None:
    content = value_card(value(documents=None, record={}))
    assert content.evidence == ()
    assert content.about
    assert content.judged_by is not None
    assert content.judged_by.values == {"most": Share(0.5)}
