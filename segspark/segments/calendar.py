"""The calendar as of a day and at a place: season, public holidays, sales periods, promotions, weather."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from segspark.config.models import Calendar, Promotion
from segspark.config.yaml_lines import Problem, as_error, raise_all
from segspark.time import DAY

SEASONS = ("winter", "spring", "summer", "autumn")
WEATHER_COLUMNS = ("date", "market", "region", "weather", "temperature_c")
# (day, market, region or None) -> weather and degrees Celsius, as known on the morning of the day.
Weather = Mapping[tuple[date, str, str | None], tuple[str, float | None]]


@dataclass(frozen=True)
class Place:
    """A market, or a region of it, named as in the profiles."""

    market: str
    region: str | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        return self.market, self.region


# Countries without settings of their own: the settings for all places apply.
ELSEWHERE = Place("*")


def easter(year: int) -> date:
    """Western Easter (the Meeus/Jones/Butcher algorithm for the Gregorian calendar)."""
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
    """Public holidays of France; for other countries those that nearly all share."""
    at = easter(year)
    common = {date(year, 1, 1): "New Year", date(year, 12, 25): "Christmas", at + DAY: "Easter Monday"}
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


def named_places(config: Calendar, weather: Weather) -> list[Place]:
    """The places with settings of their own, regions before markets; empty if all are treated alike."""
    pairs = [(p.market, None) for p in config.sales_periods] + [
        (_market(p, config), p.region) for p in config.promotions
    ]
    places = {Place(market, region) for market, region in [*pairs, *((m, r) for _, m, r in weather)] if market != "*"}
    if not places:
        return []
    markets = {Place(p.market) for p in places} | {Place(config.country)}
    return sorted(places | markets, key=lambda p: (p.region is None, p.market, p.region or ""))


def calendar_of(
    as_of: date, config: Calendar, place: Place | None = None, weather: Weather | None = None
) -> dict[str, Any]:
    """The calendar values of a day at a place, by default at home.

    Returns:
        month, weekday (1 is Monday), season, is_holiday, holiday, sales_period (name or None),
        days_to_sales_period (0 within one, None if no later one is configured), promotion, weather, temperature_c.
    """
    place = place or Place(config.country)
    sales = [p for p in config.sales_periods if p.market in ("*", place.market)]
    running = [p for p in sales if p.start <= as_of <= p.end]
    coming = [p.start for p in sales if p.start > as_of]
    holiday = holidays(as_of.year, config.country if place == ELSEWHERE else place.market).get(as_of)
    offers = [
        p.name
        for p in config.promotions
        if p.start <= as_of <= p.end and _market(p, config) in ("*", place.market) and p.region in (None, place.region)
    ]
    known = weather or {}
    sky, degrees = known.get((as_of, *place.key)) or known.get((as_of, place.market, None)) or (None, None)
    return {
        "month": as_of.month,
        "weekday": as_of.isoweekday(),
        "season": SEASONS[as_of.month % 12 // 3],
        "is_holiday": holiday is not None,
        "holiday": holiday,
        "sales_period": running[0].name if running else None,
        "days_to_sales_period": 0 if running else (min(coming) - as_of).days if coming else None,
        "promotion": offers[0] if offers else None,
        "weather": sky,
        "temperature_c": degrees,
    }


def _market(promotion: Promotion, config: Calendar) -> str:
    return config.country if promotion.region is not None and promotion.market == "*" else promotion.market


def parse_weather(text: str, file: str) -> Weather:
    """Parse rows of date, market, region (may be empty), weather, temperature_c, separated by commas or semicolons.

    Raises:
        ConfigError: all rows that cannot be read, with their lines.
    """
    first = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter=";" if ";" in first else ",")
    missing = [c for c in WEATHER_COLUMNS if c not in (rows.fieldnames or ())]
    if missing:
        fix = f"The first line names {', '.join(WEATHER_COLUMNS)}."
        raise as_error(Problem(file, 1, "", None, f"the columns {', '.join(missing)} are missing.", fix))
    weather: dict[tuple[date, str, str | None], tuple[str, float | None]] = {}
    problems = []
    for line, row in enumerate(rows, 2):
        try:
            day, degrees = date.fromisoformat(row["date"]), row["temperature_c"]
            weather[day, row["market"], row["region"] or None] = (row["weather"], float(degrees) if degrees else None)
        except (TypeError, ValueError) as error:
            problems.append(Problem(file, line, "", None, f"{error}.", "Write e.g. 2026-06-01,FR,Bretagne,rain,14.5."))
    raise_all(problems)
    return weather
