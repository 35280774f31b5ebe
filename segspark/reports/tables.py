"""The generic table of a scheme's or a model's section: cells as text, with small groups hidden."""

from segspark.reports.formats import NOTHING, Formats
from segspark.reports.small_groups import Shown, show
from segspark.sections import Cell, Cents, Number, People, Share, Table


def table_rows(table: Table, least: int, formats: Formats) -> list[list[str]]:
    """The rows as text.

    Counts of people are rounded, and hidden below ``least``. Of a row with a hidden count only the first cell, its
    name, and its counts are shown.
    """
    sizes = {
        (row, column): show(cell.n, least)
        for row, cells in enumerate(table.rows)
        for column, cell in enumerate(cells)
        if isinstance(cell, People)
    }
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
