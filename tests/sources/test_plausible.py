"""Dates of a profile that cannot be."""

from datetime import date

from segspark.sources.plausible import without_absurd_dates

RECORDED = 1_780_000_000_000_000


def test_dates_that_cannot_be_are_left_empty_and_the_others_stay() -> None:
    item = {"recorded_at": RECORDED, "birth_date": date(1890, 1, 1), "signup_date": date(2026, 1, 1)}
    assert without_absurd_dates(item) == ["absurd:birth_date"]
    assert (item["birth_date"], item["signup_date"]) == (None, date(2026, 1, 1))
    item = {"recorded_at": RECORDED, "birth_year": 1990, "signup_date": date(1980, 1, 1)}
    assert without_absurd_dates(item) == ["absurd:signup_date"]
    assert item == {"recorded_at": RECORDED, "birth_date": date(1990, 1, 1), "signup_date": None}
