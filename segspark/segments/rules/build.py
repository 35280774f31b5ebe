"""The tree in Python: ``value("n_click_30d") >= 1``, combined by ``&``, ``|`` and ``~``; ``segment("buyers")``,
``never("order")``, ``within("last_click_date", 30)``, ``count("click", 30) >= 2``, ``did("cart_add").then("order", 7)``.
"""

from dataclasses import dataclass, replace
from datetime import date

from segspark.segments.rules.functions import count_name, followed, member
from segspark.segments.rules.functions import never as never
from segspark.segments.rules.functions import within as within
from segspark.segments.rules.tree import AS_OF, Between, Compare, Followed, In, Member, Missing, Scalar


def segment(key: str) -> Member:
    """Membership in another segment of the rules."""
    return member(key)


@dataclass(frozen=True, eq=False)
class Value:
    """A feature, score or profile value, ``plus`` a number of days or units; comparing it gives a condition."""

    name: str
    plus: int = 0

    def __eq__(self, other: object) -> Compare:  # type: ignore[override]
        return self._compare("=", other)

    def __ne__(self, other: object) -> Compare:  # type: ignore[override]
        return self._compare("<>", other)

    def __lt__(self, other: object) -> Compare:
        return self._compare("<", other)

    def __le__(self, other: object) -> Compare:
        return self._compare("<=", other)

    def __gt__(self, other: object) -> Compare:
        return self._compare(">", other)

    def __ge__(self, other: object) -> Compare:
        return self._compare(">=", other)

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, more: int) -> "Value":
        return replace(self, plus=self.plus + more)

    def __sub__(self, less: int) -> "Value":
        return replace(self, plus=self.plus - less)

    def between(self, low: Scalar, high: Scalar) -> Between:
        return Between(self.name, low, high)

    def isin(self, *values: Scalar) -> In:
        return In(self.name, values)

    def is_missing(self) -> Missing:
        """Unknown, or the act never happened."""
        return Missing(self.name)

    def _compare(self, op: str, other: object) -> Compare:
        if isinstance(other, Value):
            return Compare(self.name, op, other=other.name, plus=other.plus - self.plus)
        if self.plus:
            raise TypeError(f"{self.name} {op} {other!r}: add to the other side; only values take days")
        if isinstance(other, date):
            return Compare(self.name, op, other.isoformat())
        if not isinstance(other, str | int | float | bool):
            raise TypeError(f"{self.name} {op} {other!r}: a text, a number, true or false, or another value is needed")
        return Compare(self.name, op, other)


# The first day that is not observed: value("last_click_date") >= TODAY - 30.
TODAY = Value(AS_OF)


def value(name: str) -> Value:
    return Value(name)


def count(act: str, days: int | None = None) -> Value:
    """How often the act happened in the last ``days`` days, or ever."""
    return Value(count_name(act, days))


@dataclass(frozen=True)
class did:  # noqa: N801 - reads as a word: did("cart_add").not_then("order", 7)
    """An act that is, or is not, followed by another one within a number of local days, counting its own day."""

    act: str

    def then(self, act: str, days: int, within_days: int | None = None) -> Followed:
        return followed(self.act, act, days, within_days, is_followed=True)

    def not_then(self, act: str, days: int, within_days: int | None = None) -> Followed:
        return followed(self.act, act, days, within_days, is_followed=False)
