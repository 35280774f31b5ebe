"""The generic table of a scheme's or a model's section: cells as text, with small groups hidden."""

from segspark.reports.formats import NOTHING, Formats
from segspark.reports.small_groups import Shown, show_parts
from segspark.sections import Cell, Cents, Number, People, Share, Table


def table_rows(table: Table, least: int, formats: Formats) -> list[list[str]]:
    """The rows as text.

    Counts of people below ``least`` are hidden. The sum of a column may be known, so a single hidden count of it has
    another one rounded. Of a row with a hidden count only the first cell, its name, and its counts are shown.
    """
    sizes = _sizes(table, least)
    hidden = {row for (row, _), size in sizes.items() if size.is_hidden}
    return [
        [
            NOTHING
            if column and row in hidden and (row, column) not in sizes
            else _text(cell, sizes.get((row, column)), formats)
            for column, cell in enumerate(cells)
        ]
        for row, cells in enumerate(table.rows)
    ]


def _sizes(table: Table, least: int) -> dict[tuple[int, int], Shown]:
    """(row, column) -> each count of people as it may be shown."""
    sizes: dict[tuple[int, int], Shown] = {}
    for column in range(len(table.columns)):
        cells = {row: cells[column] for row, cells in enumerate(table.rows)}
        counts = {row: cell.n for row, cell in cells.items() if isinstance(cell, People)}
        shown = show_parts(list(counts.values()), least)
        sizes |= {(row, column): size for row, size in zip(counts, shown, strict=True)}
    return sizes


def _text(cell: Cell, size: Shown | None, formats: Formats) -> str:
    if size is not None:
        return formats.people(size)
    match cell:
        case Share(value):
            return formats.share(value)
        case Cents(value):
            return formats.money(value, 0)
        case Number(value, digits):
            return formats.number(value, digits)
    return str(cell)
