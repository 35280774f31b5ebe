"""The unit of a value of people: that of its measure, or the one in which its name ends."""

from segspark.features.feature import Catalogue
from segspark.features.value import Value

CENTS = "minor units"
DAYS = "days"
SHARE = "share"
_ENDINGS = {"_cents": CENTS, "_days": DAYS, "_rate": SHARE, "_share": SHARE, "_s": "seconds"}


def unit_of(catalogue: Catalogue, name: str, value: Value | None = None) -> str:
    """``minor units``, ``days``, ``share``, ``clicks``; empty for plain numbers, words and dates.

    Args:
        value: what conditions know of it; one that grows by one each day is in days.
    """
    if value is not None and value.motion == "ageing":
        return DAYS
    start, _, window = name.rpartition("_")
    stem = start if window.rstrip("d").isdigit() or window == "lifetime" else name
    if ending := next((unit for end, unit in _ENDINGS.items() if stem.endswith(end)), ""):
        return ending
    units = {f.column(window): catalogue.unit_of(f) for f in catalogue.features for window in f.spans}
    return units.get(name, "")
