"""How far shares have moved, by hand and by what holds for all shares."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.evaluate.stability import psi

SHARES = st.lists(st.integers(0, 50), min_size=2, max_size=12).filter(any).map(lambda n: [x / sum(n) for x in n])


def test_equal_shares_have_not_moved() -> None:
    assert psi([0.2, 0.3, 0.5], [0.2, 0.3, 0.5]) == 0


def test_two_bins_by_hand() -> None:
    # (.8 - .5) ln(.8 / .5) + (.2 - .5) ln(.2 / .5) = .3 ln 4.
    assert psi([0.5, 0.5], [0.8, 0.2]) == pytest.approx(0.3 * math.log(4))


def test_a_bin_that_was_empty_counts_as_one_in_ten_thousand() -> None:
    found = psi([1.0, 0.0], [0.9, 0.1])
    assert found == pytest.approx(-0.1 * math.log(0.9) + 0.0999 * math.log(1000))
    # One stray person of a thousand is no alarm.
    assert psi([1.0, 0.0], [0.999, 0.001]) < 0.01


@given(SHARES, st.randoms())
def test_it_is_symmetric_and_never_below_zero(expected: list[float], random: object) -> None:
    found = list(expected)
    random.shuffle(found)  # type: ignore[attr-defined]
    assert psi(expected, found) == pytest.approx(psi(found, expected))
    assert psi(expected, found) >= 0
