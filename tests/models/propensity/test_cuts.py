"""What is learnt from lies before what is judged, and what is published knows all that is known."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from segspark.models.propensity.cuts import Cuts, choose_cuts, is_month_known
from segspark.models.propensity.outcome import Window

A = date(2026, 6, 1)
windows = st.builds(Window, st.integers(1, 200), st.integers(0, 30))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), windows, st.integers(1, 12), st.integers(1, 120))
def test_no_day_serves_both_training_and_validation(as_of: date, window: Window, n: int, step: int) -> None:
    cuts = choose_cuts(as_of, window, n, step)
    assert window.end(cuts.validate) == as_of
    assert all(window.end(cut) <= cuts.validate for cut in cuts.train)
    assert len(set(cuts.train)) == n
    # What calibrates has not seen the days on which it does.
    assert all(window.end(cut) <= cuts.calibrate for cut in cuts.before_calibration(window))


@given(windows, st.integers(1, 12), st.integers(1, 120))
def test_the_published_model_knows_every_label_that_is_known(window: Window, n: int, step: int) -> None:
    cuts = choose_cuts(A, window, n, step)
    assert all(window.end(cut) <= A for cut in cuts.all)
    assert not {*cuts.recent} & {*cuts.train, cuts.validate}
    assert all(cuts.calibrate < cut < cuts.validate for cut in cuts.recent)


def test_cuts_a_month_apart_of_a_window_of_90_days() -> None:
    cuts = choose_cuts(A, Window(90), 3, 30)
    assert cuts == Cuts(
        (date(2025, 10, 4), date(2025, 11, 3), date(2025, 12, 3)),
        date(2026, 3, 3),
        (date(2026, 1, 2), date(2026, 2, 1)),
    )
    assert cuts.before_calibration(Window(90)) == ()


def test_of_a_short_history_only_cuts_with_days_before_them_are_used() -> None:
    cuts = choose_cuts(A, Window(90), 12, 30, first=date(2025, 8, 1), least_history=90)
    assert cuts.train == (date(2025, 11, 3), date(2025, 12, 3))
    # The newest is kept, so that the refusal can say what it lacks.
    assert choose_cuts(A, Window(90), 12, 30, first=A, least_history=90).train == (date(2025, 12, 3),)


def test_a_month_is_known_if_two_years_of_it_were_trained_on() -> None:
    march = date(2026, 3, 3)
    assert not is_month_known(Cuts((date(2025, 3, 8),), march))
    assert not is_month_known(Cuts((date(2025, 3, 1), date(2025, 3, 30)), march))
    assert is_month_known(Cuts((date(2024, 3, 8), date(2025, 3, 8)), march))


def test_every_cut_has_one_role() -> None:
    days = [date(2026, month, 1) for month in (1, 3, 4)]
    assert Cuts((days[0],), days[2], (days[1],)).roles == dict(zip(days, ("train", "recent", "validate"), strict=True))
