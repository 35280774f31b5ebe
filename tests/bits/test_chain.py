"""Which days a day's bitmaps are put together from."""

from datetime import date

from segspark.bits.chain import days_followed

LONG_AGO = date(2025, 1, 1)


def may(day: int) -> date:
    return date(2026, 5, day)


def test_a_day_follows_on_another_until_one_that_set_everybody_afresh() -> None:
    runs = {
        may(1): {"follows_on": "2026-04-30"}, may(2): {"follows_on": None},
        may(3): {"follows_on": "2026-05-02"}, may(4): {"follows_on": "2026-05-03"},
    }  # fmt: skip
    assert days_followed(may(4), runs, LONG_AGO) == (may(4), may(3), may(2))
    assert days_followed(may(2), runs, LONG_AGO) == (may(2),)


def test_a_day_that_was_skipped_or_made_later_is_none_of_them() -> None:
    runs = {may(2): {"follows_on": None}, may(3): {"follows_on": "2026-05-02"}, may(5): {"follows_on": "2026-05-02"}}
    assert days_followed(may(5), runs, LONG_AGO) == (may(5), may(2))


def test_days_before_the_kept_ones_are_not_looked_at() -> None:
    runs = {may(2): {"follows_on": None}, may(3): {"follows_on": "2026-05-02"}, may(4): {"follows_on": "2026-05-03"}}
    assert days_followed(may(4), runs, may(2)) == (may(4), may(3))
    assert days_followed(may(4), runs, may(4)) == ()


def test_of_a_run_that_does_not_say_it_the_day_follows_on_the_last_one_before_it() -> None:
    runs = {may(1): {}, may(3): {}, may(4): {"follows_on": "2026-05-03"}}
    assert days_followed(may(4), runs, LONG_AGO) == (may(4), may(3), may(1))


def test_a_day_of_which_no_run_is_known_is_named_and_ends_it() -> None:
    assert days_followed(may(4), {may(4): {"follows_on": "2026-05-03"}}, LONG_AGO) == (may(4), may(3))
