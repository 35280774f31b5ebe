"""What is shown hides small groups and escapes every text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.api.shown import drawn, drawn_money, floor_note, in_code, money, people, table
from segspark.reports.formats import Formats
from segspark.reports.page import Page
from segspark.reports.texts import Texts

FRENCH = Page(Formats("fr", "EUR"), Texts("fr"), 20)
OPEN = Page(Formats("en", "EUR"), Texts("en"), 1)
DAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("n", "shown"), [(0, "<\u00a020"), (19, "<\u00a020"), (20, "40"), (61, "80"), (1_234, "1\u202f240")]
)
def test_counts_are_rounded_and_small_ones_hidden(n: int, shown: str) -> None:
    assert people(FRENCH, n) == shown
    assert people(OPEN, n) == f"{n:,}"
    assert drawn(FRENCH, n) == (0 if n < 20 else int(shown.replace("\u202f", "")))


def test_no_count_is_a_dash_and_code_is_english() -> None:
    assert people(FRENCH, None) == "–"
    assert people(in_code(FRENCH), 1_234) == "1,240"


def test_an_amount_has_the_grain_of_the_count() -> None:
    # 40 people of 50.62 € each have 2,025 €: the next round step is 5,000 €.
    assert money(FRENCH, 10_123_456, 2_000) == "100\u202f000\u00a0€"
    assert money(FRENCH, 5_000, 19) == "–"
    assert money(OPEN, 5_025, 1) == "€50"
    assert money(FRENCH, 0, 300) == "0\u00a0€"


@given(cents=st.integers(-(10**9), 10**9), n=st.integers(20, 10**6))
def test_an_amount_is_never_finer_than_what_so_many_people_have(cents: int, n: int) -> None:
    shown = drawn_money(FRENCH, cents, n)
    assert shown is not None
    grain = abs(cents) / n * 40
    assert abs(shown - cents) <= 2.5 * grain
    # One person more or less of the average is seldom seen, and never told.
    assert grain == 0 or shown == 0 or abs(shown) >= grain * (1 - 1e-9)


def test_a_table_escapes_whatever_it_is_given() -> None:
    html = table(["<th>"], [["<script>alert(1)</script>"], ["a & b"]], 'say "<b>"', "<i>note</i>")
    for bad in ("<script", '<th>"', '<b>"', "<i>", "a & b"):
        assert bad not in html
    assert "&lt;script&gt;" in html
    assert "a &amp; b" in html


def test_the_floor_is_said_where_there_is_one() -> None:
    assert "multiple de 40" in floor_note(FRENCH)
    assert floor_note(OPEN) == ""
