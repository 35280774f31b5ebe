"""One segment of a day: what it is, who is in it, what sets it apart, who came and went."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from segspark.api.people import People
from segspark.api.result import Result
from segspark.api.shown import floor_note, in_code, people, table
from segspark.api.words import WORDS
from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.measure.kpi import Kpi
from segspark.measure.registry import KPIS
from segspark.pipeline.view import look
from segspark.query.diff import diff_segments
from segspark.query.movement import MOVEMENT
from segspark.query.people import people_of_segment
from segspark.query.profiles import read_published
from segspark.reports.labels import scheme_label
from segspark.reports.page import Page
from segspark.segments.lookup import previous_day
from segspark.tables.open import open_lake

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class Measured:
    """A measure of a segment's people beside that of everybody else.

    Attributes:
        measure: a KPI's key, such as ``orders_30d``.
        value, rest_value: over the segment's people, and over all others; shares are 0 to 1, money is minor units.
        low, high: the value's 95 % interval.
        p_value: chance of such a difference, adjusted; None for a measure that defines the segment.
    """

    measure: str
    value: float | None
    rest_value: float | None
    low: float | None
    high: float | None
    p_value: float | None


@dataclass(frozen=True, repr=False)
class Profile(Result):
    """What the people of a segment are like. Attributes are exact; what is shown is the published profile, which is
    rounded and hides small groups.

    Attributes:
        is_exact: False of days whose exact profile is not stored; then the measures are the published ones.
    """

    name: str
    as_of: date
    measures: tuple[Measured, ...]
    is_exact: bool
    _published: tuple[Measured, ...]
    _page: Page

    def to_arrow(self) -> "pyarrow.Table":
        """One row per measure: measure, value, rest_value, low, high, p_value; see ``Measured``."""
        import pyarrow as pa

        numbers = ("value", "rest_value", "low", "high", "p_value")
        types = pa.schema([("measure", pa.string()), *((name, pa.float64()) for name in numbers)])
        return pa.Table.from_pylist([asdict(measured) for measured in self.measures], types)

    def __repr__(self) -> str:
        return f"Profile({self.name!r}, {self.as_of}: {len(self.measures)} measures)"

    def _repr_html_(self) -> str:
        text, kpis = self._page.texts, {kpi.key: kpi for kpi in KPIS.all()}
        rows = [self._line(kpis[m.measure], m) for m in self._published if m.measure in kpis and m.value is not None]
        caption = text.say(WORDS["profile"], name=self.name, day=self._page.formats.day(self.as_of))
        note = floor_note(self._page) if rows else text.say(WORDS["nothing_published"])
        return table([text.say(WORDS[key]) for key in ("measure", "value", "rest", "interval")], rows, caption, note)

    def _line(self, kpi: Kpi, measured: Measured) -> list[str]:
        formats, unit = self._page.formats, kpi.words.unit
        days = f" ({kpi.words.days}{'j' if self._page.language == 'fr' else 'd'})" if kpi.words.days else ""
        value, rest, low, high = (
            formats.unit(v, unit) for v in (measured.value, measured.rest_value, measured.low, measured.high)
        )
        between = "" if measured.low is None else f"{low} – {high}"
        return [f"{self._page.texts.say(kpi.words.title)}{days}", value, rest, between]


@dataclass(frozen=True, repr=False)
class Changes:
    """Who came and went between two stored days.

    Attributes:
        entered, left, stayed: numbers of people.
    """

    name: str
    since: date
    as_of: date
    entered: int
    left: int
    stayed: int
    _page: Page

    def __repr__(self) -> str:
        counts = (f"{n} {people(in_code(self._page), getattr(self, n))}" for n in ("entered", "left", "stayed"))
        return f"Changes({self.name!r}, {self.since} to {self.as_of}: {', '.join(counts)})"

    def _repr_html_(self) -> str:
        text, day = self._page.texts, self._page.formats.day
        head = [text("entered"), text("left"), text.say(WORDS["stayed"])]
        row = [people(self._page, n) for n in (self.entered, self.left, self.stayed)]
        caption = text.say(WORDS["changes"], name=self.name, before=day(self.since), day=day(self.as_of))
        return table(head, [row], caption, floor_note(self._page), n_texts=0)


@dataclass(frozen=True, repr=False)
class Segment:
    """A segment of a day.

    Attributes:
        name: in the workspace's language.
        description: a sentence, where its definition has one.
        condition: as people write it; None where no single condition makes the segment.
        n_people, n_contactable: in it, and how many of those may be written to.
    """

    scheme: str
    name: str
    segment_id: str
    description: str | None
    condition: str | None
    as_of: date
    n_people: int
    n_contactable: int
    _workspace: Workspace
    _page: Page
    _profile: tuple[Measured, ...]
    _is_exact: bool

    @classmethod
    def of(cls, details: dict[str, Any], workspace: Workspace, page: Page) -> "Segment":
        """
        Args:
            details: of ``describe_segment``.
        """
        return cls(
            details["scheme"],
            details[f"name_{workspace.language}"],
            details["segment_id"],
            details["description"],
            details["condition"],
            details["segment_date"],
            details["people"],
            details["contactable"],
            workspace,
            page,
            tuple(_measured(row) for row in details["profile"]),
            details["profile_is"] == "exact",
        )

    def people(self) -> People:
        """Who is in it: person_id, is_contactable, not_contactable_reason, valid_until.

        These may have been written to on the morning of the day. Whoever writes to them exports them: the export asks
        for opt-outs again (``segspark segments export``).
        """
        found = people_of_segment(self._workspace, open_lake(self._workspace), self.segment_id, self.as_of)
        return People.of(self.name, found, self._page)

    def profile(self) -> Profile:
        """What its people are like, beside everybody else."""
        published = read_published(self._workspace, open_lake(self._workspace), self.as_of, self.segment_id)
        return Profile(
            self.name, self.as_of, self._profile, self._is_exact, tuple(_measured(row) for row in published), self._page
        )

    def changes(self, since: date | None = None) -> Changes:
        """Who came and went since a stored day; by default the one before.

        Raises:
            GateClosed: there is no day before.
        """
        before = since or previous_day(look(MOVEMENT, self._workspace, open_lake(self._workspace)), self.as_of)
        if before is None:
            raise GateClosed(
                f"{self.as_of} is the first stored day: changes appear with the next `segspark run daily`."
            )
        found = diff_segments(self._workspace, f"{self.segment_id}@{before}", f"{self.segment_id}@{self.as_of}")
        return Changes(self.name, before, self.as_of, found["entered"], found["left_it"], found["stayed"], self._page)

    def __repr__(self) -> str:
        return f"Segment({self.name!r} of {self.scheme}, {self.as_of}: {people(in_code(self._page), self.n_people)} people)"

    def _repr_html_(self) -> str:
        text, page = self._page.texts, self._page
        about = self.description or (text.say(WORDS["condition"], text=self.condition) if self.condition else "")
        head = [text.say(WORDS["scheme"]), text("segment_name"), text("people"), text("contactable")]
        row = [
            scheme_label(self.scheme, page.language),
            self.name,
            people(page, self.n_people),
            people(page, self.n_contactable),
        ]
        caption = text.say(WORDS["preview"], name=self.name, day=page.formats.day(self.as_of))
        return table(head, [row], caption, f"{about} {floor_note(page)}".strip(), n_texts=2)


def _measured(row: Mapping[str, Any]) -> Measured:
    known: dict[str, Any] = {field.name: row.get(field.name) for field in fields(Measured)}
    return Measured(**known)
