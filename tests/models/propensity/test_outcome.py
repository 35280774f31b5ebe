"""The window of an outcome, and where it is recorded."""

from datetime import date

from segspark.models.propensity.outcome import Window, window_in


def test_a_window_begins_after_its_gap_and_its_end_is_the_first_day_after_it() -> None:
    window = Window(30, 7)
    assert window.begin(date(2026, 3, 1)) == date(2026, 3, 8)
    assert window.end(date(2026, 3, 1)) == date(2026, 4, 7)


def test_the_window_is_that_of_the_record() -> None:
    assert window_in({"label_days": "30", "gap_days": "7"}) == Window(30, 7)
    assert window_in({"label_days": "30"}) == Window(30)
