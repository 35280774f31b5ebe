"""Counts of people as the page shows them; the rule and its reasons are in measure/small_groups.py."""

from dataclasses import dataclass
from typing import Literal

from segspark.measure.small_groups import NO_FLOOR, rounded


@dataclass(frozen=True)
class Shown:
    """A count as it may be shown: ``exact`` n without a floor, ``about`` n rounded, or ``below`` n."""

    kind: Literal["exact", "below", "about"]
    n: int

    @property
    def is_hidden(self) -> bool:
        return self.kind == "below"

    @property
    def known(self) -> int:
        """What may be reckoned with: the rounded count, 0 if it is hidden."""
        return 0 if self.is_hidden else self.n


def show(n: int, least: int) -> Shown:
    """A count by itself: every table of the page shows equal counts alike, so that tables can be laid side by side.

    An empty group is hidden too: that nobody is in it may be just what somebody wants to know of a person.
    """
    if least <= NO_FLOOR:
        return Shown("exact", n)
    shown = rounded(n, least)
    return Shown("about", shown) if shown else Shown("below", least)


def share_of(part: Shown, whole: Shown) -> float | None:
    """A share, made of the two shown counts alone; None if one of them is hidden."""
    if part.is_hidden or not whole.known:
        return None
    # The parts of a small group may be rounded up and the group down.
    return min(part.n / whole.n, 1.0)
