"""The as-of days whose changes make up the bitmaps of a day, by what their runs recorded."""

from collections.abc import Mapping
from datetime import date
from typing import Any

# What a run records: the as-of day on whose state its own follows; None where it set everybody afresh.
FOLLOWS_ON = "follows_on"


def days_followed(last: date, runs: Mapping[date, Mapping[str, Any]], oldest: date) -> tuple[date, ...]:
    """A day, the one that it follows on, and so on back to one that set everybody afresh; those after ``oldest``.

    A change of an older day tells of days that are not kept any more.

    Args:
        runs: as-of day -> outputs of the newest finished run. Where they do not say what a day follows on, it is the last
            day before it, as in early bitmaps.
    """
    found: list[date] = []
    day: date | None = last
    while day is not None and day > oldest:
        found.append(day)
        outputs = runs.get(day, {})
        if FOLLOWS_ON in outputs:
            day = date.fromisoformat(outputs[FOLLOWS_ON]) if outputs[FOLLOWS_ON] else None
        else:
            day = max((d for d in runs if d < day), default=None)
    return tuple(found)
