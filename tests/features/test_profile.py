"""The profile of people as of a day: the newest word of each kind that was known, ages and birthdays."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from segspark.features.profile import people_profiles

AS_OF = date(2026, 6, 1)
EVER = datetime(2020, 1, 1, tzinfo=UTC)
SAID: dict[str, Any] = {
    "valid_from": EVER, "recorded_at": EVER, "source": "crm", "known_as_of": date(2026, 1, 1), "country": None,
    "region": None, "city": None, "language": None, "gender": None, "signup_date": None, "birth_date": None,
    "attributes": None, "run_id": "r",
}  # fmt: skip
DDL = (
    "identifier_id string, valid_from timestamp, recorded_at timestamp, source string, known_as_of date, country string, "
    "region string, city string, language string, gender string, signup_date date, birth_date date, "
    "attributes map<string,string>, run_id string"
)
OWNERS = {"ann@home": "ann", "ann@work": "ann", "bob": "bob"}


def profiles(spark: SparkSession, *rows: dict[str, Any], owners: dict[str, str] = OWNERS) -> dict[str, Row]:
    """By person; each row names its identifier in ``of``."""
    made = [(row["of"], *{**SAID, **{k: v for k, v in row.items() if k != "of"}}.values()) for row in rows]
    owned = spark.createDataFrame(list(owners.items()), "identifier_id string, person_id string")
    found = people_profiles(spark.createDataFrame(made, DDL), owned, AS_OF).collect()
    return {r["person_id"]: r for r in found}


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def test_of_each_kind_the_newest_word_holds_from_whichever_identifier(spark: SparkSession) -> None:
    found = profiles(
        spark,
        {"of": "ann@home", "country": "FR", "city": "Lyon", "attributes": {"size": "s"}},
        {"of": "ann@work", "valid_from": at(3, 1), "country": "BE", "attributes": {"club": "gold"}},
        {"of": "nobody", "country": "IT"},
    )
    assert list(found) == ["ann"]
    # An empty word takes nothing back; of attributes the later row's hold alone.
    assert (found["ann"]["country"], found["ann"]["city"]) == ("BE", "Lyon")
    assert found["ann"]["attributes"] == {"club": "gold"}


def test_what_was_learnt_or_holds_later_than_the_day_is_not_seen(spark: SparkSession) -> None:
    found = profiles(
        spark,
        {"of": "ann@home", "city": "Lyon"},
        {"of": "ann@home", "city": "Nice", "valid_from": at(2, 1), "known_as_of": date(2026, 6, 2)},
        {"of": "ann@home", "city": "Metz", "valid_from": at(6, 1)},
        {"of": "bob", "city": "Brest", "known_as_of": AS_OF, "valid_from": at(5, 31)},
    )
    assert {person: r["city"] for person, r in found.items()} == {"ann": "Lyon", "bob": "Brest"}


def test_of_two_words_of_one_moment_the_one_recorded_last_holds(spark: SparkSession) -> None:
    rows = [
        {"of": "ann@home", "city": city, "recorded_at": at(*day)} for city, day in (("Nice", (3, 2)), ("Metz", (3, 1)))
    ]
    assert profiles(spark, *rows)["ann"]["city"] == "Nice"


BIRTHDAYS = [
    (date(1990, 6, 1), 36, date(2027, 6, 1), 0),
    (date(1990, 6, 2), 35, date(2026, 6, 2), 1),
    (date(1990, 5, 31), 36, date(2027, 5, 31), 364),
    # Born on 29 February: 28 February of other years.
    (date(1996, 2, 29), 30, date(2027, 2, 28), 272),
    # 1 January may mean that only the year is known.
    (date(1990, 1, 1), 36, date(2027, 1, 1), None),
    (None, None, None, None),
]


@pytest.fixture(scope="module")
def by_birth(spark: SparkSession) -> dict[str, Row]:
    """A person born on each of these days, by that day."""
    days = [str(born) for born, *_ in BIRTHDAYS]
    rows = [{"of": str(born), "birth_date": born} for born, *_ in BIRTHDAYS]
    return profiles(spark, *rows, owners={day: day for day in days})


@pytest.mark.parametrize(("born", "age", "grows", "days"), BIRTHDAYS)
def test_ages_grow_on_birthdays(
    by_birth: dict[str, Row], born: date | None, age: int | None, grows: date | None, days: int | None
) -> None:
    found = by_birth[str(born)]
    assert (found["age_years"], found["next_birthday_date"], found["days_to_birthday"]) == (age, grows, days)
