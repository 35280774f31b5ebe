from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.money import MoneyFormatError, from_number, parse_currency, parse_decimal, to_minor


def parse_money(text: str, currency: str, mark: str = ".", rounding: bool = False) -> tuple[int, bool]:
    return to_minor(parse_decimal(text, mark), currency, rounding)


@pytest.mark.parametrize(
    ("text", "currency", "mark", "expected"),
    [
        ("12.50", "EUR", ".", 1250),
        ("12,50", "EUR", ",", 1250),
        ("1 234,5", "EUR", ",", 123450),
        ("1\u2009234\u202f567,5", "EUR", ",", 123456750),
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
        # Two numbers, or one with a gap: nobody knows.
        ("12 34,50", ",", "number"),
        ("1 2 3,5", ",", "number"),
        ("1234 567,5", ",", "number"),
        ("", ".", "number"),
        ("１２.５０", ".", "number"),
        ("١٢", ",", "number"),
        ("1" * 400, ".", "amount_range"),
        ("0." + "1" * 400, ".", "scale"),
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


@pytest.mark.parametrize(
    ("value", "amount", "is_noisy"),
    [
        (19.9, "19.9", False),
        (20, "20", False),
        (1e2, "100", False),
        (0.1 + 0.2, "0.3", True),
        (19.990000000000002, "19.99", True),
        (19.99123456789012, "19.9912345678901", True),
        (123456789012.35, "123456789012.35", False),
    ],
)
def test_a_number_is_what_somebody_typed(value: float, amount: str, is_noisy: bool) -> None:
    assert from_number(value) == (Decimal(amount), is_noisy)


@pytest.mark.parametrize("value", [10**400, -(10**16), 1e16, float("inf"), float("nan")])
def test_what_is_no_amount_is_refused_before_it_costs_time(value: float) -> None:
    with pytest.raises(MoneyFormatError) as refused:
        from_number(value)
    assert refused.value.code == "amount_range"


def test_a_currency_is_one_that_iso_knows() -> None:
    assert (parse_currency("eur"), parse_currency(" KWD ")) == ("EUR", "KWD")
    for text in ("EURO", "€", "", "XXX", "EＵR"):
        with pytest.raises(MoneyFormatError) as refused:
            parse_currency(text)
        assert refused.value.code == "currency"
    with pytest.raises(MoneyFormatError) as refused:
        parse_money("1.00", "EURO")
    assert refused.value.code == "currency"


@pytest.mark.parametrize(
    ("text", "currency", "code"), [("1" * 40, "EUR", "amount_range"), ("0." + "1" * 40, "EUR", "scale")]
)
def test_long_numbers_are_refused_by_their_own_reason(text: str, currency: str, code: str) -> None:
    with pytest.raises(MoneyFormatError) as refused:
        parse_money(text, currency)
    assert refused.value.code == code


def test_an_error_does_not_tell_the_value() -> None:
    with pytest.raises(MoneyFormatError) as refused:
        parse_decimal("ann@example.com")
    assert str(refused.value) == "number: str"
