"""Tables for a terminal: as wide as it is, with numbers at the right."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from segspark.cli.output import shown_value


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], console: Console | None = None) -> None:
    """The rows with their heads; long texts are folded, never cut."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        is_number = any(isinstance(row.get(column), int | float) for row in rows)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in rows:
        # Text, as names may hold what rich takes for markup.
        table.add_row(*(Text(shown_value(row.get(column))) for column in columns))
    (console or Console(highlight=False)).print(table)
