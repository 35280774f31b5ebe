"""The maximum of a likelihood: found where there is one, and refused with a reason where there is none."""

import numpy as np
import pytest

from segspark.models.value.maximum import Maximum, NoMaximum, maximise


def of_exponential(n: float, mean: float) -> Maximum | NoMaximum:
    """n times with this mean, whose rate is looked for: the log-likelihood of one is ln rate - rate * mean."""

    def objective(logs: np.ndarray) -> tuple[float, np.ndarray]:
        rate = np.exp(logs[0])
        return float(logs[0] - rate * mean), np.array([1 - rate * mean])

    return maximise(objective, [(1.0,), (50.0,)], n)


def test_the_rate_of_an_exponential_time_is_one_over_the_mean() -> None:
    found = of_exponential(100, 4.0)
    assert isinstance(found, Maximum)
    assert found.parameters == pytest.approx([0.25], rel=1e-9)
    # The information of a time about the logarithm of its rate is 1.
    assert found.errors == pytest.approx([0.1], rel=1e-5)
    assert found.log_likelihood == pytest.approx(100 * (np.log(0.25) - 1))


def test_the_better_of_two_tops_is_taken_wherever_the_search_began() -> None:
    def two_tops(logs: np.ndarray) -> tuple[float, np.ndarray]:
        at = np.array([-2.0, 3.0])
        heights = np.array([1.0, 2.0]) * np.exp(-((logs[0] - at) ** 2))
        return float(heights.sum()), np.array([(-2 * (logs[0] - at) * heights).sum()])

    for starts in ([(0.1,), (15.0,)], [(15.0,), (0.1,)]):
        found = maximise(two_tops, starts, 10)
        assert isinstance(found, Maximum)
        assert np.log(found.parameters) == pytest.approx([3.0], abs=1e-6)


def test_what_grows_without_end_is_flat() -> None:
    found = maximise(lambda logs: (float(-np.exp(-logs[0])), np.exp(-logs)), [(1.0,), (2.0,)], 10)
    assert isinstance(found, NoMaximum)
    assert found.code == "flat_likelihood"


def test_what_depends_on_a_product_alone_is_flat() -> None:
    def ridge(logs: np.ndarray) -> tuple[float, np.ndarray]:
        at = logs.sum()
        return float(-(at**2)), np.array([-2 * at, -2 * at])

    found = maximise(ridge, [(1.0, 2.0), (3.0, 4.0)], 1000)
    assert isinstance(found, NoMaximum)
    assert found.code == "flat_likelihood"


def test_what_few_people_leave_open_is_flat_and_says_by_how_much() -> None:
    found = of_exponential(0.01, 4.0)
    assert isinstance(found, NoMaximum)
    assert found.code == "flat_likelihood"
    assert found.values["error"] == pytest.approx(10, rel=1e-4)


def test_a_kink_is_no_maximum() -> None:
    found = maximise(
        lambda logs: (float(-abs(logs[0] - 1)), np.array([-np.sign(logs[0] - 1) or -1.0])), [(1.0,), (9.0,)], 10
    )
    assert isinstance(found, NoMaximum)
