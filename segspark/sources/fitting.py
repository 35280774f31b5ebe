"""Rows in the shapes of the columns they are staged in, and whether they fit.

Arrow packs thousands of rows at once, and one wrong value among them would refuse them all. So each row is asked before
it is staged, and the record that gave a wrong one is refused alone.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from segspark.sources.shapes import Shape
from segspark.sources.vocabulary import ADAPTER_ERROR
from segspark.time import DAY_MICROS

RANGE = "range"
# Years 1 to 9999, which Python's calendar has: microseconds since 1970.
FIRST_MICROS, LAST_MICROS = -62_135_596_800_000_000, 253_402_300_799_999_999
_INT64, _INT32 = 2**63, 2**31
# What is wrong with a value that is not null; None if nothing is.
Check = Callable[[Any], str | None]


class Fit:
    """The columns of a kind of staged rows, as shapes and checks; made once, because a schema is slow to look into."""

    def __init__(self, schema: pa.Schema, shapes: Mapping[str, Shape] = MappingProxyType({})) -> None:
        """
        Args:
            shapes: of the columns of texts that records fill.
        """
        self._checks = {field.name: _check_of(field.type) for field in schema}
        self._shapes, self._shaped = shapes, {name: shape.texts for name, shape in shapes.items()}
        self._texts = frozenset(field.name for field in schema if field.type == pa.string())
        self._wide = frozenset(
            field.name for field in schema if field.type in (pa.int64(), pa.timestamp("us", tz="UTC"))
        )

    def fit(self, row: dict[str, Any]) -> str | None:
        """Give every text its column's shape; the reason to refuse the record of the row, ``adapter_error:column``
        (another type than the column's) or ``range:column`` (too large for it), None if the row fits.

        Args:
            row: values by column; columns that it lacks are null, and names that are no columns are not staged.
        """
        shaped, texts, wide = self._shaped, self._texts, self._wide
        name = ""
        try:
            for name, value in row.items():
                # Nearly every value is a text or a whole number.
                kind = value.__class__
                if kind is str:
                    memo = shaped.get(name)
                    if memo is not None:
                        row[name] = memo[value]
                        continue
                    if name in texts and value.isascii():
                        continue
                elif value is None or (kind is int and name in wide and FIRST_MICROS <= value <= LAST_MICROS):
                    continue
                wrong = self._wrong(name, value, row)
                if wrong is not None:
                    return f"{wrong}:{name}"
        except UnicodeEncodeError:
            return f"{ADAPTER_ERROR}:{name}"
        return None

    def _wrong(self, name: str, value: Any, row: dict[str, Any]) -> str | None:
        shape = self._shapes.get(name)
        if shape is not None:
            row[name] = value = shape.other(value)
        check = self._checks.get(name)
        return None if check is None or value is None else check(value)


def _check_of(kind: pa.DataType) -> Check:
    if pa.types.is_decimal(kind):
        return _decimal(kind.precision, kind.scale)
    if pa.types.is_list(kind):
        return _texts
    if pa.types.is_map(kind):
        return _pairs
    return _BY_TYPE[kind]


def _text(value: Any) -> str | None:
    if value.__class__ is not str:
        return ADAPTER_ERROR
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            # Half of a pair of surrogates.
            return ADAPTER_ERROR
    return None


def _whole(first: int, end: int) -> Check:
    def check(value: Any) -> str | None:
        if value.__class__ is not int:
            return ADAPTER_ERROR
        return None if first <= value < end else RANGE

    return check


def _moment(value: Any) -> str | None:
    if value.__class__ is int:
        return None if FIRST_MICROS <= value <= LAST_MICROS else RANGE
    return None if isinstance(value, datetime) and value.tzinfo is not None else ADAPTER_ERROR


def _day(value: Any) -> str | None:
    if value.__class__ is int:
        return None if FIRST_MICROS <= value * DAY_MICROS <= LAST_MICROS else RANGE
    return None if isinstance(value, date) and not isinstance(value, datetime) else ADAPTER_ERROR


def _double(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ADAPTER_ERROR
    # Also what is no number.
    return None if abs(value) < float("inf") else RANGE


def _decimal(precision: int, scale: int) -> Check:
    end, digits = Decimal(10) ** (precision - scale), -scale

    def check(value: Any) -> str | None:
        if not isinstance(value, Decimal):
            return ADAPTER_ERROR
        if not value.is_finite() or abs(value) >= end:
            return RANGE
        exponent = value.as_tuple().exponent
        return None if isinstance(exponent, int) and exponent >= digits else RANGE

    return check


def _boolean(value: Any) -> str | None:
    return None if value.__class__ is bool else ADAPTER_ERROR


def _bytes(value: Any) -> str | None:
    return None if value.__class__ is bytes else ADAPTER_ERROR


def _texts(value: Any) -> str | None:
    if value.__class__ not in (list, tuple):
        return ADAPTER_ERROR
    return next((wrong for item in value if (wrong := _text(item)) is not None), None)


def _pairs(value: Any) -> str | None:
    if value.__class__ is dict and not value:
        return None
    if isinstance(value, dict):
        value = list(value.items())
    if value.__class__ not in (list, tuple):
        return ADAPTER_ERROR
    for pair in value:
        if pair.__class__ not in (list, tuple) or len(pair) != 2 or _text(pair[0]) is not None:
            return ADAPTER_ERROR
        if pair[1] is not None and _text(pair[1]) is not None:
            return ADAPTER_ERROR
    return None


_BY_TYPE: dict[pa.DataType, Check] = {
    pa.string(): _text,
    pa.int64(): _whole(-_INT64, _INT64),
    pa.int32(): _whole(-_INT32, _INT32),
    pa.float64(): _double,
    pa.bool_(): _boolean,
    pa.binary(): _bytes,
    pa.date32(): _day,
    pa.timestamp("us", tz="UTC"): _moment,
}
