"""Strict converters from a mapping's text to the types of the shared vocabulary.

Every converter takes text and returns a value or raises ``Rejected`` with a reason code; nothing is guessed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, TypeVar

from segspark import money, time
from segspark.purposes import PURPOSES
from segspark.sources.parsed import TEXTS
from segspark.sources.vocabulary import DEVICES, EVENT_TYPES, LINE_TYPES, Rejected

T = TypeVar("T")
# Not \d, which also fits the digits of other scripts.
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}(?:\.0+)?")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9].*)?")
_TRUE, _FALSE = frozenset(("true", "t", "yes", "y", "1")), frozenset(("false", "f", "no", "n", "0"))


@dataclass(frozen=True)
class Notation:
    """How a source writes times and numbers."""

    times: tuple[str, ...] = ("iso",)
    time_zone: str | None = None
    decimal_mark: str = "."


def to_time(text: str, notation: Notation) -> int:
    """UTC microseconds, by the first form that fits; reasons time_format, time_zone, time_unit, time_range."""
    return _first_fitting(text, notation, _time)


def to_date(text: str, notation: Notation) -> date:
    """A calendar date, by the first form that fits: the date part as it is written, whatever the zone and the year."""
    return _first_fitting(text, notation, _date)


def _first_fitting(text: str, notation: Notation, read: Callable[[str, str, Notation], T]) -> T:
    codes = []
    for form in notation.times:
        try:
            return read(text.strip(), form, notation)
        except time.TimeFormatError as error:
            codes.append(error.code)
        except money.MoneyFormatError:
            codes.append("time_format")
    # What fits a form and fails otherwise says more than what fits none.
    raise Rejected(next((code for code in codes if code != "time_format"), "time_format"))


def _time(text: str, form: str, notation: Notation) -> int:
    if form == "iso":
        return time.parse_iso(text, notation.time_zone)
    if form.startswith("epoch_"):
        return time.parse_epoch(_number(text), form.removeprefix("epoch_"))
    return time.parse_pattern(text, form, notation.time_zone)


def _date(text: str, form: str, notation: Notation) -> date:
    try:
        if form == "iso" or (form.startswith("epoch_") and _ISO_DATE.fullmatch(text)):
            if not _ISO_DATE.fullmatch(text):
                raise time.TimeFormatError("time_format", text)
            return date.fromisoformat(text[:10])
        if form.startswith("epoch_"):
            micros = round(_number(text) * time.EPOCH_UNITS[form.removeprefix("epoch_")])
            return time.local_day(micros, notation.time_zone or "UTC")
        # Not through a time: people are born before the first year in which an event may happen.
        return datetime.strptime(text, form).date()
    except (ValueError, OverflowError):
        raise time.TimeFormatError("time_format", text) from None


def local_flag(text: str, notation: Notation) -> str | None:
    """Why the zone leaves a time in doubt that ``to_time`` reads: its clocks never or twice show it."""
    if notation.time_zone in (None, "UTC"):
        return None
    for form in notation.times:
        try:
            if form.startswith("epoch_"):
                time.parse_epoch(_number(text.strip()), form.removeprefix("epoch_"))
                return None
            return time.local_flag(text.strip(), notation.time_zone, None if form == "iso" else form)
        except (time.TimeFormatError, money.MoneyFormatError):
            continue
    return None


def _number(text: str) -> int | float:
    number = money.parse_decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


# More digits than a double keeps of what somebody typed.
_LONG_FRACTION = re.compile(r"[+-]?[0-9]+[.,][0-9]+")
_EXACT_DIGITS = 15
# After the point, of an amount.
_MOST_DIGITS, _SMALLEST = 6, Decimal("0.000001")


def without_noise(text: str) -> str | None:
    """A number with the noise of its binary form rounded away: 19.990000000000002 is 19.99. None if it has none.

    Whole numbers keep all their digits: an order's number may have twenty.
    """
    plain = text.strip()
    if len(plain) <= _EXACT_DIGITS or not _LONG_FRACTION.fullmatch(plain):
        return None
    mark = "," if "," in plain else "."
    number = Decimal(plain.replace(",", "."))
    if len(number.normalize().as_tuple().digits) <= _EXACT_DIGITS:
        return None
    rounded = Context(prec=_EXACT_DIGITS, rounding=ROUND_HALF_EVEN).plus(number)
    return format(rounded.normalize(), "f").replace(".", mark)


def to_integer(text: str, notation: Notation) -> int:
    """A whole number; ``17850.0`` is accepted."""
    if not _INTEGER.fullmatch(text.strip()):
        raise Rejected("type")
    return int(text.strip().split(".")[0])


def to_decimal(text: str, notation: Notation) -> Decimal:
    try:
        value = money.parse_decimal(text, notation.decimal_mark)
    except money.MoneyFormatError as error:
        raise Rejected(error.code) from None
    if abs(value) >= 10**12:
        raise Rejected("amount_range")
    if value.as_tuple().exponent < -_MOST_DIGITS:  # type: ignore[operator]
        # Databases pad with zeros: 19.90 is 19.900000000000000000 in a decimal(38,18).
        padded, value = value, value.quantize(_SMALLEST)
        if padded != value:
            raise Rejected("scale")
    return value


def to_number(text: str, notation: Notation) -> float:
    try:
        return float(money.parse_decimal(text, notation.decimal_mark))
    except money.MoneyFormatError as error:
        raise Rejected(error.code) from None


def to_boolean(text: str, notation: Notation) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Rejected("type")


def to_text(text: str, notation: Notation) -> str:
    return text.replace("\x00", "").strip()


@dataclass(frozen=True)
class OneOf:
    """The text, which must be one of some words."""

    words: tuple[str, ...]

    def __call__(self, text: str, notation: Notation) -> str:
        word = text.strip()
        if word not in self.words:
            raise Rejected("value")
        return word


def to_currency(text: str, notation: Notation) -> str:
    word = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", word):
        raise Rejected("value")
    return word


Converter = Callable[[str, Notation], Any]

# Per target: the columns a mapping may fill. `amount` and `unit_price` are in major units of the currency.
COLUMNS: dict[str, dict[str, Converter]] = {
    "events": {
        "event_type": OneOf(EVENT_TYPES), "occurred_at": to_time, "event_id": to_text, "source_event": to_text,
        "message_id": to_text, "campaign_id": to_text, "topic": to_text, "mailbox_provider": to_text,
        "session_id": to_text, "order_id": to_text, "url": to_text, "product_id": to_text, "category": to_text,
        "amount": to_decimal, "amount_cents": to_integer, "currency": to_currency, "n_items": to_integer,
        "duration_s": to_number, "device": OneOf(DEVICES), "country": to_text, "region": to_text,
        "is_machine": to_boolean, "p_human": to_number,
    },
    "orders": {
        "order_id": to_text, "order_type": OneOf(LINE_TYPES), "ordered_at": to_time, "updated_at": to_time,
        "status": to_text, "amount": to_decimal, "amount_cents": to_integer, "refunded": to_decimal,
        "currency": to_currency, "n_items": to_integer, "category": to_text, "country": to_text,
    },
    "order_lines": {
        "order_id": to_text, "line_id": to_text, "line_type": OneOf(LINE_TYPES), "ordered_at": to_time,
        "product_id": to_text, "title": to_text, "category": to_text, "quantity": to_integer,
        "unit_price": to_decimal, "amount": to_decimal, "amount_cents": to_integer, "currency": to_currency,
        "country": to_text,
    },
    "profiles": {
        "valid_from": to_time, "recorded_at": to_time, "birth_date": to_date, "birth_year": to_integer,
        "gender": OneOf(("female", "male", "other")), "country": to_text, "region": to_text, "city": to_text,
        "language": to_text, "signup_date": to_date,
    },
    "consents": {
        "purpose": OneOf(PURPOSES), "topic": to_text, "value": OneOf(("granted", "withdrawn")), "basis": to_text,
        "effective_at": to_time, "recorded_at": to_time, "expires_at": to_time, "proof": to_text,
    },
}  # fmt: skip

_SHAPES: dict[Converter, str] = {
    to_time: "time", to_date: "time", to_integer: "number", to_decimal: "number", to_number: "number",
}  # fmt: skip
_KINDS = {"order_lines": "lines"}


def shape_of(target: str, column: str) -> str:
    """The shape of what is kept of a column's text."""
    declared = dict(TEXTS[_KINDS.get(target, target)])
    return declared.get(column) or _SHAPES.get(COLUMNS[target][column], "label")


# What is calculated with, and may hold binary noise.
NUMBERS: frozenset[Converter] = frozenset((to_integer, to_decimal, to_number))

REQUIRED: dict[str, tuple[str, ...]] = {
    "events": ("event_type", "occurred_at"),
    "orders": ("ordered_at",),
    "order_lines": ("order_id", "ordered_at", "quantity"),
    "profiles": (),
    "consents": ("purpose", "value", "effective_at"),
}
