"""The calendar as of a day: season, public holidays, sales periods. Pure arithmetic."""

from datetime import date, timedelta
from typing import Any

from segspark.config.models import Calendar

SEASONS = ("winter", "spring", "summer", "autumn")


def easter(year: int) -> date:
    """Western Easter (Meeus, Jones and Butcher's rule for the Gregorian calendar)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int, country: str) -> dict[date, str]:
    """Public holidays of France; of other countries those that nearly all share."""
    at = easter(year)
    common = {date(year, 1, 1): "New Year", date(year, 12, 25): "Christmas", at + timedelta(days=1): "Easter Monday"}
    if country != "FR":
        return common
    return {
        **common,
        date(year, 5, 1): "Labour Day",
        date(year, 5, 8): "Victory Day",
        at + timedelta(days=39): "Ascension",
        at + timedelta(days=50): "Whit Monday",
        date(year, 7, 14): "National Day",
        date(year, 8, 15): "Assumption",
        date(year, 11, 1): "All Saints",
        date(year, 11, 11): "Armistice",
    }


def calendar_of(as_of: date, config: Calendar) -> dict[str, Any]:
    """What the calendar says on a day.

    Returns:
        month, weekday (1 is Monday), season, is_holiday, holiday, sales_period (name or None),
        days_to_sales_period (0 within one, None where no later one is configured).
    """
    running = [p for p in config.sales_periods if p.start <= as_of <= p.end]
    coming = [p.start for p in config.sales_periods if p.start > as_of]
    holiday = holidays(as_of.year, config.country).get(as_of)
    return {
        "month": as_of.month,
        "weekday": as_of.isoweekday(),
        "season": SEASONS[as_of.month % 12 // 3],
        "is_holiday": holiday is not None,
        "holiday": holiday,
        "sales_period": running[0].name if running else None,
        "days_to_sales_period": 0 if running else (min(coming) - as_of).days if coming else None,
    }
