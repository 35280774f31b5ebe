"""What a curve is: the size and revenue of a rule on one side of each threshold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Direction = Literal["at_least", "at_most"]
# A value of more numbers, such as an amount, has its thresholds on round steps.
MOST_POINTS = 1_000


@dataclass(frozen=True)
class CurvePoint:
    """Those of a rule on the threshold's side of it, the threshold included.

    Attributes:
        threshold: in the curve's unit.
        people, contactable: of them, and how many of those may be written to.
        revenue_cents: net, of the last 365 days, in minor units.
    """

    threshold: float
    people: int
    contactable: int
    revenue_cents: int


@dataclass(frozen=True)
class Curve:
    """Sizes at thresholds.

    Attributes:
        name: of the rule.
        along: the value whose threshold moves, or the act.
        unit: of the thresholds; empty for plain numbers.
        points: by rising threshold; none where nobody has a value.
        engine: what answered.
        direction: whether a point has the people with at least, or with at most, its threshold. Of an act it is
            ``at_most``: who did it in at most so many days before the as-of day.
        is_window: thresholds are windows of an act.
    """

    name: str
    along: str
    as_of: date
    unit: str
    points: tuple[CurvePoint, ...]
    engine: str
    direction: Direction
    is_window: bool = False


def point_at(points: Sequence[CurvePoint], direction: Direction, threshold: float) -> CurvePoint:
    """The sizes at a threshold that need not be a point: nobody's value lies between it and the next one."""
    if direction == "at_least":
        found = next((point for point in points if point.threshold >= threshold), None)
    else:
        found = next((point for point in reversed(points) if point.threshold <= threshold), None)
    return CurvePoint(threshold, 0, 0, 0) if found is None else replace(found, threshold=threshold)


def moved(points: Sequence[CurvePoint], direction: Direction, one: float, other: float) -> CurvePoint:
    """Who enters where one threshold is replaced by another; below zero, who leaves."""
    then, now = (point_at(points, direction, threshold) for threshold in (one, other))
    return CurvePoint(
        other,
        now.people - then.people,
        now.contactable - then.contactable,
        now.revenue_cents - then.revenue_cents,
    )


def round_step(n: int, low: float | None, high: float | None) -> float | None:
    """A round step that gives at most ``MOST_POINTS`` thresholds; None where the values themselves are few enough.

    Args:
        n: how many values there are, from ``low`` to ``high``.
    """
    if n <= MOST_POINTS or low is None or high is None:
        return None
    least = (high - low) / MOST_POINTS
    ten = 10.0 ** math.floor(math.log10(least))
    return next(ten * times for times in (1, 2, 5, 10) if ten * times >= least)
