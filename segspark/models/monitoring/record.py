"""What a version announces, from its own record: later settings change nothing of it."""

from dataclasses import dataclass

from segspark.models.model import Record
from segspark.models.propensity.outcome import Window, window_in


@dataclass(frozen=True)
class Announced:
    """Something that people do or leave undone in a window after the day of the score.

    Attributes:
        measure: of the tiles: what is done is a positive sum of it.
        is_absence: it is announced that nothing is done.
    """

    measure: str
    is_absence: bool
    window: Window


def announced_in(record: Record) -> Announced | None:
    """What the scores of a version are the probability of; None for one that gives no probabilities, such as groups, and
    for one of an earlier release, which recorded no outcome."""
    if not {"measure", "is_absence", "label_days"} <= set(record):
        return None
    return Announced(record["measure"], record["is_absence"] == "True", window_in(record))
