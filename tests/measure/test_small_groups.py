from hypothesis import given
from hypothesis import strategies as st

from segspark.measure.small_groups import base_of, rounded


@given(st.integers(0, 10_000), st.integers(2, 60))
def test_a_count_is_within_the_floor_of_what_is_shown(n, least):
    shown = rounded(n, least)
    assert shown % base_of(least) == 0
    assert shown - least <= n < shown + least
    assert (shown == 0) == (n < least)
    assert rounded(shown, least) == shown


@given(st.lists(st.integers(20, 2_000), max_size=9), st.integers(0, 19))
def test_a_subtraction_does_not_bound_a_hidden_count_below_the_floor(parts, hidden):
    total = rounded(sum(parts) + hidden, 20)
    # The greatest total less the least parts.
    most = (total + 19) - sum(rounded(n, 20) - 20 for n in parts)
    assert most >= 19
