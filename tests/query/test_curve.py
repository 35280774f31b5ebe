"""A curve's points, and the steps between them."""

from hypothesis import given
from hypothesis import strategies as st

from segspark.query import curve as module
from segspark.query.curve import CurvePoint, moved, point_at

POINTS = (CurvePoint(2, 30, 20, 900), CurvePoint(10, 20, 10, 400), CurvePoint(70, 10, 0, 100))


def test_between_two_points_nobody_has_a_value() -> None:
    assert point_at(POINTS, "at_least", 3) == CurvePoint(3, 20, 10, 400)
    assert point_at(POINTS, "at_least", 71) == CurvePoint(71, 0, 0, 0)
    rising = tuple(CurvePoint(p.threshold, 60 - p.people, 0, 0) for p in POINTS)
    assert [point_at(rising, "at_most", t).people for t in (1, 2, 69, 70, 99)] == [0, 30, 40, 50, 50]


def test_moving_a_threshold_says_who_enters_or_leaves() -> None:
    assert moved(POINTS, "at_least", 5, 60) == CurvePoint(60, -10, -10, -300)
    assert moved(POINTS, "at_least", 60, 5) == CurvePoint(5, 10, 10, 300)


@given(n=st.integers(4, 10**6), low=st.floats(-1e9, 1e9), width=st.floats(1e-3, 1e9))
def test_steps_are_round_and_give_few_thresholds(n: int, low: float, width: float) -> None:
    step = module.round_step(n + module.MOST_POINTS, low, low + width)
    assert step is not None
    assert (low + width - low) / step <= module.MOST_POINTS * (1 + 1e-9)
    assert f"{step:e}".rstrip("0123456789").rstrip("+-").rstrip("e").rstrip("0").rstrip(".") in ("1", "2", "5")
