"""Strict reading of JSON fields, shared by the adapters: the expected type, or rejection with a reason."""

from collections.abc import Mapping
from typing import Any

from segspark import time
from segspark.sources.shapes import PARAMETERS
from segspark.sources.vocabulary import Context, Identifier, Rejected

# No length of time of a record is longer than this many of its units, which are seconds or milliseconds.
LONGEST = 1e12


def text(record: dict[str, Any], key: str, required: bool = False) -> str | None:
    """A text, None if it is absent or empty; numbers are rejected."""
    value = record.get(key)
    if value.__class__ is str and value:
        return value  # type: ignore[no-any-return]
    if value is None or value == "":
        if required:
            raise Rejected(f"missing:{key}")
        return None
    raise Rejected(f"type:{key}")


def scalar(record: dict[str, Any], key: str) -> str | None:
    """A text or number as text: some senders quote ids, others do not."""
    value = record.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Rejected(f"type:{key}")
    return str(value)


def mapping(record: dict[str, Any], key: str) -> dict[str, Any]:
    """An object, empty if it is absent."""
    value = record.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Rejected(f"type:{key}")
    return value


def text_in(record: dict[str, Any], key: str, inner: str) -> str | None:
    """A text in a nested object; None if either is absent."""
    return None if record.get(key) is None else text(mapping(record, key), inner)


def items(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of objects, empty if it is absent."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise Rejected(f"type:{key}")
    return value


def epoch_s(record: dict[str, Any], key: str) -> int:
    """Seconds since 1970 (whole or with a fraction) as microseconds; milliseconds are refused."""
    value = record.get(key)
    if value is None:
        raise Rejected(f"missing:{key}")
    try:
        return time.parse_epoch(value, "s")
    except time.TimeFormatError as error:
        raise Rejected(f"{error.code}:{key}" if error.code != "time_format" else f"type:{key}") from None


def iso(record: dict[str, Any], key: str, zone: str | None = None, flags: list[str] | None = None) -> int:
    """An ISO 8601 time as microseconds; a naive time gets the source's zone or is refused.

    Args:
        flags: gets ``local_time_skipped:key`` or ``local_time_doubled:key`` if the zone's clocks never or twice show it.
    """
    value = text(record, key, required=True)
    assert value is not None
    try:
        micros = time.parse_iso(value, zone)
        if flags is not None and zone is not None and time.is_near_change(micros, zone):
            flag = time.local_flag(value, zone)
            flags += [f"{flag}:{key}"] if flag else []
    except time.TimeFormatError as error:
        raise Rejected(f"{error.code}:{key}") from None
    return micros


def boolean(record: dict[str, Any], key: str) -> bool | None:
    """A boolean, None if it is absent; its name in quotes is a text, and 0 and 1 are numbers."""
    value = record.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise Rejected(f"type:{key}")


def duration(record: dict[str, Any], key: str) -> float | None:
    """A length of time that is a JSON number, None if it is absent."""
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Rejected(f"type:{key}")
    if value < 0:
        raise Rejected(f"negative:{key}")
    if not value <= LONGEST:
        raise Rejected(f"range:{key}")
    return float(value)


def texts(record: dict[str, Any], key: str) -> list[str]:
    """A list of texts, empty if it is absent."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise Rejected(f"type:{key}")
    return value


def email(value: str | None, key: str = "email") -> Identifier:
    if value is None:
        raise Rejected(f"missing:{key}")
    return Identifier("email", value)


def page(url: str | None) -> str | None:
    """The address of a page without query and fragment, which carry identifiers and campaigns."""
    return PARAMETERS.split(url, maxsplit=1)[0] if url else None


def device(user_agent: str | None) -> str | None:
    """desktop, mobile or tablet, by the usual substrings of user agents."""
    if not user_agent:
        return None
    agent = user_agent.lower()
    if "ipad" in agent or "tablet" in agent or ("android" in agent and "mobi" not in agent):
        return "tablet"
    return "mobile" if "mobi" in agent or "iphone" in agent else "desktop"


def declared(arguments: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The custom arguments that the source's YAML declares as kept; the masker gives them their shapes."""
    return {name: arguments[name] for name in context.keep if arguments.get(name) is not None}


def words(record: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Further words of the provider, as attributes; other values than texts are left out."""
    return {key: value for key in keys if isinstance(value := record.get(key), str) and value}


def p_human(is_machine: bool | None) -> float | None:
    return None if is_machine is None else 0.0 if is_machine else 1.0
