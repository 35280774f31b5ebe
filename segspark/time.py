"""Times: strict parsing to UTC microseconds, and local days in the business's zone.

A naive time needs a declared zone; an epoch's unit is declared and never guessed.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
DAY_SECONDS = 86_400
MICROS = 1_000_000
DAY_MICROS = DAY_SECONDS * MICROS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.date()
MICROSECOND = timedelta(microseconds=1)
_NAIVE_EPOCH = EPOCH.replace(tzinfo=None)
EPOCH_UNITS = {"s": MICROS, "ms": 1_000, "us": 1}
# A time outside these years is a wrong unit or a typing error; inside, Python's and Arrow's calendars are safe.
EARLIEST = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * MICROS
LATEST = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * MICROS

# Zones in use lie between -12:00 and +14:00.
MAX_OFFSET = timedelta(hours=14)
LOCAL_TIME_SKIPPED, LOCAL_TIME_DOUBLED = "local_time_skipped", "local_time_doubled"

# Digits are the ten of ASCII: those of other scripts are a sign that the text was not written by a program.
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)


class TimeFormatError(ValueError):
    """The text is not a time in the declared form; ``code`` is the quarantine reason."""

    def __init__(self, code: str, text: object) -> None:
        # Never the value: a message may reach a log.
        super().__init__(f"{code}: {type(text).__name__}")
        self.code = code


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=65536)
def _day_micros(year: int, month: int, day: int) -> int:
    return day_number(date(year, month, day)) * DAY_MICROS


def parse_iso(text: str, zone_name: str | None = None) -> int:
    """ISO 8601 (``T`` or blank between date and time) to UTC microseconds.

    Fractions beyond six digits are cut. A time without offset is taken in ``zone_name``; without a zone it is
    refused. For a local time that exists twice the first is used; a time skipped in spring is moved on by the skipped
    hour, as Spark does; ``local_flag`` tells such times.

    Raises:
        TimeFormatError: ``time_format``, ``time_zone`` (naive, no zone declared), ``offset`` (beyond 14 hours) or
            ``time_range``.
    """
    if _is_usual(text, zone_name is not None):
        # The usual form of nearly all systems: the C parser takes a tenth of the time.
        try:
            parsed = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            if parsed.tzinfo is not None:
                return check_range((parsed - EPOCH) // MICROSECOND, text)
            return _to_utc((parsed - _NAIVE_EPOCH) // MICROSECOND, None, zone_name, text)
    return _to_utc(*_read_iso(text), zone_name, text)


def _to_utc(wall: int, offset: int | None, zone_name: str | None, text: str) -> int:
    """UTC microseconds of a wall-clock time with its offset in microseconds, None if the text names none."""
    if offset is not None:
        return check_range(wall - offset, text)
    if zone_name is None:
        raise TimeFormatError("time_zone", text)
    # First the range, which bounds what zones are asked for.
    return check_range(local_to_utc(check_range(wall, text), zone_name), text)


def _read_iso(text: str) -> tuple[int, int | None]:
    """The wall-clock time that is written, and its offset; both in microseconds."""
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise TimeFormatError("time_format", text)
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        micros = _day_micros(int(year), int(month), int(day))
    except ValueError:
        raise TimeFormatError("time_format", text) from None
    if hour is not None:
        h, m, s = int(hour), int(minute), int(second or 0)
        if h > 23 or m > 59 or s > 59:
            raise TimeFormatError("time_format", text)
        micros += ((h * 60 + m) * 60 + s) * MICROS
        if fraction:
            micros += int(fraction[:6].ljust(6, "0"))
    if offset is None or offset in ("Z", "z", "UTC"):
        return micros, None if offset is None else 0
    # PostgreSQL writes whole hours without minutes: +02.
    hours, minutes = int(offset[1:3]), int(offset[-2:]) if len(offset) > 3 else 0
    if minutes > 59:
        raise TimeFormatError("time_format", text)
    return micros, _check_offset(timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1), text)


def _check_offset(offset: timedelta, text: str) -> int:
    if abs(offset) > MAX_OFFSET:
        raise TimeFormatError("offset", text)
    return offset // MICROSECOND


def _is_usual(text: str, is_local: bool) -> bool:
    """Seconds with Z or an offset, milliseconds with Z, or plain seconds in a declared zone."""
    length = len(text)
    if length < 19 or text[4] != "-" or text[7] != "-" or text[10] not in "T " or text[11:13] == "24":
        return False
    if length == 24 or length == 20:
        return text[-1] == "Z" and text[10] == "T"
    if length == 25:
        return text[19] in "+-" and text[22] == ":" and text[20:22] < "14" and text[23] < "6"
    return length == 19 and is_local


def parse_pattern(text: str, pattern: str, zone_name: str | None) -> int:
    """A ``strptime`` pattern (e.g. ``%d/%m/%Y %H:%M``) to UTC microseconds; naive results take ``zone_name``."""
    wall, offset = _read_pattern(text, pattern)
    return _to_utc(wall, offset, zone_name, text)


def _read_pattern(text: str, pattern: str) -> tuple[int, int | None]:
    if not text.isascii() and any(c.isdecimal() and not c.isascii() for c in text):
        raise TimeFormatError("time_format", text)
    try:
        parsed = datetime.strptime(text.strip(), pattern)
    except (ValueError, OverflowError):
        raise TimeFormatError("time_format", text) from None
    wall, offset = (parsed.replace(tzinfo=None) - _NAIVE_EPOCH) // MICROSECOND, parsed.utcoffset()
    return wall, None if offset is None else _check_offset(offset, text)


def is_near_change(micros: int, zone_name: str) -> bool:
    """Whether the zone's clocks change within a day of a UTC time: only then its local time can be doubtful."""
    return zone_name != "UTC" and _is_near_change(micros // (3600 * MICROS), zone_name)


@lru_cache(maxsize=262144)
def _is_near_change(hour: int, zone_name: str) -> bool:
    at, day = EPOCH + timedelta(hours=hour), timedelta(hours=25)
    return (at - day).astimezone(zone(zone_name)).utcoffset() != (at + day).astimezone(zone(zone_name)).utcoffset()


def local_flag(text: str, zone_name: str | None, pattern: str | None = None) -> str | None:
    """``local_time_skipped`` or ``local_time_doubled`` for a wall-clock time that the zone's clocks never or twice show.

    Args:
        text: a time that ``parse_iso``, or ``parse_pattern`` with this pattern, accepts in this zone.
    """
    if zone_name is None or zone_name == "UTC" or text.endswith("Z"):
        return None
    if pattern is None and len(text) == 19 and _is_usual(text, True):
        wall, offset = (datetime.fromisoformat(text) - _NAIVE_EPOCH) // MICROSECOND, None
    else:
        wall, offset = _read_iso(text) if pattern is None else _read_pattern(text, pattern)
    return None if offset is not None else _flag_of_quarter(wall // (900 * MICROS), zone_name)


@lru_cache(maxsize=262144)
def _flag_of_quarter(quarter: int, zone_name: str) -> str | None:
    wall = (EPOCH + timedelta(seconds=quarter * 900)).replace(tzinfo=zone(zone_name))
    first, second = wall.utcoffset(), wall.replace(fold=1).utcoffset()
    if first == second:
        return None
    # PEP 495: in a gap the offset before it is the smaller one.
    return LOCAL_TIME_SKIPPED if (first or timedelta()) < (second or timedelta()) else LOCAL_TIME_DOUBLED


def parse_epoch(value: int | float, unit: str) -> int:
    """Seconds, milliseconds or microseconds since 1970 to microseconds; the unit is declared by the source."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TimeFormatError("time_format", value)
    factor = EPOCH_UNITS[unit]
    try:
        micros = value * factor if isinstance(value, int) else round(value * factor)
    except (OverflowError, ValueError):
        raise TimeFormatError("time_range", value) from None
    if not EARLIEST <= micros < LATEST:
        raise TimeFormatError("time_unit", value)
    return micros


def check_range(micros: int, text: object) -> int:
    if not EARLIEST <= micros < LATEST:
        raise TimeFormatError("time_range", text)
    return micros


def local_to_utc(naive_micros: int, zone_name: str) -> int:
    """UTC microseconds of a wall-clock time: the first if it exists twice, an hour later if it is skipped."""
    if zone_name == "UTC":
        return naive_micros
    return naive_micros - _offset_of_quarter(naive_micros // (900 * MICROS), zone_name)


@lru_cache(maxsize=262144)
def _offset_of_quarter(quarter: int, zone_name: str) -> int:
    # Offsets change on quarter hours in every zone in use, so one look-up serves 15 minutes.
    wall = (EPOCH + timedelta(seconds=quarter * 900)).replace(tzinfo=zone(zone_name))
    return round((wall.utcoffset() or timedelta()).total_seconds()) * MICROS


def local_day(micros: int, zone_name: str) -> date:
    """Calendar day of a UTC time in a zone."""
    return (EPOCH + timedelta(microseconds=micros)).astimezone(zone(zone_name)).date()


def local_midnight(day: date, zone_name: str) -> datetime:
    """The UTC instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone(zone_name)).astimezone(UTC)


def to_micros(moment: datetime) -> int:
    return round((moment - EPOCH) / MICROSECOND)


def day_number(day: date) -> int:
    """A day as days since 1970."""
    return (day - EPOCH_DAY).days


def local_day_number(micros: int, zone_name: str) -> int:
    """The local day as days since 1970, for many times: one look-up serves a quarter of an hour."""
    return _day_of_quarter(micros // (900 * MICROS), zone_name)


@lru_cache(maxsize=262144)
def _day_of_quarter(quarter: int, zone_name: str) -> int:
    return day_number(local_day(quarter * 900 * MICROS, zone_name))
