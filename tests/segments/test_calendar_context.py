"""The calendar where each person lives: as columns of a day, and as answers for the days ahead."""

from datetime import date

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.config.models import Calendar
from segspark.segments.calendar import ELSEWHERE, Place
from segspark.segments.calendar_context import CalendarContext
from segspark.segments.rules.tree import Compare

DAY = date(2026, 6, 23)
SALES = {"name": "soldes", "start": "2026-06-24", "end": "2026-06-25", "market": "FR"}
BRETON = {"name": "fest-noz", "start": "2026-06-23", "end": "2026-06-23", "region": "Bretagne"}
EVERYWHERE = CalendarContext(Calendar.model_validate({"sales_periods": [{**SALES, "market": "*"}]}))
BY_PLACE = CalendarContext(Calendar.model_validate({"sales_periods": [SALES], "promotions": [BRETON]}))
IN_SALES = Compare("sales_period", "=", "soldes")


def test_where_nothing_is_said_of_a_place_there_is_one_for_everybody() -> None:
    assert (EVERYWHERE.named, EVERYWHERE.all) == ([], [Place("FR")])


def test_places_that_are_named_come_before_elsewhere() -> None:
    assert BY_PLACE.all == [Place("FR", "Bretagne"), Place("FR"), ELSEWHERE]


def test_answers_begin_with_the_day_itself_and_go_on_for_the_days_asked() -> None:
    assert EVERYWHERE.answers(IN_SALES, DAY, 3) == {Place("FR"): "0110"}
    found = BY_PLACE.answers(IN_SALES, DAY, 3)
    assert (found[Place("FR")], found[ELSEWHERE]) == ("0110", "0000")


def test_everybody_has_the_calendar_of_where_they_live(spark: SparkSession) -> None:
    people = [("ann", None, None), ("bob", "FR", "Bretagne"), ("eve", "BE", "Bretagne"), ("tim", "FR", "Alsace")]
    frame = spark.createDataFrame(people, "person_id string, country string, region string")
    answers = BY_PLACE.answers(IN_SALES, DAY, 3)
    tomorrow = BY_PLACE.answer(answers, F.lit(date(2026, 6, 24)), DAY, F)
    rows = frame.withColumns({**BY_PLACE.columns(DAY, F), "tomorrow": tomorrow}).collect()
    found = {r["person_id"]: (r["promotion"], r["days_to_sales_period"], r["tomorrow"]) for r in rows}
    assert found == {
        # Whoever's country is not known is at home.
        "ann": (None, 1, True), "bob": ("fest-noz", 1, True), "eve": (None, None, False), "tim": (None, 1, True),
    }  # fmt: skip


def test_a_value_that_nobody_has_is_still_a_column_of_its_type(spark: SparkSession) -> None:
    found = dict(spark.range(1).select(*[c.alias(n) for n, c in EVERYWHERE.columns(DAY, F).items()]).dtypes)
    types = {n: found[n] for n in ("promotion", "weather", "temperature_c", "days_to_sales_period", "is_holiday")}
    assert types == {
        "promotion": "string", "weather": "string", "temperature_c": "double", "days_to_sales_period": "int",
        "is_holiday": "boolean",
    }  # fmt: skip
