"""How results show themselves: in the workspace's language, with small groups hidden.

A saved notebook keeps what a result shows, as text and as HTML, and notebooks are passed on. So both follow the rule of
pages: counts are rounded, and those below ``segments.min_size`` are hidden (measure/small_groups.py). Attributes and
``to_arrow`` are exact.
"""

import math
from collections.abc import Iterable, Sequence
from html import escape

from segspark.config.models import Workspace
from segspark.measure.small_groups import NO_FLOOR, base_of, rounded
from segspark.reports.formats import NOTHING, Formats
from segspark.reports.page import Page
from segspark.reports.small_groups import show
from segspark.reports.texts import Texts

# Larger tables show their first rows, and say how many there are.
MOST_ROWS = 30
_TABLE = "border-collapse:collapse;font-variant-numeric:tabular-nums"
_CELL = "padding:.2em .8em;border-bottom:1px solid #d8dde5;text-align:"


def page_of(workspace: Workspace) -> Page:
    """The notation of a workspace, and the least group that it shows."""
    language = workspace.language
    return Page(Formats(language, workspace.currency), Texts(language), workspace.segments.least_shown)


def people(page: Page, n: int | None) -> str:
    """A count of people."""
    return NOTHING if n is None else page.formats.people(show(n, page.least))


def in_code(page: Page) -> Page:
    """The same floor in the notation of ``repr``, which is English whatever the workspace speaks."""
    return Page(Formats("en", page.formats.currency), Texts("en"), page.least)


def drawn(page: Page, n: int) -> int:
    """A count of people as a plot draws it; 0 of a hidden one."""
    return rounded(n, page.least)


def drawn_money(page: Page, cents: int, n: int) -> float | None:
    """An amount of n people as a plot draws it; None if it would tell of a few of them.

    It has the grain of the rounded count: a step is what so many people as the count is rounded to have on average.
    Otherwise the difference of two sums would tell what one person has spent.
    """
    if page.least <= NO_FLOOR:
        return float(cents)
    if not rounded(n, page.least):
        return None
    grain = abs(cents) / n * base_of(page.least)
    return round(cents / step) * step if (step := _round_step(grain)) else 0.0


def _round_step(least: float) -> float:
    """The smallest 1, 2 or 5 times a power of ten that is not below a number; 0 of 0."""
    if not least:
        return 0.0
    ten = 10.0 ** math.floor(math.log10(least))
    return next(times * ten for times in (1, 2, 5, 10) if times * ten >= least)


def money(page: Page, cents: int, n: int) -> str:
    """An amount of n people."""
    return page.formats.money(drawn_money(page, cents, n), 0)


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "", note: str = "", n_texts: int = 1
) -> str:
    """An HTML table; every text is escaped.

    Args:
        n_texts: the first so many columns hold text, the others numbers.
    """

    def line(tag: str, cells: Sequence[str]) -> str:
        aligned = (f"{_CELL}{'left' if at < n_texts else 'right'}" for at in range(len(cells)))
        filled = (f'<{tag} style="{style}">{escape(cell)}</{tag}>' for style, cell in zip(aligned, cells, strict=True))
        return f"<tr>{''.join(filled)}</tr>"

    above = f'<caption style="text-align:left"><b>{escape(caption)}</b></caption>' if caption else ""
    below = f"<p><small>{escape(note)}</small></p>" if note else ""
    body = "".join(line("td", row) for row in rows)
    return f'<table style="{_TABLE}">{above}<thead>{line("th", head)}</thead><tbody>{body}</tbody></table>{below}'


def floor_note(page: Page) -> str:
    """What is said of rounded counts; nothing without a floor."""
    return "" if page.least <= NO_FLOOR else page.texts("small_groups", base=base_of(page.least), k=page.least)
