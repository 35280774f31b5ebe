from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.time import (
    TimeFormatError,
    is_near_change,
    local_day,
    local_flag,
    local_midnight,
    parse_epoch,
    parse_iso,
    parse_pattern,
    to_micros,
)


def micros(text: str) -> int:
    return to_micros(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-06-01T10:00:00Z", None, "2026-06-01T10:00:00+00:00"),
        ("2026-06-01 10:00:00", "Europe/Paris", "2026-06-01T08:00:00+00:00"),
        ("2026-06-01T10:00:00+02:00", None, "2026-06-01T08:00:00+00:00"),
        # As PostgreSQL writes it, and RFC 3339 allows.
        ("2026-06-01 10:00:00+02", "America/New_York", "2026-06-01T08:00:00+00:00"),
        ("2026-06-01 10:00:00-03", None, "2026-06-01T13:00:00+00:00"),
        ("2026-06-01T10:00:00z", None, "2026-06-01T10:00:00+00:00"),
        ("2026-06-01T10:00:00.1234567-0500", None, "2026-06-01T15:00:00.123456+00:00"),
        ("2026-06-01", "Europe/Paris", "2026-05-31T22:00:00+00:00"),
        ("2026-06-01T10:00:00+14:00", None, "2026-05-31T20:00:00+00:00"),
        ("2026-06-01T10:00:00-14:00", None, "2026-06-02T00:00:00+00:00"),
        ("2026-06-01T10:00:00.123456789012345Z", None, "2026-06-01T10:00:00.123456+00:00"),
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
        ("0001-01-01T00:00:00Z", "time_range"),
        ("0001-01-01T00:00:00+14:00", "time_range"),
        ("9999-12-31T23:59:59-12:00", "time_range"),
        ("0000-01-01T00:00:00Z", "time_format"),
        ("2026-06-30T23:59:60Z", "time_format"),
        ("2026-06-01T24:00:00+02:00", "time_format"),
        ("2026-W23-1T10:00:00Z", "time_format"),
        ("2026-152T10:00:00Z", "time_format"),
        ("２０２６-06-01T10:00:00Z", "time_format"),
        ("2026-06-01T10:00:0٣Z", "time_format"),
        ("2026-06-01T10:00:00+14:01", "offset"),
        ("2026-06-01T10:00:00-15:00", "offset"),
        ("2026-06-01T10:00:00.5+9900", "offset"),
        ("2026-06-01T10:00:00+01:60", "time_format"),
        ("2026-06-01T10:00:00.5+01:75", "time_format"),
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


@pytest.mark.parametrize("value", [0, -1, -1_760_000_000, 10**20, 10**400, -0.5])
def test_seconds_of_another_age_are_refused(value: float) -> None:
    with pytest.raises(TimeFormatError) as refused:
        parse_epoch(value, "s")
    assert refused.value.code == "time_unit"


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_naive_time_of_another_age_asks_no_zone(year: str) -> None:
    with pytest.raises(TimeFormatError) as refused:
        parse_iso(f"{year}-01-01 00:00:00", "Europe/Paris")
    assert refused.value.code == "time_range"


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("01/06/2026 10:00", "%d/%m/%Y %H:%M", "2026-06-01T08:00:00+00:00"),
        ("01/06/2026 10:00 -1400", "%d/%m/%Y %H:%M %z", "2026-06-02T00:00:00+00:00"),
    ],
)
def test_a_declared_pattern_becomes_utc(text: str, pattern: str, expected: str) -> None:
    assert parse_pattern(text, pattern, "Europe/Paris") == micros(expected)


@pytest.mark.parametrize(
    ("text", "pattern", "code"),
    [
        ("0１/06/2026", "%d/%m/%Y", "time_format"),
        ("01/06/2026 +1500", "%d/%m/%Y %z", "offset"),
        ("01/06/0001", "%d/%m/%Y", "time_range"),
        ("10:00", "%H:%M", "time_range"),
        ("32/06/2026", "%d/%m/%Y", "time_format"),
    ],
)
def test_what_a_pattern_does_not_say_is_refused(text: str, pattern: str, code: str) -> None:
    with pytest.raises(TimeFormatError) as refused:
        parse_pattern(text, pattern, "Europe/Paris")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "zone", "pattern", "flag"),
    [
        ("2026-03-29T02:00:00", "Europe/Paris", None, "local_time_skipped"),
        ("2026-03-29 02:59:59.5", "Europe/Paris", None, "local_time_skipped"),
        ("2026-03-29T01:59:59", "Europe/Paris", None, None),
        ("2026-03-29T03:00:00", "Europe/Paris", None, None),
        ("2026-10-25T02:00:00", "Europe/Paris", None, "local_time_doubled"),
        ("2026-10-25T02:59:59", "Europe/Paris", None, "local_time_doubled"),
        ("2026-10-25T03:00:00", "Europe/Paris", None, None),
        ("2026-10-25T02:30:00+02:00", "Europe/Paris", None, None),
        ("2026-10-25T02:30:00Z", "Europe/Paris", None, None),
        ("2026-10-25T02:30:00", "UTC", None, None),
        ("2026-10-25T02:30:00Z", None, None, None),
        # Half an hour on Lord Howe Island; west of Greenwich in November.
        ("2026-04-05T01:45:00", "Australia/Lord_Howe", None, "local_time_doubled"),
        ("2026-04-05T01:15:00", "Australia/Lord_Howe", None, None),
        ("2026-11-01T01:30:00", "America/New_York", None, "local_time_doubled"),
        ("25/10/2026 02:15", "Europe/Paris", "%d/%m/%Y %H:%M", "local_time_doubled"),
        ("29/03/2026 02:15", "Europe/Paris", "%d/%m/%Y %H:%M", "local_time_skipped"),
        ("29/03/2026 02:15 +0100", "Europe/Paris", "%d/%m/%Y %H:%M %z", None),
    ],
)
def test_an_hour_that_clocks_skip_or_show_twice_is_flagged(
    text: str, zone: str | None, pattern: str | None, flag: str | None
) -> None:
    assert local_flag(text, zone, pattern) == flag


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


def test_an_error_does_not_tell_the_value() -> None:
    with pytest.raises(TimeFormatError) as refused:
        parse_iso("ann@example.com")
    assert str(refused.value) == "time_format: str"


@pytest.mark.parametrize(
    ("text", "zone", "is_near"),
    [
        ("2026-03-29T01:00:00Z", "Europe/Paris", True),
        ("2026-03-28T02:00:00Z", "Europe/Paris", True),
        ("2026-03-27T00:00:00Z", "Europe/Paris", False),
        ("2026-07-01T00:00:00Z", "Europe/Paris", False),
        ("2026-03-29T01:00:00Z", "UTC", False),
        # Samoa left out a whole day.
        ("2011-12-30T12:00:00Z", "Pacific/Apia", True),
    ],
)
def test_only_near_a_change_of_clocks_a_local_time_can_be_doubtful(text: str, zone: str, is_near: bool) -> None:
    assert is_near_change(micros(text), zone) == is_near


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]),
)
def test_a_doubtful_local_time_is_near_a_change(moment: datetime, zone: str) -> None:
    text = moment.isoformat()
    if local_flag(text, zone) is not None:
        assert is_near_change(parse_iso(text, zone), zone)
