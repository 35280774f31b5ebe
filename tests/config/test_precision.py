"""The smallest group is a number, or what a rate needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.config.models import Segments
from segspark.config.precision import least_for_margin, wilson_margin


def test_a_rate_of_half_needs_the_people_that_polls_need() -> None:
    # Tables of polls: about 380 people for five points to either side (Wilson's interval is a little narrower).
    assert least_for_margin(0.5, 0.05) == 381


@given(st.floats(0.001, 0.999), st.floats(0.002, 0.4))
def test_one_person_fewer_is_too_few(rate: float, margin: float) -> None:
    least = least_for_margin(rate, margin)
    assert wilson_margin(rate, least) <= margin
    assert least == 1 or wilson_margin(rate, least - 1) > margin


@pytest.mark.parametrize(("said", "least"), [(20, 20), ({"rate": 0.02, "margin": 0.01}, 792)])
def test_the_workspace_says_either(said: object, least: int) -> None:
    assert Segments.model_validate({"min_size": said}).least_people == least
