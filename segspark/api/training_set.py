"""A stored training set: its rows, its data card, and what leakage would look like."""

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING

from segspark.api.result import Result
from segspark.api.shown import floor_note, in_code, people, table
from segspark.api.words import WORDS
from segspark.config.models import Workspace
from segspark.models.training_sets.card import CardColumn, CardCut, SetCard
from segspark.query.training_sets import leakage_of, rows_of
from segspark.reports.labels import feature_label
from segspark.reports.page import Page
from segspark.reports.small_groups import share_of, show

if TYPE_CHECKING:
    import pyarrow

    from segspark.api.plots import Plot

MOST_BARS = 12


@dataclass(frozen=True)
class LeakingColumn:
    """Attributes:
    auc_at_cut, auc_later: how well the column alone ranks by its value at the newest cut, and on the newest stored day,
        in whichever direction; 0.5 is chance.
    difference: what a join without a day would have leaked.
    """

    column: str
    auc_at_cut: float
    auc_later: float
    difference: float


@dataclass(frozen=True, repr=False)
class Leakage(Result):
    """Each column as it was known, beside what is known today, which holds the answer; the largest difference first."""

    columns: tuple[LeakingColumn, ...]
    _page: Page

    def to_arrow(self) -> "pyarrow.Table":
        """One row per column: column, auc_at_cut, auc_later, difference."""
        import pyarrow as pa

        names = [field.name for field in fields(LeakingColumn)]
        return pa.table({name: [getattr(column, name) for column in self.columns] for name in names})

    def plot(self) -> "Plot":
        """Bars of the columns with the largest difference."""
        from segspark.api.plots import bars

        text, shown = self._page.texts, self.columns[:MOST_BARS]
        values = {
            text.say(WORDS["known_then"]): [column.auc_at_cut for column in shown],
            text.say(WORDS["known_later"]): [column.auc_later for column in shown],
        }
        return bars([self._label(column) for column in shown], values, text.say(WORDS["auc"]), self._page, digits=2)

    def _label(self, column: LeakingColumn) -> str:
        return feature_label(column.column, self._page.language)

    def __repr__(self) -> str:
        first = f", at most {self.columns[0].column} by {self.columns[0].difference:.2f}" if self.columns else ""
        return f"Leakage({len(self.columns)} columns{first})"

    def _repr_html_(self) -> str:
        number = self._page.formats.number
        rows = [
            (self._label(c), number(c.auc_at_cut, 2), number(c.auc_later, 2), number(c.difference, 2))
            for c in self.columns[:MOST_BARS]
        ]
        said = [self._page.texts.say(WORDS[key]) for key in ("column", "known_then", "known_later", "difference")]
        return table(said, rows, self._page.texts.say(WORDS["auc"]))


@dataclass(frozen=True, repr=False)
class TrainingSet(Result):
    """A training set of the lake.

    Whoever withdraws the permission leaves it with the next daily run, so the rows may be fewer than its card counts.

    Attributes:
        card: all that it was made from: population, tables with their versions, the catalogue's hash.
    """

    card: SetCard
    _workspace: Workspace
    _page: Page

    @property
    def dataset_id(self) -> str:
        """The same request on the same data has the same id."""
        return self.card.dataset_id

    @property
    def as_of(self) -> date:
        """The day whose knowledge made the labels."""
        return self.card.as_of

    @property
    def cuts(self) -> tuple[CardCut, ...]:
        """Each with cut, role, n rows, and n_label of them with the label."""
        return self.card.cuts

    @property
    def columns(self) -> tuple[CardColumn, ...]:
        """Each with name, unit, meaning and formula."""
        return self.card.columns

    def to_arrow(self) -> "pyarrow.Table":
        """One row per person and cut: person_id, cut_date, role, label (0 or 1), and a double per column of ``columns``,
        null where it was missing."""
        return rows_of(self._workspace, self.card.dataset_id)

    def leakage(self) -> Leakage:
        """Each column's power to rank as it was known at the newest cut, beside that of what is known today.

        Raises:
            GateClosed: no day after the newest cut is stored.
        """
        rows = leakage_of(self._workspace, self.card.dataset_id)
        return Leakage(tuple(LeakingColumn(**row) for row in rows), self._page)

    def __repr__(self) -> str:
        card = self.card
        first, last = card.cuts[0].cut, card.cuts[-1].cut
        return (
            f"TrainingSet({card.outcome!r}, {len(card.cuts)} cuts {first} to {last}: "
            f"{people(in_code(self._page), card.rows)} rows × {len(card.columns)} columns)"
        )

    def _repr_html_(self) -> str:
        text, page = self._page.texts, self._page
        rows = [(page.formats.day(c.cut), c.role, people(page, c.n), self._share(c)) for c in self.cuts]
        head = [text.say(WORDS["cut"]), text.say(WORDS["role"]), text("people"), text.say(WORDS["with_label"])]
        caption = text.say(WORDS["training_set"], predicted=self.card.predicted[page.language])
        return table(head, rows, caption, f"{self.card.population}. {floor_note(page)}", n_texts=2)

    def _share(self, cut: CardCut) -> str:
        """From the shown counts alone; to the whole per cent."""
        least = self._page.least
        return self._page.formats.share(share_of(show(cut.n_label, least), show(cut.n, least)), 0)
