"""Which interval and which test belong to means, shares, rates and totals."""

import numpy as np
import pytest

from segspark.measure.intervals import PER_HEAD, POOLED, WELCH, WILSON
from segspark.measure.significance import Moments, interval, pooled, welch, wilson


def moments(y: list[float], x: list[float]) -> Moments:
    a, b = np.array(y), np.array(x)
    return Moments(*(np.array([float(s)]) for s in (len(a), a.sum(), b.sum(), a @ a, a @ b, b @ b)))


MINE, ALL = moments([1, 0, 0], [4, 3, 5]), moments([1, 0, 0, 2, 1], [4, 3, 5, 6, 2])


def test_a_mean_may_be_negative_and_a_rate_may_not() -> None:
    assert WELCH.ends is not None
    assert POOLED.ends is not None
    assert WELCH.ends(MINE, ALL) == interval(MINE, ALL)
    low, high = POOLED.ends(MINE, ALL)
    assert interval(MINE, ALL)[0][0] < 0 == low[0]
    assert high == interval(MINE, ALL)[1]


def test_a_share_has_wilson_s_interval_of_its_hits_and_trials() -> None:
    assert WILSON.ends is not None
    low, high = WILSON.ends(MINE, ALL)
    assert [low, high] == list(wilson(np.array([1.0]), np.array([12.0])))
    assert low[0] == pytest.approx(0.0149, abs=1e-4)


def test_a_total_has_no_interval_and_is_compared_per_head() -> None:
    assert PER_HEAD.ends is None
    assert [i.compare for i in (WELCH, WILSON, POOLED, PER_HEAD)] == [welch, pooled, pooled, welch]
