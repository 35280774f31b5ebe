from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.time import TimeFormatError, local_day, local_midnight, parse_epoch, parse_iso, to_micros


def micros(text: str) -> int:
    return to_micros(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-06-01T10:00:00Z", None, "2026-06-01T10:00:00+00:00"),
        ("2026-06-01 10:00:00", "Europe/Paris", "2026-06-01T08:00:00+00:00"),
        ("2026-06-01T10:00:00+02:00", None, "2026-06-01T08:00:00+00:00"),
        ("2026-06-01T10:00:00.1234567-0500", None, "2026-06-01T15:00:00.123456+00:00"),
        ("2026-06-01", "Europe/Paris", "2026-05-31T22:00:00+00:00"),
        # The second 02:30 of that night is one hour later; the first is taken.
        ("2026-10-25T02:30:00", "Europe/Paris", "2026-10-25T00:30:00+00:00"),
        # 02:30 does not exist on the day the clocks go forward; Spark moves it to 03:30, and so do we.
        ("2026-03-29T02:30:00", "Europe/Paris", "2026-03-29T01:30:00+00:00"),
    ],
)
def test_iso_times_become_utc(text: str, zone: str | None, expected: str) -> None:
    assert parse_iso(text, zone) == micros(expected)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/12/2026 10:00", "time_format"),
        ("2026-06-01T24:00:00Z", "time_format"),
        ("2026-02-30", "time_format"),
        ("2026-06-01T10:00:00", "time_zone"),
        ("57742-01-01T00:00:00Z", "time_format"),
        ("1890-01-01T00:00:00Z", "time_range"),
    ],
)
def test_other_forms_are_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(TimeFormatError) as refused:
        parse_iso(text)
    assert refused.value.code == code


def test_milliseconds_are_refused_where_seconds_are_declared() -> None:
    assert parse_epoch(1_760_000_000, "s") == 1_760_000_000_000_000
    with pytest.raises(TimeFormatError) as refused:
        parse_epoch(1_760_000_000_000, "s")
    assert refused.value.code == "time_unit"


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)),
    st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_local_midnights_bound_local_days(moment: datetime, zone: str) -> None:
    at = to_micros(moment.replace(tzinfo=UTC))
    day = local_day(at, zone)
    assert to_micros(local_midnight(day, zone)) <= at < to_micros(local_midnight(day + timedelta(days=1), zone))
    assert day == moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def test_the_25_hour_day_is_one_day() -> None:
    start, end = (to_micros(local_midnight(date(2026, 10, d), "Europe/Paris")) for d in (25, 26))
    assert (end - start) // 3_600_000_000 == 25
