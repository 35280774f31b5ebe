"""Drift of inputs: bins of the training cuts, and who is in them later."""

import numpy as np
import pytest

from segspark.models.evaluate.drift import drifts


def test_bins_are_tenths_of_the_people_of_the_training_cuts() -> None:
    past = np.arange(100.0)
    (drift,) = drifts({"x": past}, {"x": past + 50})
    assert drift.edges == (9.0, 19.0, 29.0, 39.0, 49.0, 59.0, 69.0, 79.0, 89.0)
    assert drift.expected == pytest.approx([0.1] * 10)
    # Half of the people lie beyond the last edge: 90 to 149 of 50 to 149.
    assert drift.found == pytest.approx([0, 0, 0, 0, 0, 0.1, 0.1, 0.1, 0.1, 0.6])


def test_a_value_that_many_share_is_one_bin() -> None:
    past = np.array([0.0] * 70 + [1.0] * 20 + [5.0] * 10)
    (drift,) = drifts({"n": past}, {"n": np.array([0.0, 0.0, 1.0, 9.0])})
    assert drift.edges == (0.0, 1.0)
    assert drift.expected == pytest.approx([0.7, 0.2, 0.1])
    assert drift.found == pytest.approx([0.5, 0.25, 0.25])


def test_the_largest_comes_first_and_what_is_left_out_is_not_there() -> None:
    steady, moved = np.arange(10.0), np.arange(10.0) + 5
    found = drifts({"a": steady, "b": steady, "month": steady}, {"a": steady, "b": moved, "month": moved}, ("month",))
    assert [d.name for d in found] == ["b", "a"]
    assert found[1].psi == 0
