"""Amounts, currencies and quantities of orders: what is accepted, and the code of what is refused."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from segspark.sources import amounts
from segspark.sources.vocabulary import Context, Rejected


def refusal(read: Callable[..., Any], *arguments: Any) -> list[str]:
    with pytest.raises(Rejected) as refused:
        read(*arguments)
    return refused.value.reasons


def test_a_currency_is_the_records_else_the_sources() -> None:
    told = Context("shop", None, "KWD")
    assert amounts.currency_of({"currency": "jpy"}, told) == "JPY"
    assert amounts.currency_of({"currency": ""}, told) == amounts.currency_of({}, told) == "KWD"
    assert refusal(amounts.currency_of, {"currency": "EURO"}, told) == ["currency:currency"]
    assert refusal(amounts.currency_of, {"currency": 978}, told) == ["type:currency"]


@pytest.mark.parametrize(
    ("value", "amount"), [("19.90", "19.90"), ("0", "0"), ("999999999999.999999", "999999999999.999999"), (None, "0")]
)
def test_an_amount_in_text_is_exact(value: str | None, amount: str) -> None:
    assert amounts.decimal({"price": value}, "price") == Decimal(amount)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (19.9, "type"),
        (True, "type"),
        ("19,90", "locale_decimal"),
        ("１９.90", "number"),
        ("NaN", "number"),
        ("1e3", "number"),
        ("-0.01", "negative"),
        ("1000000000000", "amount_range"),
        ("9" * 400, "amount_range"),
        ("0.0000001", "scale"),
    ],
)
def test_what_is_no_amount_in_text_is_refused(value: Any, code: str) -> None:
    assert refusal(amounts.decimal, {"price": value}, "price") == [f"{code}:price"]


def test_an_amount_as_number_has_its_binary_noise_cut_and_flagged() -> None:
    flags: list[str] = []
    assert amounts.number({"revenue": 19.99}, "revenue", flags) == Decimal("19.99")
    assert flags == []
    assert amounts.number({"revenue": 19.990000000000002}, "revenue", flags) == Decimal("19.99")
    assert flags == ["float_noise:revenue"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("19.90", "type"),
        (True, "type"),
        (None, "type"),
        (-1, "negative"),
        (10**12, "amount_range"),
        (10**400, "amount_range"),
        (float("inf"), "amount_range"),
        (1e-7, "scale"),
    ],
)
def test_what_is_no_amount_as_number_is_refused(value: Any, code: str) -> None:
    assert refusal(amounts.number, {"revenue": value}, "revenue", []) == [f"{code}:revenue"]


def test_minor_units_are_those_of_the_currency() -> None:
    assert amounts.cents({"price": "500"}, "price", "JPY") == 500
    assert amounts.cents({"price": "1.234"}, "price", "KWD") == 1234
    assert amounts.cents({"price": "19.9"}, "price", "EUR") == 1990
    assert refusal(amounts.cents, {"price": "500.5"}, "price", "JPY") == ["scale:price"]
    assert refusal(amounts.cents, {"price": ""}, "price", "EUR") == ["missing:price"]
    assert refusal(amounts.cents, {}, "price", "EUR") == ["missing:price"]


@pytest.mark.parametrize("value", [None, 0, 3, 2**31 - 1])
def test_a_quantity_is_a_whole_number(value: int | None) -> None:
    assert amounts.quantity({"quantity": value}) == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("3", "type"),
        (3.0, "type"),
        (True, "type"),
        ([3], "type"),
        (-1, "negative"),
        (2**31, "range"),
        (10**400, "range"),
    ],
)
def test_what_is_no_quantity_is_refused(value: Any, code: str) -> None:
    assert refusal(amounts.quantity, {"quantity": value}) == [f"{code}:quantity"]
