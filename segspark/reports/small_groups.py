"""Counts of people as the page shows them; the rule and its reasons are in measure/small_groups.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from segspark.measure.protection import lower_end, on_steps, steps
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


def means_of(means: Sequence[float | None], counts: Sequence[int], whole: int, least: int) -> list[float | None]:
    """Means of groups as they may be shown beside their counts: none of a hidden group, the others on steps that leave
    the counts open (measure/protection.py).

    Args:
        counts: people of each group.
        whole: people of all groups together.
    """
    if least <= NO_FLOOR:
        return [mean if n else None for mean, n in zip(means, counts, strict=True)]
    sizes = np.array([rounded(n, least) for n in counts], dtype=float)
    values = np.array([np.nan if mean is None else mean for mean in means])
    values = np.where(sizes > 0, values, np.nan)
    found = on_steps(values, steps(values, lower_end(sizes, least), whole, least))
    return [None if np.isnan(value) else float(value) for value in found]


def share_of(part: Shown, whole: Shown) -> float | None:
    """A share, made of the two shown counts alone; None if one of them is hidden."""
    if part.is_hidden or not whole.known:
        return None
    # The parts of a small group may be rounded up and the group down.
    return min(part.n / whole.n, 1.0)
