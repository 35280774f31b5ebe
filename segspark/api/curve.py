"""How a rule's size and revenue move with a threshold."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from segspark.api.result import Result
from segspark.api.shown import drawn, drawn_money, floor_note, money, people, table
from segspark.api.words import UNITS, WORDS
from segspark.query.curve import Curve as Counted
from segspark.query.curve import CurvePoint, Direction, moved, point_at
from segspark.query.units import CENTS
from segspark.reports.labels import feature_label
from segspark.reports.page import Page

if TYPE_CHECKING:
    import pyarrow

    from segspark.api.plots import Plot

# Rows of the table that is shown; the plot has all points.
_SHOWN = 12


@dataclass(frozen=True, repr=False)
class Curve(Result):
    """The size of a rule for every threshold of one feature.

    Attributes:
        name, title: the rule's key, and its name as people see it; of a condition its text.
        along: the feature whose threshold moves, or the act.
        unit: of the thresholds; empty for plain numbers.
        direction: ``at_least`` or ``at_most``: on which side of a threshold its people are.
        is_window: thresholds are windows of an act.
        points: by rising threshold, each with threshold, people, contactable and revenue_cents (net, of 365 days).
    """

    name: str
    title: str
    along: str
    as_of: date
    unit: str
    direction: Direction
    points: tuple[CurvePoint, ...]
    is_window: bool
    _page: Page

    @classmethod
    def of(cls, counted: Counted, title: str, page: Page) -> "Curve":
        return cls(
            counted.name,
            title,
            counted.along,
            counted.as_of,
            counted.unit,
            counted.direction,
            counted.points,
            counted.is_window,
            page,
        )

    def at(self, threshold: float) -> CurvePoint:
        """The people on a threshold's side; nobody beyond the last one."""
        return point_at(self.points, self.direction, threshold)

    def between(self, one: float, other: float) -> CurvePoint:
        """What moving the threshold from one value to another adds; negative where it takes away."""
        return moved(self.points, self.direction, one, other)

    def to_arrow(self) -> "pyarrow.Table":
        """One row per threshold: threshold (in ``unit``), people, contactable, revenue_cents."""
        import pyarrow as pa

        types = [("threshold", pa.float64()), *((n, pa.int64()) for n in ("people", "contactable", "revenue_cents"))]
        return pa.Table.from_pylist([asdict(point) for point in self.points], pa.schema(types))

    def plot(self) -> "Plot":
        """People, those who may be written to, and net spending, over the threshold."""
        from segspark.api.plots import curve

        page, text = self._page, self._page.texts
        of = 10**page.formats.digits if self.unit == CENTS else 1
        sizes = {
            text("people"): [drawn(page, p.people) for p in self.points],
            text("contactable"): [drawn(page, p.contactable) for p in self.points],
        }
        spent = [drawn_money(page, p.revenue_cents, p.people) for p in self.points]
        money_of = {
            text.say(WORDS["revenue"]): [None if cents is None else cents / 10**page.formats.digits for cents in spent]
        }
        return curve(
            [p.threshold / of for p in self.points],
            sizes,
            money_of,
            self._axis(),
            self._title(),
            self.direction == "at_most",
            page,
        )

    def _title(self) -> str:
        return self._page.texts.say(WORDS["preview"], name=self.title, day=self._page.formats.day(self.as_of))

    def _axis(self) -> str:
        text, page = self._page.texts, self._page
        unit = page.formats.symbol if self.unit == CENTS else text.say(UNITS.get(self.unit, (self.unit, self.unit)))
        along = feature_label(f"days_since_{self.along}" if self.is_window else self.along, page.language)
        # A label that says the days needs no unit.
        said = "" if not unit or unit in along.lower() else f" ({unit})"
        return text.say(WORDS[self.direction], along=along, unit=said)

    def __repr__(self) -> str:
        if not self.points:
            return f"Curve({self.title!r} along {self.along}, {self.as_of}: nobody has a value)"
        first, last = self.points[0].threshold, self.points[-1].threshold
        return (
            f"Curve({self.title!r} along {self.along}, {self.as_of}: {len(self.points)} thresholds, {self.direction} "
            f"{first:,} to {last:,}{f' {self.unit}' if self.unit else ''})"
        )

    def _repr_html_(self) -> str:
        text, page = self._page.texts, self._page
        every = max(1, -(-len(self.points) // _SHOWN))
        rows = [
            (self._threshold(p.threshold), people(page, p.people), people(page, p.contactable), money(page, p.revenue_cents, p.people))
            for p in self.points[::every]
        ]  # fmt: skip
        head = [text.say(WORDS["threshold"]), text("people"), text("contactable"), text.say(WORDS["revenue"])]
        more = text.say(WORDS["more"], n=len(rows), total=len(self.points)) if every > 1 else ""
        return table(head, rows, f"{self._title()} · {self._axis()}", f"{more} {floor_note(page)}".strip(), n_texts=0)

    def _threshold(self, value: float) -> str:
        formats = self._page.formats
        return (
            formats.money(value) if self.unit == CENTS else formats.number(value, 0 if float(value).is_integer() else 2)
        )
