"""What the people of a training looked like, as it is stored with the version: bins, and how many people are in each.

Nothing heavy is imported: pages and the command line read it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

BINS = "bins.json"
# What is compared of a version: the inputs that it looks at, and the scores that it gives.
KINDS = INPUT, SCORE = "input", "score"
# How far something has moved.
STEADY, LOOK, ALARM = "steady", "look", "alarm"


@dataclass(frozen=True)
class Bins:
    """Attributes:
    special: values that are a bin of their own, such as the one in place of a missing value.
    edges: inner ends of the intervals of all other values, rising; an interval includes its lower end.
    shares: of the people, in the order: special values, intervals, no value at all.
    """

    special: tuple[float, ...]
    edges: tuple[float, ...]
    shares: tuple[float, ...]

    @property
    def n(self) -> int:
        return len(self.special) + len(self.edges) + 2

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Bins":
        return cls(tuple(content["special"]), tuple(content["edges"]), tuple(content["shares"]))


@dataclass(frozen=True)
class Reference:
    """``bins.json``: the people on whom a version was judged, or those of the day of its training.

    Attributes:
        n: people.
        base_rate: those of them with the outcome; None for a model without one.
        inputs: by name; without those that are equal for everybody on a day.
        scores: by column (``Score.column``).
    """

    n: int
    base_rate: float | None
    inputs: Mapping[str, Bins]
    scores: Mapping[str, Bins]

    def of(self, kind: str) -> Mapping[str, Bins]:
        return self.inputs if kind == INPUT else self.scores

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Reference":
        inputs, scores = (
            {name: Bins.from_dict(bins) for name, bins in content[kind].items()} for kind in ("inputs", "scores")
        )
        return cls(content["n"], content["base_rate"], inputs, scores)
