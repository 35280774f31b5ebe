"""The segments of a day: how many people, and who came and went."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from segspark.api.result import Result
from segspark.api.shown import MOST_ROWS, drawn, floor_note, people, table
from segspark.api.words import WORDS
from segspark.reports.labels import scheme_label
from segspark.reports.page import Page

if TYPE_CHECKING:
    import pyarrow

    from segspark.api.plots import Plot

# More bars than this cannot be read.
MOST_BARS = 20


@dataclass(frozen=True)
class SegmentSize:
    """Attributes:
    name: in the workspace's language.
    people, contactable: in it, and how many of those may be written to.
    entered, left: since the stored day before; None on the first day.
    """

    scheme: str
    name: str
    segment_id: str
    people: int
    contactable: int
    entered: int | None
    left: int | None


@dataclass(frozen=True, repr=False)
class Segments(Result):
    """The segments of a day, the largest of each scheme first; iterate over them, or make a table.

    Attributes:
        since: the stored day before, which movement is measured against; None on the first day.
        is_provisional: made from a part of the day before.
    """

    as_of: date
    since: date | None
    is_provisional: bool
    sizes: tuple[SegmentSize, ...]
    _page: Page

    @classmethod
    def of(cls, rows: list[dict[str, Any]], as_of: date, page: Page) -> "Segments":
        sizes = tuple(
            SegmentSize(
                r["scheme"], r["segment_name"], r["segment_id"], r["people"], r["contactable"], r["entered"], r["left"]
            )
            for r in rows
        )
        first: dict[str, Any] = rows[0] if rows else {}
        return cls(as_of, first.get("since"), bool(first.get("is_provisional")), sizes, page)

    def __iter__(self) -> Iterator[SegmentSize]:
        return iter(self.sizes)

    def __len__(self) -> int:
        return len(self.sizes)

    def to_arrow(self) -> "pyarrow.Table":
        """One row per segment: scheme, name, segment_id; people, contactable, entered and left are numbers of people."""
        import pyarrow as pa

        types = [*((n, pa.string()) for n in ("scheme", "name", "segment_id")),
                 *((n, pa.int64()) for n in ("people", "contactable", "entered", "left"))]  # fmt: skip
        return pa.Table.from_pylist([asdict(size) for size in self.sizes], pa.schema(types))

    def plot(self) -> "Plot":
        """Bars of the largest segments, with those who may be written to."""
        from segspark.api.plots import bars

        text, page = self._page.texts, self._page
        shown = sorted(self.sizes, key=lambda size: -size.people)[:MOST_BARS]
        is_one = len({size.scheme for size in shown}) == 1
        names = [s.name if is_one else f"{s.name} · {scheme_label(s.scheme, page.language)}" for s in shown]
        sizes = {
            text("people"): [drawn(page, s.people) for s in shown],
            text("contactable"): [drawn(page, s.contactable) for s in shown],
        }
        return bars(names, sizes, text.say(WORDS["segments"], day=page.formats.day(self.as_of)), page)

    def __repr__(self) -> str:
        schemes = dict.fromkeys(size.scheme for size in self.sizes)
        return f"Segments({self.as_of}: {len(self)} of {', '.join(schemes)})"

    def _repr_html_(self) -> str:
        text, page = self._page.texts, self._page
        head = [
            text.say(WORDS["scheme"]),
            *(text(key) for key in ("segment_name", "people", "contactable", "entered", "left")),
        ]
        rows = [
            (scheme_label(s.scheme, page.language), s.name, *(people(page, n) for n in (s.people, s.contactable, s.entered, s.left)))
            for s in self.sizes[:MOST_ROWS]
        ]  # fmt: skip
        notes = [text.say(WORDS["provisional"])] if self.is_provisional else []
        if len(self) > MOST_ROWS:
            notes.append(text.say(WORDS["more"], n=MOST_ROWS, total=len(self)))
        day = page.formats.day(self.as_of)
        return table(head, rows, text.say(WORDS["segments"], day=day), " ".join([*notes, floor_note(page)]), n_texts=2)
