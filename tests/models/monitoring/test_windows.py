"""Which days' scores are judged on which day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from segspark.models.monitoring.windows import CATCH_UP_DAYS, first_of_weeks, is_due, may_be_due
from segspark.models.propensity.outcome import Window

# A Monday.
MONDAY = date(2026, 6, 1)
ONE = timedelta(days=1)
WINDOW = Window(28, 2)
END = MONDAY + 30 * ONE
SETTLE = 10


def test_the_first_stored_day_of_each_week_stands_for_it() -> None:
    days = [MONDAY + n * ONE for n in (2, 3, 6, 7, 8, 20)]
    assert first_of_weeks(reversed(days)) == [MONDAY + n * ONE for n in (2, 7, 20)]


def test_weeks_of_the_turn_of_a_year_are_told_apart() -> None:
    # 29 December 2025 is the Monday of the first week of 2026.
    assert first_of_weeks([date(2025, 12, 29), date(2026, 1, 1), date(2026, 12, 31)]) == [
        date(2025, 12, 29),
        date(2026, 12, 31),
    ]


def test_a_window_is_judged_on_the_day_on_which_it_ends_and_not_before() -> None:
    assert not is_due(MONDAY, WINDOW, END - ONE, SETTLE, None)
    assert is_due(MONDAY, WINDOW, END, SETTLE, None)


def test_it_is_judged_again_once_late_events_are_in() -> None:
    due = [n for n in range(60) if is_due(MONDAY, WINDOW, END + n * ONE, SETTLE, END)]
    # The day itself again if it is run again, and every day from the tenth on until that has happened.
    assert due[:2] == [0, SETTLE]
    after = END + SETTLE * ONE
    assert [n for n in range(60) if is_due(MONDAY, WINDOW, END + n * ONE, SETTLE, after)] == [SETTLE]


def test_a_day_of_before_changes_nothing_that_was_judged_later() -> None:
    assert not is_due(MONDAY, WINDOW, END, SETTLE, END + 3 * ONE)


def test_missed_days_are_made_up_for_within_four_weeks() -> None:
    last = END + (SETTLE + CATCH_UP_DAYS) * ONE
    assert is_due(MONDAY, WINDOW, last, SETTLE, None)
    assert not is_due(MONDAY, WINDOW, last + ONE, SETTLE, None)


@given(st.integers(0, 400), st.integers(1, 120), st.integers(0, 40))
def test_a_day_judges_a_bounded_number_of_windows(later: int, days: int, settle: int) -> None:
    window, today = Window(days), MONDAY + later * ONE
    scored = first_of_weeks(MONDAY + n * ONE for n in range(-500, 500))
    assert sum(may_be_due(d, window, today, settle) for d in scored) <= (settle + CATCH_UP_DAYS) // 7 + 1


@given(st.lists(st.integers(0, 200), min_size=1, max_size=60, unique=True))
def test_run_day_by_day_each_window_is_judged_twice_at_most(runs: list[int]) -> None:
    measured, n = None, 0
    for today in (MONDAY + at * ONE for at in sorted(runs)):
        if is_due(MONDAY, WINDOW, today, SETTLE, measured):
            measured, n = today, n + 1
    assert n <= 2
