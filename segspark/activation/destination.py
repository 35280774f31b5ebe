"""What a destination is: where an audience goes after the last gate, as a value."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel, ConfigDict

from segspark.measure.small_groups import NO_FLOOR
from segspark.pseudonyms import KINDS

# What a destination may ask for of each person besides keys.
COLUMNS = ("person_id", "scheme", "segment_id", "segment_name", "segment_date")
Row = Mapping[str, object]
"""A person as a destination sees it: its keys by name, and the columns it may receive."""


class Options(BaseModel):
    """What a person may choose for one export; a destination with options has a subclass."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def as_it_is(key: str) -> str:
    return key


@dataclass(frozen=True)
class Key:
    """How a destination knows a person.

    Attributes:
        kind: of identifier; people have an e-mail address at this point, other kinds may be missing.
        form: of the identifier, so that a destination may get a hash and never the address.
        name: in the row; by default the kind.
    """

    kind: str = "email"
    form: Callable[[str], str] = as_it_is
    name: str = ""

    @property
    def column(self) -> str:
        return self.name or self.kind


@dataclass(frozen=True)
class Limits:
    """How many people a destination takes in one export: whoever is beyond ``most_people`` is not handed over, and
    fewer than ``least_people`` are refused."""

    most_people: int | None = None
    least_people: int = 0


@dataclass(frozen=True)
class Audience:
    """What a destination is told of the people as a whole.

    Attributes:
        people: of the segment, before the gate.
        removed: people by reason not to write to them on the segment's day, and those suppressed since.
        folder: where the workspace's exports lie.
        least: counts that go along with the people are rounded for groups of so many (measure/small_groups.py).
    """

    segment_id: str
    segment_key: str
    segment_date: date
    definition_version: str | None
    is_provisional: bool
    people: int
    removed: Mapping[str, int]
    folder: str
    least: int = NO_FLOOR


@dataclass(frozen=True)
class Receipt:
    """What became of the people of one batch; the three counts add up to them.

    Attributes:
        refused: not taken by the destination.
        failed: of whom nobody knows, or who could not be sent.
        reason: why some are refused or failed.
        details: what the destination gives back, e.g. where the rows are.
    """

    sent: int = 0
    refused: int = 0
    failed: int = 0
    reason: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def people(self) -> int:
        return self.sent + self.refused + self.failed


@dataclass(frozen=True)
class Destination:
    """Where an audience may go.

    Attributes:
        name: what ``segments export --to`` names.
        keys: how it knows people; without keys it gets rows that name nobody.
        receives: of COLUMNS, what it may receive besides.
        batch: number of people in one call; None hands over all in one, streamed.
        limits: how many people it takes.
        send: takes one batch, what the audience is, and the options; returns the receipt. An error is the batch's.
        options: what a person may choose.

    Raises:
        ValueError: it asks for what no audience has.
    """

    name: str
    keys: tuple[Key, ...]
    receives: tuple[str, ...]
    batch: int | None
    limits: Limits
    send: Callable[[Iterable[Row], Audience, Options], Receipt]
    options: type[Options] = Options

    def __post_init__(self) -> None:
        for what, asked, exist in (
            ("columns", self.receives, COLUMNS),
            ("kinds of keys", tuple(k.kind for k in self.keys), KINDS),
        ):
            if unknown := [n for n in asked if n not in exist]:
                raise ValueError(f"{self.name} asks for {what} {unknown}; an audience has {', '.join(exist)}")
        if self.batch is not None and self.batch < 1:
            raise ValueError(f"{self.name} takes batches of {self.batch} people")
