from hypothesis import given
from hypothesis import strategies as st

from segspark.reports.small_groups import Shown, show, show_parts, show_table


def test_groups_below_the_least_are_not_shown_and_empty_ones_are():
    assert show(19, 20) == Shown("below", 20)
    assert show(20, 20) == Shown("exact", 20)
    assert show(0, 20) == Shown("exact", 0)


def test_a_single_hidden_part_blurs_the_smallest_other():
    assert show_parts([7, 500, 47], 20) == [Shown("below", 20), Shown("exact", 500), Shown("about", 40)]


def test_two_hidden_parts_cover_each_other():
    assert show_parts([7, 500, 12], 20) == [Shown("below", 20), Shown("exact", 500), Shown("below", 20)]


@given(st.lists(st.integers(0, 10_000), max_size=8), st.integers(2, 50))
def test_no_small_group_can_be_had_by_subtraction(counts, least):
    shown = show_parts(counts, least)
    hidden = [n for n, s in zip(counts, shown, strict=True) if s.is_hidden]
    assert all((n > 0 and n < least) == s.is_hidden for n, s in zip(counts, shown, strict=True))
    blurred = [s for s in shown if s.kind != "exact"]
    assert len(hidden) != 1 or len(blurred) == 2 or all(n == 0 for n in counts if n not in hidden)


@given(st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_row_and_no_column_of_a_table_hides_one_count_alone(counts):
    shown = show_table(counts, 20)
    for line in (*shown, *(list(column) for column in zip(*shown, strict=True))):
        kinds = [s.kind for s in line]
        # Where there is no other to round, there is nothing to subtract from.
        others = [s for s in line if s.kind == "exact" and s.n >= 20]
        assert kinds.count("below") != 1 or "about" in kinds or not others
