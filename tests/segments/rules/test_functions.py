"""The words of conditions, and what stands for each in the tree."""

from collections.abc import Callable

import pytest

from segspark.segments.rules.functions import WordError, count_name, followed, member, never, within
from segspark.segments.rules.tree import Compare, Followed, Member, Missing


def test_never_is_a_last_day_that_is_missing() -> None:
    assert never("order") == Missing("last_order_date")


def test_within_counts_back_from_the_day_itself() -> None:
    assert within("last_click_date", 30) == Compare("last_click_date", ">=", other="as_of_date", plus=-30)


def test_a_count_is_named_as_in_the_catalogue() -> None:
    assert (count_name("click", 30), count_name("click")) == ("n_click_30d", "n_click_lifetime")


def test_a_sequence_is_looked_for_in_ninety_days_unless_another_span_is_given() -> None:
    assert followed("visit", "order", 2, is_followed=True) == Followed("visit", "order", 2, True, 90)
    assert followed("visit", "order", 2, 14, is_followed=False) == Followed("visit", "order", 2, False, 14)
    # As long as the span itself is allowed.
    assert followed("visit", "order", 14, 14, is_followed=True).within == 14


def test_a_sequence_that_cannot_be_over_yet_is_refused_with_a_longer_span() -> None:
    with pytest.raises(WordError) as refused:
        followed("visit", "order", 15, 14, is_followed=False)
    assert refused.value.code == "never_true"
    assert refused.value.fix.endswith("did_not_then('visit', 'order', 15, 30).")


def test_a_member_names_a_segment() -> None:
    assert member("buyers") == Member("buyers")


@pytest.mark.parametrize("days", [0, -3, 1.5, True, "7"])
@pytest.mark.parametrize(
    ("word", "usage"),
    [
        (lambda days: within("last_click_date", days), "within(last_click_date, 30)"),
        (lambda days: count_name("click", days), "count('click', 30) >= 2"),
        (lambda days: followed("a", "b", days, is_followed=True), "did_then('cart_add', 'order', 7)"),
        (lambda days: followed("a", "b", 1, days, is_followed=False), "did_not_then('cart_add', 'order', 7)"),
    ],
    ids=["within", "count", "did_then", "did_not_then"],
)
def test_days_are_whole_numbers_from_one(word: Callable[[object], object], usage: str, days: object) -> None:
    with pytest.raises(WordError) as refused:
        word(days)
    assert refused.value.code == "wrong_argument"
    assert refused.value.fix == f"Write {usage}."
    assert repr(days) in refused.value.what
