"""The functions of conditions besides comparisons, and the tree node of each."""

from segspark.segments.rules.tree import AS_OF, SEQUENCE_DAYS, Compare, Followed, Member, Missing

# The syntax of each; `act` is anything the catalogue counts by day: click, order, cart_add, visit ...
USAGE = {
    "in_segment": "in_segment('buyers')",
    "never": "never('order')",
    "within": "within(last_click_date, 30)",
    "count": "count('click', 30) >= 2",
    "did_then": "did_then('cart_add', 'order', 7)",
    "did_not_then": "did_not_then('cart_add', 'order', 7)",
}
# Other names of the as-of day.
TODAY = ("as_of", "today")


class WordError(ValueError):
    """Invalid arguments; ``code`` is one of segments/validation_errors.py."""

    def __init__(self, code: str, what: str, fix: str) -> None:
        super().__init__(f"{what} {fix}")
        self.code, self.what, self.fix = code, what, fix


def never(act: str) -> Missing:
    return Missing(f"last_{act}_date")


def within(name: str, days: int) -> Compare:
    """The date lies in the last ``days`` local days, or later."""
    return Compare(name, ">=", other=AS_OF, plus=-_days(days, "within"))


def count_name(act: str, days: int | None = None) -> str:
    """The catalogue's name of a count, over the last ``days`` days or the lifetime."""
    return f"n_{act}_lifetime" if days is None else f"n_{act}_{_days(days, 'count')}d"


def followed(first: str, then: str, days: object, within_days: object = None, *, is_followed: bool) -> Followed:
    word = "did_then" if is_followed else "did_not_then"
    far = SEQUENCE_DAYS if within_days is None else _days(within_days, word)
    near = _days(days, word)
    if near > far:
        raise WordError(
            "never_true",
            f"{word}: {days} days cannot be over among the last {far} days.",
            f"Write a fourth argument of {days} or more: {word}('{first}', '{then}', {near}, {2 * near}).",
        )
    return Followed(first, then, near, is_followed, far)


def member(key: str) -> Member:
    return Member(key)


def _days(days: object, word: str) -> int:
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        raise WordError("wrong_argument", f"{word}: {days!r} is no number of days.", f"Write {USAGE[word]}.")
    return days
