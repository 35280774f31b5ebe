"""What a model of propensity predicts, as data: something that people do, or leave undone, within some days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from segspark.time import DAY

Words = Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """Attributes:
    name: of the model, of its section below ``models``, and of its score's column.
    measure: of the tiles: what is done is a positive sum of it.
    is_absence: the outcome is that nothing is done.
    population: SQL over the columns of ``needs``: of whom the model speaks; ``{days}`` stands for ``active_days``.
    recency: days since something; sorting by it is what a model must beat.
    last: the column with the last day on which it was done; empty if there is none.
    after: a measure of what happens to people, such as a mail: the cuts are its days, and the people of a cut those to
        whom it happened on that day. Empty: cuts are a fixed number of days apart.
    """

    name: str
    measure: str
    is_absence: bool
    population: str
    needs: tuple[str, ...]
    words: "OutcomeWords"
    recency: str
    last: str = ""
    after: str = ""


@dataclass(frozen=True)
class OutcomeWords:
    """French and English; ``{days}`` stands for the days of the window.

    Attributes:
        title: heading of its section, e.g. ``No order within 90 days``.
        short: the same in one or two words.
        predicted: what is predicted, as a clause after a colon.
        did, did_not: who has the outcome and who has not, as a clause after ``who``.
        population: of whom the model speaks; ``{days}`` stands for the days of the population.
    """

    title: Words
    short: Words
    predicted: Words
    did: Words
    did_not: Words
    population: Words


@dataclass(frozen=True)
class Window:
    """The days after a cut whose acts make the label: [cut + gap, cut + gap + days)."""

    days: int
    gap: int = 0

    @property
    def reach(self) -> timedelta:
        """From a cut to the end of its window."""
        return (self.gap + self.days) * DAY

    def begin(self, cut: date) -> date:
        return cut + self.gap * DAY

    def end(self, cut: date) -> date:
        """The first day after the window: only then the label is known."""
        return cut + self.reach


def window_in(record: Mapping[str, str]) -> Window:
    """That of a version, from the parameters that were logged with it."""
    return Window(int(record["label_days"]), int(record.get("gap_days", 0)))
