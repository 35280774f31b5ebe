"""Values of a card in both notations."""

from datetime import date

import pytest

from segspark.models.card import Bar, Change, Code, InputName, Interval, Listed, Percent, Said, Value, say
from segspark.reports.card.cells import cell, masked, text
from segspark.reports.data import Language
from segspark.reports.formats import Formats
from segspark.reports.page import Page
from segspark.reports.texts import Texts
from segspark.sections import Cents, Number, People, Share


def page(language: Language, least: int = 20) -> Page:
    return Page(Formats(language, "EUR"), Texts(language), least)


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (None, "–", "–"),
        ("gmail", "gmail", "gmail"),
        (date(2026, 6, 1), "1er juin 2026", "1 June 2026"),
        (Number(1234.5, 1), "1 234,5", "1,234.5"),
        (Share(0.125), "12,5 %", "12.5%"),
        (Bar(0.5), "50,0 %", "50.0%"),
        (Percent(0.126), "13 %", "13%"),
        (Change(0.5), "+50,0 %", "+50.0%"),
        (Cents(1250), "12,50 €", "€12.50"),
        # Rounded to twice the floor, and hidden below it.
        (People(1_142), "1 160", "1,160"),
        (People(19), "< 20", "< 20"),
        (Interval(0.5, 0.25, 0.75, 2), "0,50 (0,25 – 0,75)", "0.50 (0.25 – 0.75)"),
        (InputName("n_click_90d"), "Clics humains, 90 j", "Human clicks, 90 d"),
        (Code("gold.features"), "gold.features", "gold.features"),
        (Listed((Number(1), say("deux", "two"))), "1 ; deux", "1; two"),
        (
            say("le {day} : {n}", "on {day}: {n}", day=date(2026, 5, 2), n=People(40)),
            "le 2 mai 2026 : 40",
            "on 2 May 2026: 40",
        ),
    ],
)
def test_a_value_is_written_in_the_language_of_the_page(value: Value, fr: str, en: str) -> None:
    for language, expected in (("fr", fr), ("en", en)):
        found = text(value, page(language))  # type: ignore[arg-type]
        assert found.replace("\u202f", " ").replace("\u00a0", " ") == expected


def test_a_row_of_few_people_keeps_its_name_and_counts_alone() -> None:
    row: tuple[Value, ...] = ("7+", People(19), Number(44), Share(0.5))
    assert masked(row, page("en")) == ("7+", People(19), None, None)
    assert masked(row, page("en", 1)) == row
    # A later count is a part of the row, whose size is large enough.
    large = ("0.98", People(114), People(2), Number(3))
    assert masked(large, page("en")) == large


def test_without_a_floor_counts_are_exact() -> None:
    assert text(People(19), page("en", 1)) == "19"


def test_what_came_from_outside_is_escaped() -> None:
    hostile = "<script>alert(1)</script>{0}"
    assert "<script" not in cell(hostile, page("en"))
    assert "<script" not in cell(Code(hostile), page("en"))
    assert "<script" not in cell(Said({"fr": "{x}", "en": "{x}"}, {"x": hostile}), page("en"))


def test_a_share_is_drawn_no_wider_than_its_cell() -> None:
    assert 'style="width:100.0%"' in cell(Bar(1.7), page("en"))
