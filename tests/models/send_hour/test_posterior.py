"""The best hour and what it gains."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.send_hour.posterior import best_of_list, personal_hours

ALPHAS = st.lists(st.floats(0.05, 30), min_size=24, max_size=24).map(np.array)


def alpha_of(**hours: float) -> np.ndarray:
    row = np.full((1, 24), 0.01)
    for name, value in hours.items():
        row[0, int(name[1:])] = value
    return row


def test_a_clear_case_by_hand() -> None:
    found = personal_hours(alpha_of(h9=1, h19=4, h20=4, h21=1), list_hour=9)
    assert found.best_hour.tolist() == [20]
    assert found.share[0] == pytest.approx(9 / 10.2)
    assert found.ratio[0] == pytest.approx(9 / 1.02)
    # Beta(9, 1.02) lies above one half with nearly 1 - 2^-9.
    assert found.p_better[0] == pytest.approx(1 - 2**-9, abs=2e-4)
    assert found.is_published.tolist() == [True]


def test_hours_around_both_do_not_decide() -> None:
    # 9 and 10 are near both 9 and 10: only 8 against 11 counts, 2 and 3 clicks. Beta(3, 2) lies above one
    # half with 11/16.
    nearly = personal_hours(alpha_of(h8=2, h9=1, h10=50, h11=3), list_hour=9)
    assert nearly.best_hour.tolist() == [10]
    assert nearly.p_better[0] == pytest.approx(11 / 16)
    assert not nearly.is_published[0]


def test_whoever_likes_the_lists_hour_has_none_of_their_own() -> None:
    found = personal_hours(np.ones((1, 24)), list_hour=9)
    assert (found.best_hour[0], found.p_better[0], found.ratio[0], found.is_published[0]) == (9, 0.0, 1.0, False)


def test_thresholds_are_inclusive_parameters() -> None:
    alpha = alpha_of(h9=1, h20=3)
    found = personal_hours(alpha, 9)
    assert not found.is_published[0]
    p, ratio = float(found.p_better[0]), float(found.ratio[0])
    assert personal_hours(alpha, 9, p, ratio).is_published[0]
    assert not personal_hours(alpha, 9, p + 1e-9, ratio).is_published[0]
    assert not personal_hours(alpha, 9, p, ratio + 1e-9).is_published[0]


def test_whoever_always_clicks_in_one_hour_has_that_hour() -> None:
    for list_hour in range(24):
        assert personal_hours(alpha_of(h20=9), list_hour).best_hour.tolist() == [20]


@given(ALPHAS, st.integers(0, 23))
def test_the_probability_is_that_of_draws(alpha: np.ndarray, list_hour: int) -> None:
    found = personal_hours(alpha[None], list_hour)
    draws = np.random.default_rng(1).dirichlet(alpha, 4000)
    around = [(draws[:, [(h - 1) % 24, h, (h + 1) % 24]]).sum(axis=1) for h in (int(found.best_hour[0]), list_hour)]
    if found.best_hour[0] == list_hour:
        assert found.p_better[0] == 0
    else:
        assert found.p_better[0] == pytest.approx(np.mean(around[0] > around[1]), abs=0.045)
    assert found.share[0] == pytest.approx(around[0].mean(), abs=0.03)


@given(ALPHAS, st.integers(0, 23))
def test_the_clock_has_no_beginning(alpha: np.ndarray, turn: int) -> None:
    here, turned = personal_hours(alpha[None], 9), personal_hours(np.roll(alpha, turn)[None], (9 + turn) % 24)
    assert turned.share == pytest.approx(here.share)
    assert turned.p_better == pytest.approx(here.p_better, abs=1e-6)


def test_the_lists_hour_has_most_clicks_around_it() -> None:
    of_list = np.zeros(24)
    of_list[[8, 14, 15, 16]] = 0.35, 0.2, 0.2, 0.2
    assert best_of_list(of_list) == 15
