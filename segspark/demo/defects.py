"""Senders' errors: each defect is a spoiled copy of a good record, with the reason why it must be refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

Change = Callable[[dict[str, Any], int], None]


@dataclass(frozen=True)
class Defect:
    """``reason`` is the family of the quarantine code; one in so many records has the defect, from the ``start``-th on.

    A text that is no longer valid JSON cannot be part of an array of events.
    """

    name: str
    reason: str
    every: int
    start: int
    spoil: Callable[[str, int], str]
    is_json: bool = True


def _cut(text: str, n: int) -> str:
    return text[: len(text) // 2]


def _trailing(text: str, n: int) -> str:
    return text + " garbage"


def _twice(text: str, n: int) -> str:
    key = text[1 : text.index(":")]
    return f'{{{key}:"x",{text[1:]}'


def _changed(change: Change) -> Callable[[str, int], str]:
    def spoil(text: str, n: int) -> str:
        record = orjson.loads(text)
        change(record, n)
        return orjson.dumps(record).decode()

    return spoil


def _set(key: str, value: Any) -> Callable[[str, int], str]:
    return _changed(lambda record, n: record.update({key: value}))


def _epoch_ms(record: dict[str, Any], n: int) -> None:
    record["timestamp"] *= 1000


def _epoch_text(record: dict[str, Any], n: int) -> None:
    record["timestamp"] = str(record["timestamp"])


def _without_recipient(record: dict[str, Any], n: int) -> None:
    del record["event-data"]["recipient"]


def _test_mode(record: dict[str, Any], n: int) -> None:
    record["event-data"]["flags"]["is-test-mode"] = True


def _french_time(record: dict[str, Any], n: int) -> None:
    key = next(k for k in record if k.endswith("At"))
    record[key] = f"31/05/2026 1{n % 10}:30"


def _numbered_recipient(record: dict[str, Any], n: int) -> None:
    record["Email" if "Email" in record else "Recipient"] = n


def _naive_time(record: dict[str, Any], n: int) -> None:
    record["timestamp"] = record["receivedAt"].removesuffix("Z")


def _nobody(record: dict[str, Any], n: int) -> None:
    record.pop("userId", None)
    record.pop("anonymousId", None)


def _from_tomorrow(record: dict[str, Any], n: int) -> None:
    record["messageId"] = f"future-{n}"
    record["timestamp"] = f"2099-01-{1 + n % 28:02d}T08:00:00.000Z"


def _decimal_comma(record: dict[str, Any], n: int) -> None:
    record["subtotal_price"] = record["subtotal_price"].replace(".", ",")


def _negative(record: dict[str, Any], n: int) -> None:
    record["subtotal_price"] = "-" + record["subtotal_price"]


SYNTAX = (
    Defect("cut_short", "json", 2003, 11, _cut, is_json=False),
    Defect("trailing_text", "trailing", 2011, 401, _trailing, is_json=False),
    Defect("key_twice", "dup_key", 2017, 907, _twice),
)
OF_SENDGRID = (
    *SYNTAX,
    Defect("epoch_milliseconds", "time_unit", 2503, 5, _changed(_epoch_ms)),
    Defect("epoch_as_text", "type", 3001, 23, _changed(_epoch_text)),
)
OF_MAILGUN = (
    *SYNTAX,
    Defect("test_mode", "test_mode", 1801, 13, _changed(_test_mode)),
    Defect("no_recipient", "missing", 2203, 29, _changed(_without_recipient)),
)
OF_POSTMARK = (
    *SYNTAX,
    Defect("french_time", "time_format", 1409, 17, _changed(_french_time)),
    Defect("recipient_is_number", "type", 1607, 31, _changed(_numbered_recipient)),
)
OF_SEGMENT = (
    *SYNTAX,
    Defect("naive_time", "time_zone", 1303, 3, _changed(_naive_time)),
    Defect("nobody", "missing", 2309, 37, _changed(_nobody)),
    Defect("context_is_text", "type", 2707, 41, _set("context", "web")),
    Defect("future", "future", 3301, 43, _changed(_from_tomorrow)),
)
OF_SHOPIFY = (
    *SYNTAX,
    Defect("decimal_comma", "locale_decimal", 1201, 9, _changed(_decimal_comma)),
    Defect("negative_amount", "negative", 1709, 19, _changed(_negative)),
    Defect("test_order", "test_mode", 1103, 47, _set("test", True)),
)
