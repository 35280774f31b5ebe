"""Counts over windows that nobody declared: what a name such as ``n_click_17d`` stands for.

They are added up from the days when somebody asks. Stored features, and definitions that are published, have the declared
windows only (``features.windows``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from segspark.features.aggregations.days import DAYS
from segspark.features.aggregations.sum import SUM
from segspark.features.engine.aggregation import Aggregation
from segspark.features.feature import Catalogue

_WINDOWED = re.compile(r"(?P<feature>\w+)_(?P<days>[1-9]\d{0,3})d")
# What can be added up from days in any engine.
ADDED_UP: tuple[Aggregation, ...] = (SUM, DAYS)


@dataclass(frozen=True)
class Undeclared:
    """A count over a window.

    Attributes:
        measure: of the tiles.
        kind: one of ``ADDED_UP``.
        days: the window's, before the as-of day.
        unit: of the value.
    """

    name: str
    measure: str
    kind: Aggregation
    days: int
    unit: str


def undeclared(name: str, catalogue: Catalogue) -> Undeclared | None:
    """What a name stands for, if it is that of a feature with another window than the declared ones; else None."""
    found = _WINDOWED.fullmatch(name)
    if found is None:
        return None
    for feature in catalogue.of_measures:
        is_plain = not (feature.months or feature.weekdays or feature.only_sales)
        if feature.name == found["feature"] and is_plain and feature.by_days in ADDED_UP:
            days = int(found["days"])
            unit = catalogue.unit_of(feature)
            return None if days in feature.spans else Undeclared(name, feature.measure, feature.by_days, days, unit)
    return None


def all_undeclared(names: Iterable[str], catalogue: Catalogue) -> dict[str, Undeclared]:
    """Those among some names."""
    found = ((name, undeclared(name, catalogue)) for name in names)
    return {name: each for name, each in found if each is not None}
