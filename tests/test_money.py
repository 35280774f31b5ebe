from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.money import MoneyFormatError, parse_decimal, to_minor


def parse_money(text: str, currency: str, mark: str = ".", rounding: bool = False) -> tuple[int, bool]:
    return to_minor(parse_decimal(text, mark), currency, rounding)


@pytest.mark.parametrize(
    ("text", "currency", "mark", "expected"),
    [
        ("12.50", "EUR", ".", 1250),
        ("12,50", "EUR", ",", 1250),
        ("1 234,5", "EUR", ",", 123450),
        ("1000", "JPY", ".", 1000),
        ("1.234", "KWD", ".", 1234),
        ("-3.10", "EUR", ".", -310),
    ],
)
def test_amounts_are_minor_units(text: str, currency: str, mark: str, expected: int) -> None:
    assert parse_money(text, currency, mark) == (expected, False)


@pytest.mark.parametrize(
    ("text", "mark", "code"),
    [
        ("12,50", ".", "locale_decimal"),
        ("12.50", ",", "locale_decimal"),
        ("abc", ".", "number"),
        ("1e5", ".", "number"),
        ("NaN", ".", "number"),
        ("", ".", "number"),
    ],
)
def test_what_is_no_plain_number_is_refused(text: str, mark: str, code: str) -> None:
    with pytest.raises(MoneyFormatError) as refused:
        parse_decimal(text, mark)
    assert refused.value.code == code


def test_more_digits_than_the_currency_has_need_declared_rounding() -> None:
    with pytest.raises(MoneyFormatError) as refused:
        parse_money("1.239", "EUR")
    assert refused.value.code == "scale"
    assert parse_money("1.239", "EUR", rounding=True) == (124, True)
    assert parse_money("0.005", "EUR", rounding=True) == (1, True)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_minor_units_survive_the_way_through_text(minor: int, currency: str) -> None:
    digits = {"EUR": 2, "JPY": 0, "KWD": 3}[currency]
    assert to_minor(parse_decimal(format(Decimal(minor).scaleb(-digits), "f")), currency) == (minor, False)
