"""How far a model of one part of the past is from what happened in the rest, as it is stored with a model."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# Buyers with so many repeat orders or more are one row.
MOST_REPEATS = 7


@dataclass(frozen=True)
class HoldoutRow:
    """Buyers with the same number of repeat orders at the cut: order days predicted and made after it."""

    x: int
    n: int
    predicted: float
    actual: float


@dataclass(frozen=True)
class DateRow:
    """Statements of one kind, "an order within N days has the probability ``share``", and how often they came true.

    Attributes:
        share: what is asked for: each person has days of their own for it.
        n: people of whom it can be said, and whose days had passed when it was measured.
        stated: the mean probability of an order within these days: days are whole, so it is a little above ``share``.
        measured: the share of these people who ordered within them.
    """

    share: float
    n: int
    stated: float
    measured: float


@dataclass(frozen=True)
class Holdout:
    """Order days after a cut, predicted from the days before it.

    Attributes:
        days: length of the time after the cut, in the unit of the cells.
        predicted, actual: order days of everybody.
        pace: what is predicted if everybody goes on at the pace of before, and nobody stops.
        predicted_buyers, actual_buyers: people with an order.
        rows: by repeat orders before the cut; the last row is of that many or more.
        dates: how often next orders came within the days stated; empty of a version that an earlier release trained.
    """

    days: float
    n: int
    predicted: float
    actual: float
    pace: float
    predicted_buyers: float
    actual_buyers: float
    rows: tuple[HoldoutRow, ...]
    dates: tuple[DateRow, ...] = ()

    @property
    def error(self) -> float:
        """Predicted over actual, less 1; infinite if nobody ordered."""
        return _error(self.predicted, self.actual)

    @property
    def buyers_error(self) -> float:
        """The same of people with an order."""
        return _error(self.predicted_buyers, self.actual_buyers)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Holdout":
        rows = tuple(HoldoutRow(**row) for row in content["rows"])
        dates = tuple(DateRow(**row) for row in content.get("dates", ()))
        return cls(**{**content, "rows": rows, "dates": dates})


def _error(predicted: float, actual: float) -> float:
    return predicted / actual - 1 if actual else float("inf")
