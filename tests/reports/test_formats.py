from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.reports.formats import Formats
from segspark.reports.small_groups import Shown

FR, EN = Formats("fr", "EUR"), Formats("en", "EUR")


def test_french_groups_with_narrow_blanks_and_a_decimal_comma():
    assert FR.number(1234.5, 1) == "1\u202f234,5"
    assert FR.share(0.1234) == "12,3\u00a0%"
    assert FR.money(123_450) == "1\u202f234,50\u00a0€"
    assert [FR.day(date(2026, 6, d)) for d in (1, 2)] == ["1er juin 2026", "2 juin 2026"]


def test_english_groups_with_commas_and_a_decimal_point():
    assert EN.number(1234.5, 1) == "1,234.5"
    assert EN.share(0.1234) == "12.3%"
    assert EN.money(123_450) == "€1,234.50"
    assert EN.money(-123_450, 0) == "−€1,234"
    assert EN.day(date(2026, 6, 1)) == "1 June 2026"


def test_a_currency_has_its_own_digits_and_symbol():
    assert Formats("fr", "JPY").money(1500) == "1\u202f500\u00a0¥"
    assert Formats("en", "TND").money(1_234_567) == "TND\u00a01,234.567"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_not_known_is_a_dash(value):
    assert [FR.number(value), FR.share(value), FR.money(value), FR.signed(value), FR.signed_share(value)] == ["–"] * 5
    assert FR.day(None) == FR.people(None) == "–"


def test_differences_carry_their_sign_and_zero_has_none():
    assert [FR.signed(v, 1) for v in (0.26, -0.26, 0.04, -0.04)] == ["+0,3", "−0,3", "0,0", "0,0"]
    assert [EN.signed_share(v) for v in (0.016, -0.5, 0.0)] == ["+1.6%", "−50.0%", "0.0%"]


def test_people_are_below_a_floor_or_a_number():
    assert [FR.people(Shown(kind, 1020)) for kind in ("below", "about", "exact")] == [
        "<\u00a01\u202f020",
        "1\u202f020",
        "1\u202f020",
    ]


@given(st.integers(-(10**15), 10**15))
def test_both_languages_write_the_same_digits(n):
    plain = str(abs(n))
    assert FR.number(n).replace("\u202f", "").lstrip("−") == plain
    assert EN.number(n).replace(",", "").lstrip("−") == plain


def test_a_value_is_shown_in_its_unit_with_as_many_digits_as_its_size_needs():
    english = Formats("en", "EUR")
    assert [english.unit(v, "number") for v in (99.94, 100.4, None)] == ["99.9", "100", "–"]
    assert [english.unit(0.1234, "share", d) for d in (None, 2, 0)] == ["12.3%", "12.34%", "12%"]
    assert [english.unit(123_456, "cents", d) for d in (None, 2)] == ["€1,235", "€1,234.56"]
    assert english.unit(1234.5, "number", 0) == "1,234"
