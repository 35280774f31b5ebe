"""What a step of ``segspark maintain`` works with, and what it has done."""

from dataclasses import dataclass
from datetime import date

from segspark.tables.lake import Lake


@dataclass(frozen=True)
class Done:
    """One thing that was done to a table, or would be.

    Attributes:
        days: partition dates.
        files: files removed from the table, or from the store.
        into: files that took their place.
        note: why it is left undone.
    """

    what: str
    table: str
    days: tuple[date, ...] = ()
    rows: int = 0
    files: int = 0
    into: int = 0
    note: str = ""


@dataclass(frozen=True)
class Task:
    """What a step works with."""

    lake: Lake
    today: date
    hours: int
    is_dry: bool
