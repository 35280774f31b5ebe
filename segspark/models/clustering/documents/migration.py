"""``migration.json``: the same people under the last model and under this one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from segspark.models.clustering.documents.plain import Json, flat, plain, words_of
from segspark.sections import Words


@dataclass(frozen=True)
class Move:
    """People by the segment of the last model and of this one; n is above 0."""

    from_id: str
    to_id: str
    n: int


@dataclass(frozen=True)
class Shift:
    """Share of all people in a segment under both models; 0 under a model that does not have it."""

    segment_id: str
    name: Words
    before: float
    after: float

    def to_json(self) -> Json:
        named = dict(segment_id=self.segment_id, **flat("name", self.name))
        return {**named, "before": self.before, "after": self.after}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Shift":
        return cls(content["segment_id"], words_of(content, "name"), content["before"], content["after"])


@dataclass(frozen=True)
class Alarm:
    """What moved too much: ``rand`` fell below the threshold, or the ``share`` of a segment changed by more than it."""

    measure: Literal["rand", "share"]
    value: float
    threshold: float
    segment_id: str | None = None


@dataclass(frozen=True)
class Migration:
    """Where people went.

    Attributes:
        previous_version: ``name/version`` of the last model.
        rand: adjusted Rand index of the two groupings; 1 is no movement.
        alarms: empty if few people moved.
    """

    previous_version: str
    rand: float
    matrix: tuple[Move, ...]
    shares: tuple[Shift, ...]
    alarms: tuple[Alarm, ...] = ()

    def to_json(self) -> Json:
        return {
            "previous_version": self.previous_version,
            "rand": self.rand,
            "matrix": plain(self.matrix),
            "shares": [s.to_json() for s in self.shares],
            "alarm": {"reasons": plain(self.alarms)} if self.alarms else None,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Migration":
        reasons = content["alarm"]["reasons"] if content["alarm"] else ()
        return cls(
            content["previous_version"],
            content["rand"],
            tuple(Move(m["from_id"], m["to_id"], m["n"]) for m in content["matrix"]),
            tuple(Shift.from_json(s) for s in content["shares"]),
            tuple(Alarm(r["measure"], r["value"], r["threshold"], r["segment_id"]) for r in reasons),
        )
