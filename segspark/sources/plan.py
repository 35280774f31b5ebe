"""What a gateway task needs to know; it travels with the task and is never logged."""

from dataclasses import dataclass
from functools import cached_property

from segspark.pseudonyms import Key
from segspark.sources.files import InputFile
from segspark.sources.provider import Provider
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Context
from segspark.store import Store
from segspark.time import MICROS, local_day_number


@dataclass(frozen=True)
class Limits:
    max_record_bytes: int = 5_000_000
    max_inflated_bytes: int = 4_000_000_000
    max_depth: int = 64


@dataclass(frozen=True)
class Arrival:
    """What a run knows about when its records became known.

    Attributes:
        time_zone: the business's; a record is known on the local day after its receipt.
        run_at: receipt of what has no time at all, UTC microseconds.
        first_unpublished: no earlier as-of day may know a record, days since 1970; None in an empty lake.
        future_tolerance: microseconds by which a clock may run ahead of the receipt.
        clock: when the run reads, UTC microseconds. Nothing that a record says is later than this and the run's own day:
            a run on the morning of its day takes in what happened since midnight, and the run of a past day what its
            files already hold of later ones.
        sealed_days: how long sealed records are kept, days from the run's on.
    """

    time_zone: str
    run_at: int
    first_unpublished: int | None = None
    future_tolerance: int = 600 * MICROS
    sealed_days: int = 30
    clock: int = 0

    @cached_property
    def kept_until(self) -> int:
        """The last as-of day on which what is sealed in this run is kept, days since 1970."""
        return local_day_number(self.run_at, self.time_zone) + 1 + self.sealed_days

    @cached_property
    def latest(self) -> int:
        """No time of a record is later, whatever it says of its receipt; UTC microseconds."""
        return max(self.run_at, self.clock) + self.future_tolerance

    def known_as_of(self, received_at: int) -> int:
        day_after = local_day_number(received_at, self.time_zone) + 1
        return day_after if self.first_unpublished is None else max(day_after, self.first_unpublished)


@dataclass(frozen=True)
class GatewayPlan:
    """What a task needs to know; it travels with the task and is never logged."""

    provider: Provider
    source: Source
    context: Context
    groups: tuple[tuple[InputFile, ...], ...]
    limits: Limits
    key: Key
    arrival: Arrival
    folder: Store
    # Whether the mapping has fitted files before: if not, it is doubted and not the files.
    is_proven: bool = False
