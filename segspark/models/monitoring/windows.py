"""Which days' scores are judged today: those whose label window has ended, one day a week.

A window is judged on the day on which it ends, and once more when late events can change it no longer. Days that were not
run are made up for within four weeks: a day never judges more than some windows, however long nothing ran.
"""

from collections.abc import Iterable
from datetime import date

from segspark.models.propensity.outcome import Window
from segspark.time import DAY

CATCH_UP_DAYS = 28


def first_of_weeks(days: Iterable[date]) -> list[date]:
    """The first of the given days in each week, from Monday on: windows of 90 days that begin a day apart tell the same."""
    firsts: dict[tuple[int, int], date] = {}
    for day in sorted(days):
        firsts.setdefault(day.isocalendar()[:2], day)
    return sorted(firsts.values())


def may_be_due(day: date, window: Window, today: date, settle_days: int) -> bool:
    """Whether the scores of a day may be judged today, whatever was judged before.

    Args:
        settle_days: after its end, until which late events are taken in.
    """
    end = window.end(day)
    return end <= today <= end + (settle_days + CATCH_UP_DAYS) * DAY


def is_due(day: date, window: Window, today: date, settle_days: int, measured: date | None) -> bool:
    """Whether the scores of a day are judged today; a day that is run again judges the same ones again.

    Args:
        measured: day on which they were judged last.
    """
    if not may_be_due(day, window, today, settle_days):
        return False
    if measured is None or measured == today:
        return True
    settled = window.end(day) + settle_days * DAY
    return measured < settled <= today
