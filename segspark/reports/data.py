"""The content of the report: plain values filled from the tables; no DataFrame and no clock.

For an own section that is None the page shows an explanation; ``ReportData.why_missing`` may hold the reason.
Names and descriptions are already in the report's language, but for documents of models and schemes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from segspark.sections import Section

Language = Literal["fr", "en"]


@dataclass(frozen=True)
class Headline:
    """The list in a few figures; ``not_contactable`` counts people by reason (gold.segments' reason codes)."""

    n_people: int
    n_contactable: int
    not_contactable: Mapping[str, int]
    n_events: int
    first_day: date
    last_day: date


@dataclass(frozen=True)
class SegmentSize:
    """One segment of a scheme; ``path`` distinguishes segments of the same name, ``n_before`` is None for new ones."""

    name: str
    n_people: int
    n_contactable: int | None = None
    n_before: int | None = None
    n_entered: int | None = None
    n_left: int | None = None
    path: str = ""


@dataclass(frozen=True)
class Scheme:
    """A way of segmenting the list; in an exclusive scheme everybody has one segment, so sizes add up."""

    key: str
    segments: tuple[SegmentSize, ...]
    is_exclusive: bool = True


@dataclass(frozen=True)
class Sizes:
    """Sizes of a day and movement since the previous stored day (None: there is none)."""

    n_people: int
    previous_date: date | None
    schemes: tuple[Scheme, ...]


@dataclass(frozen=True)
class KpiRow:
    """One segment's results: values by the KPI's stored word; shares are 0 to 1, None if a denominator is empty."""

    segment: str
    n_people: int
    values: Mapping[str, float | None] = field(default_factory=dict)
    path: str = ""


@dataclass(frozen=True)
class Kpis:
    """The cross-tab by scheme over the last ``window_days``.

    ``found``: of the schemes whose groups a model found, the day of the members that are measured, and the names of the
    groups that are measured on the days that define them.
    """

    window_days: int
    schemes: tuple[tuple[str, tuple[KpiRow, ...]], ...]
    found: Mapping[str, tuple[date | None, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """A measure of a segment: value, distance from the list in sigmas, 95 % interval, adjusted p-value of the
    difference from everybody else, their value, and the number of people or mails behind it."""

    value: float | None
    z_score: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    rest: float | None = None
    n: float | None = None


@dataclass(frozen=True)
class SegmentProfile:
    """A segment and its measures by name."""

    name: str
    n_people: int
    measures: Mapping[str, Measured]
    path: str = ""


@dataclass(frozen=True)
class LedgerRow:
    """Where the records of a source went; ``n_received`` is the number in its files."""

    source: str
    n_received: int
    accepted: int = 0
    duplicate: int = 0
    expired: int = 0
    ignored: int = 0
    withheld: int = 0
    quarantined: int = 0

    @property
    def n_disposed(self) -> int:
        return self.accepted + self.duplicate + self.expired + self.ignored + self.withheld + self.quarantined

    @property
    def is_complete(self) -> bool:
        return self.n_disposed == self.n_received


@dataclass(frozen=True)
class QuarantineCount:
    """Rejected records of a source by reason, ``code`` or ``code:column`` (bronze.quarantine)."""

    source: str
    reason: str
    n_records: int


@dataclass(frozen=True)
class ReportData:
    """Everything on the page. ``as_of`` is the first day that is not observed.

    ``sections`` are those of schemes and models, in the order of the page; the other fields are the report's own.
    ``is_provisional``: the last day was not over when this was made. ``profiles`` are by scheme; without them their
    section is left out. ``quarantine`` is empty if nothing was rejected, None if that is unknown. Keys of
    ``why_missing`` are the names of the report's own sections.
    """

    workspace: str
    as_of: date
    currency: str = "EUR"
    language: Language = "fr"
    headline: Headline | None = None
    sizes: Sizes | None = None
    sections: tuple[Section, ...] = ()
    kpis: Kpis | None = None
    profiles: tuple[tuple[str, tuple[SegmentProfile, ...]], ...] | None = None
    ledger: tuple[LedgerRow, ...] | None = None
    quarantine: tuple[QuarantineCount, ...] | None = None
    why_missing: Mapping[str, str] = field(default_factory=dict)
    min_group: int = 20
    is_provisional: bool = False
