"""Lists that are searched and cut, and say how much of what they show."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from segspark.cli.output import print_rows
from segspark.near import find_named, folded

F = TypeVar("F", bound=Callable[..., Any])
Rows = list[dict[str, Any]]


def search_option(command: F) -> F:
    return click.option("--search", metavar="TEXT", help="Only what holds this text, without accents and case.")(
        command
    )


def top_option(of: str) -> Callable[[F], F]:
    """Only the first so many by a number.

    Args:
        of: the number in words, for the help.
    """

    def option(command: F) -> F:
        return click.option("--top", type=click.IntRange(min=1), metavar="N", help=f"Only the N with most {of}.")(
            command
        )

    return option


def searched(rows: Rows, text: str | None, columns: Sequence[str]) -> Rows:
    """The rows that hold a text in one of some columns."""
    wanted = folded(text or "")
    return [row for row in rows if any(wanted in folded(str(row.get(c) or "")) for c in columns)]


def largest(rows: Rows, n: int | None, column: str) -> Rows:
    """The n rows with the largest numbers, the largest first; all as they are where no n is given."""
    return rows if n is None else sorted(rows, key=lambda row: -(row[column] or 0))[:n]


def of_one(rows: Rows, column: str, name: str | None) -> Rows:
    """The rows of one value of a column, such as a scheme.

    Raises:
        UnknownName: no row has the value.
    """
    if name is None:
        return rows
    value = find_named(column, name, dict.fromkeys(str(row[column]) for row in rows), lambda known: (known,))
    return [row for row in rows if row[column] == value]


def print_list(
    shown: Rows, every: Rows, as_json: bool, columns: tuple[str, ...], what: str, day: object = None
) -> None:
    """The rows that are shown, and for people how many they are of how many, and of which day.

    Args:
        what: one of them, in a word.
    """
    print_rows(shown, as_json, columns, "nothing yet" if not every else "nothing found")
    if every and not as_json:
        of = f"{len(shown):,} of {len(every):,}" if len(shown) < len(every) else f"{len(every):,}"
        click.echo(f"{of} {what}{'' if len(every) == 1 else 's'}" + (f", {day}" if day else ""))
