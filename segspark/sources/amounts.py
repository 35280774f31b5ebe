"""Strict reading of amounts, currencies and quantities, shared by the adapters of orders."""

from decimal import Decimal
from typing import Any

from segspark import money
from segspark.sources.fields import text
from segspark.sources.vocabulary import Context, Rejected

# A 32-bit column holds quantities; prices have 18 digits, 6 of them after the point.
MAX_QUANTITY = 2**31 - 1
MAX_AMOUNT, SMALLEST = Decimal(10**12), Decimal("0.000001")


def currency_of(record: dict[str, Any], context: Context) -> str:
    """The record's own, else the source's: without one nobody knows how many digits an amount has."""
    try:
        return money.parse_currency(text(record, "currency") or context.currency)
    except money.MoneyFormatError as error:
        raise Rejected(f"{error.code}:currency") from None


def decimal(record: dict[str, Any], key: str) -> Decimal:
    """An amount in major units that is written as text; 0 if it is absent."""
    value = text(record, key)
    if value is None:
        return Decimal(0)
    try:
        return _checked(money.parse_decimal(value), key)
    except money.MoneyFormatError as error:
        raise Rejected(f"{error.code}:{key}") from None


def number(record: dict[str, Any], key: str, flags: list[str]) -> Decimal:
    """An amount in major units that is a JSON number; binary noise is cut and flagged."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Rejected(f"type:{key}")
    try:
        amount, is_noisy = money.from_number(value)
    except money.MoneyFormatError as error:
        raise Rejected(f"{error.code}:{key}") from None
    if is_noisy:
        flags.append(f"{money.NOISE}:{key}")
    return _checked(amount, key)


def _checked(amount: Decimal, key: str) -> Decimal:
    if amount < 0:
        raise Rejected(f"negative:{key}")
    if amount >= MAX_AMOUNT:
        raise Rejected(f"amount_range:{key}")
    if amount != amount.quantize(SMALLEST):
        raise Rejected(f"scale:{key}")
    return amount


def minor(amount: Decimal, currency: str, key: str) -> int:
    """An amount in minor units of its currency; ``key`` is named if it has none."""
    try:
        return money.to_minor(amount, currency)[0]
    except money.MoneyFormatError as error:
        raise Rejected(f"{error.code}:{key}") from None


def cents(record: dict[str, Any], key: str, currency: str) -> int:
    """A needed amount that is written as text, in minor units."""
    text(record, key, required=True)
    return minor(decimal(record, key), currency, key)


def quantity(line: dict[str, Any], key: str = "quantity") -> int | None:
    """A number of articles, None if it is absent."""
    value: int | None = line.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Rejected(f"type:{key}")
    if value < 0:
        raise Rejected(f"negative:{key}")
    if value > MAX_QUANTITY:
        raise Rejected(f"range:{key}")
    return value
