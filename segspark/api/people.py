"""Rows of people: who is in a segment or a rule, and what is known of everybody."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from segspark.api.result import Result
from segspark.api.shown import floor_note, in_code, people, table
from segspark.api.words import UNITS, WORDS
from segspark.query.people import People as Rows
from segspark.reports.page import Page

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True, repr=False)
class People(Result):
    """One row per person, by ``person_id``, which is a pseudonym. Rows are never shown: use ``to_arrow`` and the like.

    Attributes:
        title: whose rows these are.
        as_of: the day; nothing of it or later is known.
        units: column -> its unit, where it has one.
    """

    title: str
    as_of: date
    units: dict[str, str]
    _rows: "pyarrow.Table"
    _page: Page

    @classmethod
    def of(cls, title: str, found: Rows, page: Page) -> "People":
        return cls(title, found.as_of, found.units, found.rows, page)

    def to_arrow(self) -> "pyarrow.Table":
        """The rows; their columns are told by the method that gave them."""
        return self._rows

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._rows.column_names)

    def __len__(self) -> int:
        """The exact number of people."""
        return int(self._rows.num_rows)

    def __repr__(self) -> str:
        return f"People({self.title!r}, {self.as_of}: {people(in_code(self._page), len(self))} × {', '.join(self.columns)})"

    def _repr_html_(self) -> str:
        say = self._page.texts.say
        caption = say(
            WORDS["rows"], title=self.title, day=self._page.formats.day(self.as_of), n=people(self._page, len(self))
        )
        head = [say(WORDS["column"]), say(WORDS["type"]), say(WORDS["unit"])]
        rows = [(f.name, str(f.type), say(UNITS.get(self.units.get(f.name, ""), (self.units.get(f.name, ""),) * 2)))
                for f in self._rows.schema]  # fmt: skip
        return table(head, rows, caption, floor_note(self._page), n_texts=3)
