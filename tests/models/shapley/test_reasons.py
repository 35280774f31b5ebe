"""The strongest inputs of a row."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segspark.models.shapley.reasons import strongest


def test_the_strongest_come_first_whatever_their_sign() -> None:
    found = strongest(np.array([[0.1, -3.0, 0.0, 2.0, 0.5]]), k=3)
    assert (found.index.tolist(), found.value.tolist()) == ([[1, 3, 4]], [[-3.0, 2.0, 0.5]])


def test_of_equal_ones_the_first_input_counts() -> None:
    assert strongest(np.array([[1.0, -2.0, 2.0, -1.0]]), k=3).index.tolist() == [[1, 2, 0]]


def test_an_input_without_a_value_is_no_reason() -> None:
    # The second is what rounding leaves.
    found = strongest(np.array([[0.0, 1e-17, 0.4], [0.0, 0.0, 0.0]]), k=2)
    assert found.index.tolist() == [[2, -1], [-1, -1]]
    assert found.value.tolist() == [[0.4, 0.0], [0.0, 0.0]]


def test_more_reasons_than_inputs_stay_empty() -> None:
    found = strongest(np.array([[1.0]]), k=3)
    assert (found.index.tolist(), found.value.tolist()) == ([[0, -1, -1]], [[1.0, 0.0, 0.0]])
    assert strongest(np.empty((0, 4))).index.shape == (0, 3)


def test_the_values_stay_as_they_are() -> None:
    values = np.array([[1.0, 2.0]])
    strongest(values)
    assert values.tolist() == [[1.0, 2.0]]


@given(arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 7)), elements=st.integers(-3, 3).map(float)))
def test_reasons_are_those_of_a_stable_sort(values: np.ndarray) -> None:
    found = strongest(values, k=3)
    for row, index, value in zip(values.tolist(), found.index.tolist(), found.value.tolist(), strict=True):
        order = [i for i in sorted(range(len(row)), key=lambda i: -abs(row[i])) if row[i]][:3]
        wanted = [*order, -1, -1, -1][:3]
        assert index == wanted
        assert value == [row[i] if i >= 0 else 0.0 for i in wanted]
