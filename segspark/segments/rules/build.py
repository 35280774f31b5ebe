"""The tree in Python: ``value("n_click_30d") >= 1``, combined by ``&``, ``|`` and ``~``; ``segment("buyers")``."""

from dataclasses import dataclass

from segspark.segments.rules.tree import Between, Compare, In, Member, Missing, Scalar


@dataclass(frozen=True, eq=False)
class Value:
    """A feature, score or profile value; comparing it makes a condition."""

    name: str

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

    def between(self, low: Scalar, high: Scalar) -> Between:
        return Between(self.name, low, high)

    def isin(self, *values: Scalar) -> In:
        return In(self.name, values)

    def is_missing(self) -> Missing:
        """Unknown, or the act never happened."""
        return Missing(self.name)

    def _compare(self, op: str, other: object) -> Compare:
        if isinstance(other, Value):
            return Compare(self.name, op, other=other.name)
        if not isinstance(other, str | int | float | bool):
            raise TypeError(f"{self.name} {op} {other!r}: a text, a number, true or false, or another value is needed")
        return Compare(self.name, op, other)


def value(name: str) -> Value:
    return Value(name)


def segment(key: str) -> Member:
    return Member(key)
