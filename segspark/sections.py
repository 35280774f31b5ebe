"""What a scheme or a model gives the report: a frozen document, and how it is to be shown; never a view.

Counts of people stand in cells of their own type, so that the report hides small groups in every table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Words = Mapping[str, str]
"""A text by language: fr and en."""


@dataclass(frozen=True)
class People:
    """A number of people; shown only if the group is large enough."""

    n: int


@dataclass(frozen=True)
class Share:
    """A share or a rate, 0 to 1; None where it has no denominator."""

    value: float | None


@dataclass(frozen=True)
class Cents:
    """An amount in the workspace's currency, in cents."""

    value: float | None


@dataclass(frozen=True)
class Number:
    value: float | None
    digits: int = 0


Cell = People | Share | Cents | Number | str


@dataclass(frozen=True)
class Table:
    """The content of the generic template: a row for each group or quality.

    If a row has cells of ``People``, its other cells are hidden with the smallest of them.
    """

    columns: tuple[Words, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Words | None = None


@dataclass(frozen=True)
class Missing:
    """There is nothing to show, and why."""

    why: Words


@dataclass(frozen=True)
class Reason:
    """Why a model was refused: the report's text ``refused_<code>``, filled with ``values``."""

    code: str
    values: Mapping[str, int | float | date | str | People] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """A model that was refused, which is a valid result.

    Attributes:
        reasons: plain texts are shown as they are.
        title: what there is not.
        takeaway: the same as a sentence at the top of the page.
    """

    reasons: tuple[Reason | str, ...]
    title: Words
    takeaway: Words | None = None


@dataclass(frozen=True)
class Section:
    """A section of the report.

    Attributes:
        name: the section's anchor.
        title: its heading, also in the contents.
        content: a frozen document that the template knows, a Table for the generic one; or Missing or Refused, for
            which the page has its own form.
        template: file below reports/templates/sections, without its ending.
        notes: said below the content.
        short: the title in the contents, if it is too long for them.
    """

    name: str
    title: Words
    content: object
    template: str = "table"
    notes: tuple[Words, ...] = field(default=())
    short: Words | None = None
