"""Counts by hour, and the days held out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.send_hour.counts import Clicks, count_hours, hold_out

rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(0, 23)), max_size=60)


def clicks_of(given_rows: list[tuple[int, int, int]]) -> Clicks:
    table = np.array(given_rows, dtype=int).reshape(-1, 3)
    return Clicks(table[:, 0], table[:, 1], table[:, 2])


def test_five_links_of_a_mail_are_one_visit() -> None:
    counts = count_hours(clicks_of([(0, 1, 9)] * 5 + [(0, 2, 9), (0, 2, 10), (2, 1, 23)]), 3)
    assert (counts[0, 9], counts[0, 10], counts[2, 23], counts.sum()) == (2, 1, 1, 4)
    assert counts[1].tolist() == [0] * 24


def test_the_last_fifth_of_days_is_held_out_and_at_least_one() -> None:
    ann = [(0, day, 9) for day in range(10)]
    bob, cem = [(1, 5, 9), (1, 5, 10), (1, 3, 9)], [(2, 7, 9), (2, 7, 9)]
    earlier, later = hold_out(clicks_of(ann + bob + cem))
    assert later.person.tolist() == [0, 0, 1, 1]
    assert later.day.tolist() == [8, 9, 5, 5]
    assert sorted(earlier.person.tolist()) == [0] * 8 + [1, 2, 2]


@given(rows)
def test_no_day_of_a_person_is_on_both_sides_and_nobody_loses_all_days(given_rows: list[tuple[int, int, int]]) -> None:
    clicks = clicks_of(given_rows)
    earlier, later = hold_out(clicks)
    assert len(earlier.day) + len(later.day) == len(clicks.day)
    assert set(earlier.person) == set(clicks.person)
    for person in set(later.person):
        assert earlier.day[earlier.person == person].max() < later.day[later.person == person].min()


@pytest.mark.parametrize("hour", [-1, 24])
def test_there_is_no_other_hour(hour: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 23"):
        clicks_of([(0, 0, hour)])


def test_each_click_has_a_person_and_a_day() -> None:
    with pytest.raises(ValueError, match="different numbers"):
        Clicks(np.zeros(2, int), np.zeros(1, int), np.zeros(2, int))
