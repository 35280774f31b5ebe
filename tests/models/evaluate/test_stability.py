"""The population stability index, by hand and by what it is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.evaluate.stability import ALARM, WATCH, Drift, psi

COUNTS = st.lists(st.integers(1, 1000), min_size=4, max_size=4)


def shares(counts: list[int]) -> list[float]:
    return [count / sum(counts) for count in counts]


def test_it_is_the_sum_of_differences_times_logarithms() -> None:
    assert psi((0.5, 0.5), (0.6, 0.4)) == pytest.approx(0.1 * math.log(1.2) - 0.1 * math.log(0.8))
    # Siddiqi's levels: half of everybody moving from one tenth to another is another population.
    assert psi((0.9, 0.1), (0.85, 0.15)) < WATCH < psi((0.9, 0.1), (0.78, 0.22)) < ALARM < psi((0.9, 0.1), (0.4, 0.6))


@given(COUNTS, COUNTS)
def test_it_is_symmetric_and_zero_only_without_a_difference(one: list[int], other: list[int]) -> None:
    before, after = shares(one), shares(other)
    assert psi(before, after) == pytest.approx(psi(after, before))
    assert psi(before, after) >= 0
    assert psi(before, before) == 0


def test_an_empty_bin_is_no_infinity() -> None:
    assert ALARM < psi((0.5, 0.5), (1.0, 0.0)) < 10
    assert psi((1.0, 0.0), (1.0, 0.0)) == 0


def test_lists_of_other_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        psi((1.0,), (0.5, 0.5))


def test_a_drift_is_read_as_it_is_stored() -> None:
    drift = Drift("x", (1.0,), (0.5, 0.5), (0.6, 0.4))
    assert Drift.from_dict({"name": "x", "edges": [1.0], "expected": [0.5, 0.5], "found": [0.6, 0.4]}) == drift
    assert drift.psi == psi(drift.expected, drift.found)
