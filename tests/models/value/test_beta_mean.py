"""Gauss's rule of a beta distribution against its moments, which are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln

from segspark.models.value.beta_mean import beta_rule

shapes = st.floats(0.01, 50)


@given(shapes, st.floats(0.01, 5000), st.integers(0, 20))
def test_the_moments_are_those_of_the_distribution(a: float, b: float, k: int) -> None:
    nodes, weights = beta_rule(a, b, 24)
    assert ((nodes > 0) & (nodes <= 1)).all()
    assert weights.sum() == pytest.approx(1)
    assert weights @ nodes**k == pytest.approx(np.exp(betaln(a + k, b) - betaln(a, b)), rel=1e-8)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (1, 1), (0.25, 0.75)])
def test_shapes_at_which_the_general_recurrence_has_no_value(a: float, b: float) -> None:
    nodes, weights = beta_rule(a, b, 24)
    assert weights @ nodes == pytest.approx(a / (a + b))
    assert weights @ (nodes - a / (a + b)) ** 2 == pytest.approx(a * b / ((a + b) ** 2 * (a + b + 1)))
