"""Bins of a training's people: by hand, and what holds for any values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.monitoring.binning import bins_of_people, count_people
from segspark.models.monitoring.reference import Bins

VALUES = st.lists(st.integers(-3, 12).map(float), min_size=1, max_size=300).map(np.array)


def test_a_hundred_people_are_ten_tens() -> None:
    bins = bins_of_people(np.arange(1.0, 101.0))
    assert bins.edges == (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0)
    # An interval includes its lower end: nine people below 10, eleven from 90 on; nobody is without a value.
    assert bins.shares == (0.09, *[0.1] * 8, 0.11, 0.0)


def test_a_special_value_is_a_bin_of_its_own() -> None:
    bins = bins_of_people(np.array([-1.0] * 80 + list(range(20))), (-1.0,))
    # A fifth of the people has two bins of a tenth each.
    assert bins == Bins((-1.0,), (9.0,), (0.8, 0.09, 0.11, 0.0))


def test_a_special_value_that_nobody_has_keeps_its_bin() -> None:
    bins = bins_of_people(np.arange(10.0), (-1.0,))
    assert bins.shares[0] == 0
    assert list(count_people(bins, np.array([-1.0, 3.0]))[:1]) == [1]


def test_a_value_of_everybody_is_one_bin() -> None:
    assert bins_of_people(np.full(50, 7.0)) == Bins((), (), (1.0, 0.0))
    assert bins_of_people(np.full(50, 7.0), (7.0,)) == Bins((7.0,), (), (1.0, 0.0, 0.0))


def test_many_equal_values_make_one_bin() -> None:
    bins = bins_of_people(np.array([0.0] * 70 + [5.0] * 30))
    assert (bins.edges, bins.shares) == ((5.0,), (0.7, 0.3, 0.0))


def test_people_without_a_value_are_counted_apart() -> None:
    bins = bins_of_people(np.array([1.0, 2.0, np.nan, np.nan]))
    assert bins.shares[-1] == 0.5
    assert list(count_people(bins, np.array([np.nan, 0.0])))[-1] == 1


def test_values_beyond_all_that_was_seen_are_in_the_outer_bins() -> None:
    bins = bins_of_people(np.arange(1.0, 101.0))
    counts = count_people(bins, np.array([-1e9, 1e9]))
    assert (counts[0], counts[9], counts.sum()) == (1, 1, 2)


@given(VALUES, st.sampled_from([(), (0.0,), (-1.0, 0.0)]))
def test_no_interval_is_empty_and_everybody_is_in_one_bin(values: np.ndarray, special: tuple[float, ...]) -> None:
    bins = bins_of_people(values, special)
    counts = count_people(bins, values)
    assert counts.sum() == len(values)
    assert list(bins.edges) == sorted(set(bins.edges))
    intervals = counts[len(special) : -1]
    if not np.isin(values, special).all():
        assert (intervals > 0).all()
    for place, value in enumerate(special):
        assert counts[place] == (values == value).sum()
    assert bins.shares == pytest.approx(list(counts / len(values)))


def test_equal_counts_hold_for_the_bins_of_distinct_values() -> None:
    values = np.random.default_rng(3).normal(size=5000)
    counts = count_people(bins_of_people(values), values)[:-1]
    assert len(counts) == 10
    assert abs(counts - 500).max() <= 1
