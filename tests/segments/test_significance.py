"""Differences from the rest, against scipy on the people themselves."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control, ttest_ind

from segspark.segments.significance import Moments, benjamini_hochberg, interval, two_proportions, welch, wilson

VALUES = st.lists(st.integers(0, 50), min_size=3, max_size=30)


def moments(y, x=None):
    y = np.array(y, dtype=float)
    x = np.ones(len(y)) if x is None else np.array(x, dtype=float)
    sums = (len(y), y.sum(), x.sum(), (y * y).sum(), (x * y).sum(), (x * x).sum())
    return Moments(*(np.array([float(s)]) for s in sums))


@given(VALUES, VALUES)
def test_a_mean_is_tested_as_by_welch(one, other):
    assume(np.var(one) + np.var(other) > 0)
    p = welch(moments(one), moments(other))[0]
    assert p == pytest.approx(ttest_ind(one, other, equal_var=False).pvalue, abs=1e-9)


def test_equal_values_differ_not_at_all_or_for_certain():
    assert welch(moments([3, 3, 3]), moments([3, 3]))[0] == 1
    assert welch(moments([3, 3, 3]), moments([4, 4]))[0] == 0
    assert np.isnan(welch(moments([3]), moments([4, 4]))[0])


def test_the_mails_of_one_person_are_no_independent_witnesses():
    # A hundred mails to each of four people: all clicked by two of them, or every second one by everybody.
    few = moments([100, 100, 0, 0], [100] * 4)
    even = moments([50, 49, 51, 50], [100] * 4)
    assert few.ratio == even.ratio == [0.5]
    assert few.variance[0] == pytest.approx(1 / 12)
    assert even.variance[0] < 0.0001
    low, high = interval(even)
    assert low[0] < 0.5 < high[0]


def test_a_rate_without_anything_below_is_not_known():
    nobody = moments([0, 0], [0, 0])
    assert np.isnan(nobody.ratio[0])
    assert np.isnan(welch(nobody, moments([1, 2], [4, 4]))[0])


def test_the_rest_is_everybody_else():
    rest = moments([5]).rest_of(moments([1, 2, 5]))
    assert (rest.n[0], rest.y[0], rest.yy[0]) == (2, 3, 5)


def test_shares_are_tested_with_their_pooled_share():
    # 30 of 100 against 20 of 100: z = 0.1 / sqrt(0.25 x 0.75 x 0.02) = 1.633.
    p = two_proportions(moments([1] * 30 + [0] * 70), moments([1] * 20 + [0] * 80))[0]
    assert p == pytest.approx(0.1025, abs=1e-4)
    assert two_proportions(moments([0, 0]), moments([0, 0, 0]))[0] == 1


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
