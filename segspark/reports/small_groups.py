"""Disclosure control for counts of people: small groups are not shown and cannot be derived from totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Shown:
    """A count as it may be shown: ``exact`` n, ``below`` n, or ``about`` n."""

    kind: Literal["exact", "below", "about"]
    n: int

    @property
    def is_hidden(self) -> bool:
        return self.kind == "below"


def show(n: int, least: int) -> Shown:
    """A single count; an empty group discloses nothing about anybody and is shown."""
    return Shown("below", least) if 0 < n < least else Shown("exact", n)


def show_parts(counts: Sequence[int], least: int, is_total_blurred: bool = False) -> list[Shown]:
    """Counts whose sum is known, exactly or (``is_total_blurred``) in rounded form only.

    A single hidden part could be computed by subtraction; so the smallest of the others is rounded to steps of
    ``least``, which keeps the hidden one uncertain. Parts of a rounded total must not reveal its exact value, so one
    of them is rounded too.
    """
    shown = [show(n, least) for n in counts]
    n_hidden = sum(s.is_hidden for s in shown)
    if n_hidden == 1 or (is_total_blurred and n_hidden == 0):
        others = [(n, at) for at, n in enumerate(counts) if n >= least]
        if others:
            n, at = min(others)
            shown[at] = Shown("about", round(n / least) * least)
    return shown


def show_table(counts: Sequence[Sequence[int]], least: int) -> list[list[Shown]]:
    """A table with known sums of rows and columns: no row or column has a single hidden count."""
    rows = [show_parts(row, least) for row in counts]
    for at in range(len(rows[0]) if rows else 0):
        column = [row[at] for row in rows]
        if sum(s.is_hidden for s in column) == 1 and all(s.kind != "about" for s in column):
            for row, shown in zip(rows, show_parts([row[at] for row in counts], least), strict=True):
                row[at] = shown
    return rows
