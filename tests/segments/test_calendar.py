"""What the calendar says of a day, here and there."""

from datetime import date

import pytest

from segspark.config.models import Calendar
from segspark.errors import ConfigError
from segspark.segments.calendar import ELSEWHERE, Place, calendar_of, named_places, parse_weather

CALENDAR = Calendar.model_validate(
    {
        "sales_periods": [
            {"name": "soldes", "start": "2026-06-24", "end": "2026-07-21", "market": "FR"},
            {"name": "world week", "start": "2026-09-01", "end": "2026-09-07"},
        ],
        "promotions": [
            {"name": "fest-noz", "start": "2026-07-01", "end": "2026-07-31", "region": "Bretagne"},
            {"name": "braderie", "start": "2026-07-10", "end": "2026-07-20", "market": "BE"},
        ],
    }
)
WEATHER = "date;market;region;weather;temperature_c\n2026-07-14;FR;Bretagne;rain;14.5\n2026-07-14;FR;;sun;\n"
DAY = date(2026, 7, 14)
FRANCE, BRITTANY, BELGIUM = Place("FR"), Place("FR", "Bretagne"), Place("BE")


def test_a_workspace_without_places_treats_everybody_alike() -> None:
    said = Calendar.model_validate({"sales_periods": [{"name": "s", "start": DAY, "end": DAY}]})
    assert named_places(said, {}) == []
    assert calendar_of(DAY, said)["sales_period"] == "s"
    assert calendar_of(DAY, said)["holiday"] == "National Day"


def test_regions_come_before_their_markets() -> None:
    weather = parse_weather(WEATHER, "weather.csv")
    assert named_places(CALENDAR, weather) == [BRITTANY, BELGIUM, FRANCE]


@pytest.mark.parametrize(
    ("place", "sales", "promotion", "sky", "degrees", "holiday"),
    [
        (FRANCE, "soldes", None, "sun", None, "National Day"),
        (BRITTANY, "soldes", "fest-noz", "rain", 14.5, "National Day"),
        (Place("FR", "Alsace"), "soldes", None, "sun", None, "National Day"),
        (BELGIUM, None, "braderie", None, None, None),
        (ELSEWHERE, None, None, None, None, "National Day"),
    ],
)
def test_a_day_is_another_one_elsewhere(
    place: Place, sales: str | None, promotion: str | None, sky: str | None, degrees: float | None, holiday: str | None
) -> None:
    found = calendar_of(DAY, CALENDAR, place, parse_weather(WEATHER, "weather.csv"))
    told = tuple(found[n] for n in ("sales_period", "promotion", "weather", "temperature_c", "holiday"))
    assert told == (sales, promotion, sky, degrees, holiday)


def test_the_next_sales_are_those_of_the_place() -> None:
    assert calendar_of(date(2026, 6, 20), CALENDAR, FRANCE)["days_to_sales_period"] == 4
    assert calendar_of(date(2026, 6, 20), CALENDAR, BELGIUM)["days_to_sales_period"] == 73
    assert calendar_of(date(2026, 9, 8), CALENDAR, FRANCE)["days_to_sales_period"] is None


def test_wrong_weather_is_refused_row_by_row() -> None:
    with pytest.raises(ConfigError, match=r"(?s)weather.csv:3: .*14/07.*weather.csv:4: .*warm"):
        parse_weather(
            f"{WEATHER.splitlines()[0]}\n2026-07-14;FR;;sun;20\n14/07/2026;FR;;sun;20\n2026-07-14;FR;;sun;warm\n",
            "weather.csv",
        )
    with pytest.raises(ConfigError, match=r"weather.csv:1: the columns region, temperature_c are missing"):
        parse_weather("date,market,weather\n", "weather.csv")
