"""Differences from the rest, against scipy on the people themselves."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control, ttest_ind

from segspark.measure.significance import Moments, benjamini_hochberg, interval, pooled, welch, wilson

VALUES = st.lists(st.integers(0, 50), min_size=3, max_size=30)


def moments(y, x=None):
    y = np.array(y, dtype=float)
    x = np.ones(len(y)) if x is None else np.array(x, dtype=float)
    sums = (len(y), y.sum(), x.sum(), (y * y).sum(), (x * y).sum(), (x * x).sum())
    return Moments(*(np.array([float(s)]) for s in sums))


def both(one, other):
    return Moments(*(getattr(one, f) + getattr(other, f) for f in ("n", "y", "x", "yy", "xy", "xx")))


def compared(test, one, other):
    return test(one, other, both(one, other))[0]


@given(VALUES, VALUES)
def test_a_mean_is_tested_as_by_welch(one, other):
    assume(np.var(one) > 0 and np.var(other) > 0)
    p = compared(welch, moments(one), moments(other))
    assert p == pytest.approx(ttest_ind(one, other, equal_var=False).pvalue, abs=1e-9)


def test_a_few_people_who_are_alike_prove_little():
    # Nobody of three bought where one in five does: that is chance, though their own spread is none.
    assert compared(welch, moments([0, 0, 0]), moments([1, 0, 0, 0, 0] * 20)) > 0.3
    assert compared(welch, moments([0] * 100), moments([1, 0, 0, 0, 0] * 20)) < 0.001
    assert compared(welch, moments([3, 3, 3]), moments([3, 3])) == 1
    assert np.isnan(compared(welch, moments([3]), moments([4, 5])))


def test_no_click_on_few_mails_is_no_finding():
    none_of_13 = moments([0] * 100, [1] * 13 + [0] * 87)
    clicked = moments([1] * 19 + [0] * 81, [1] * 100)
    assert 0.05 < compared(pooled, none_of_13, clicked) < 0.2
    low, high = interval(none_of_13, both(none_of_13, clicked))
    assert low[0] < 0 < 0.15 < high[0] < 0.25


def test_the_mails_of_one_person_are_no_independent_witnesses():
    # A hundred mails to each of four people: all clicked by two of them, or every second one by everybody.
    few, even = moments([100, 100, 0, 0], [100] * 4), moments([50, 49, 51, 50], [100] * 4)
    assert few.ratio == even.ratio == [0.5]
    assert few.variance(few)[0] == pytest.approx(1 / 12)
    assert even.variance(even)[0] < 0.0001


def test_a_rate_without_anything_below_is_not_known():
    nobody = moments([0, 0], [0, 0])
    assert np.isnan(nobody.ratio[0])
    assert np.isnan(compared(pooled, nobody, moments([1, 2], [4, 4])))


def test_the_rest_is_everybody_else():
    rest = moments([5]).rest_of(moments([1, 2, 5]))
    assert (rest.n[0], rest.y[0], rest.yy[0]) == (2, 3, 5)


def test_shares_are_tested_as_two_proportions():
    # 30 of 100 against 20 of 100: z = 0.1 / sqrt(0.25 x 0.75 x 200/199 x 0.02) = 1.629.
    p = compared(pooled, moments([1] * 30 + [0] * 70), moments([1] * 20 + [0] * 80))
    assert p == pytest.approx(0.1033, abs=1e-4)
    assert compared(pooled, moments([0, 0]), moments([0, 0, 0])) == 1


@given(st.integers(0, 40), st.integers(1, 40))
def test_the_interval_of_a_share_is_wilsons(hits, more):
    n = hits + more
    low, high = wilson(np.array([hits]), np.array([n]))
    expected = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_no_trials_have_no_interval():
    assert np.isnan(wilson(np.array([0]), np.array([0]))).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_many_comparisons_are_adjusted_for(p):
    adjusted = benjamini_hochberg(np.array([*p, np.nan]))
    assert adjusted[:-1] == pytest.approx(false_discovery_control(p))
    assert np.isnan(adjusted[-1])
