import pytest

from segspark.reports.small_groups import Shown, share_of, show


@pytest.mark.parametrize(
    ("n", "shown"),
    [
        (0, Shown("below", 20)), (1, Shown("below", 20)), (19, Shown("below", 20)), (20, Shown("about", 40)),
        (59, Shown("about", 40)), (60, Shown("about", 80)), (696, Shown("about", 680)), (700, Shown("about", 720)),
    ],
)  # fmt: skip
def test_counts_are_rounded_to_twice_the_floor_and_small_ones_hidden(n, shown):
    assert show(n, 20) == shown


def test_without_a_floor_counts_are_exact():
    assert [show(n, 1) for n in (0, 1, 7)] == [Shown("exact", n) for n in (0, 1, 7)]


def test_a_share_is_made_of_shown_counts_alone():
    assert share_of(show(25, 20), show(59, 20)) == 1.0
    assert share_of(show(300, 20), show(700, 20)) == 320 / 720
    assert share_of(show(7, 20), show(700, 20)) is None
    assert share_of(show(7, 20), show(9, 20)) is None
    assert share_of(show(0, 1), show(0, 1)) is None
