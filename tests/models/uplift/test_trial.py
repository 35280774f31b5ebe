"""Two arms of a send."""

from typing import Any

import numpy as np
import pytest

from segspark.models.uplift.trial import Trial, two_arms

ARMS = np.array(["a", "none", "b", "a"])
FEATURES = np.arange(8.0).reshape(4, 2)


def test_two_arms_of_three_keep_their_people_and_the_share_among_them() -> None:
    found = two_arms(ARMS, np.array([1, 0, 1, 0]), FEATURES, {"a": 0.6, "b": 0.2, "none": 0.2}, "a", "none")
    assert found.is_treated.tolist() == [True, False, True]
    assert found.outcome.tolist() == [1.0, 0.0, 0.0]
    assert found.features.tolist() == [[0, 1], [2, 3], [6, 7]]
    assert found.treated_share == pytest.approx(0.75)
    assert found.part(np.array([2])).features.tolist() == [[6, 7]]


def test_an_arm_that_nobody_declared_is_named() -> None:
    with pytest.raises(ValueError, match=r"\['c'\] are not declared; declared are \['a', 'none'\]"):
        two_arms(ARMS, np.zeros(4), FEATURES, {"a": 0.5, "none": 0.5}, "c", "none")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcome": np.zeros(3)}, "of the same"),
        ({"treated_share": 1.0}, "between 0 and 1"),
        ({"is_treated": np.array([1, 0])}, "True and False"),
        ({"outcome": np.array([0.0, np.nan])}, "is unknown"),
    ],
)
def test_what_is_no_trial_is_refused(change: dict[str, Any], message: str) -> None:
    sound = {
        "is_treated": np.array([True, False]),
        "outcome": np.zeros(2),
        "features": np.zeros((2, 1)),
        "treated_share": 0.5,
    }
    Trial(**sound)
    with pytest.raises(ValueError, match=message):
        Trial(**{**sound, **change})
