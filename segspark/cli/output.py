"""Shared by the commands: options, rows as a table or JSON, and lines of progress."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from segspark.app.finding import find_workspace
from segspark.config.url import Url, why_no_path, why_no_store, without_file

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """A calendar date, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2026-06-01", param, ctx)


class LocalPath(click.Path):
    """A path of this machine; the address of a bucket is refused instead of becoming a folder of its name."""

    def __init__(self, file_okay: bool = True) -> None:
        super().__init__(path_type=Path, file_okay=file_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str):
            if why := why_no_path(value):
                self.fail(why, param, ctx)
            value = without_file(value)
        return super().convert(value, param, ctx)


class FilePlace(click.ParamType):  # type: ignore[type-arg]
    """A file to write: a path or the URL of a store."""

    name = "path or url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, Url):
            return value
        if why := why_no_store(value):
            self.fail(why, param, ctx)
        return Url(value)


def config_option(command: F) -> F:
    """The workspace as ``config``; where none is named it is found after the rest of the line is known to be right."""

    @wraps(command)
    def with_workspace(*given: Any, config: Path | None, **options: Any) -> Any:
        return command(*given, config=config or find_workspace(), **options)

    option = click.option(
        "--config",
        "config",
        type=LocalPath(),
        help="The workspace's segspark.yaml, or its folder. Default: SEGSPARK_WORKSPACE, else the nearest from here up.",
    )
    return cast(F, option(with_workspace))


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="JSON for programs.")(command)


def as_typed(program: str, called: str | None = None) -> str:
    """A program of this environment as the reader can type it in the shell that called this command.

    Args:
        program: one that is installed beside ``segspark``.
        called: how this command was called; a shell that looked it up gives the whole path.
    """
    beside = os.path.join(os.path.dirname(called or sys.argv[0]), program)
    is_found_by_name = shutil.which(program) == beside
    return program if is_found_by_name or not os.path.isfile(beside) else shlex.quote(beside)


def print_rows(rows: list[dict[str, Any]], as_json: bool, columns: tuple[str, ...], empty: str = "nothing yet") -> None:
    """Rows as JSON, as a table that fits the terminal, or elsewhere as plain text that is cut nowhere but at 70 signs.

    Args:
        empty: what is said of no rows.
    """
    if as_json:
        click.echo(json.dumps(rows, default=str, ensure_ascii=False))
    elif not rows:
        click.echo(empty)
    elif is_rich():
        from segspark.cli.tables import print_table

        print_table(rows, columns)
    else:
        _print_plain(rows, columns)


def _print_plain(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    shown = [[shown_value(r.get(c)) for c in columns] for r in rows]
    widths = [min(max(len(c), *(len(r[at]) for r in shown)), 70) for at, c in enumerate(columns)]
    click.echo("  ".join(c.ljust(w) for c, w in zip(columns, widths, strict=True)).rstrip())
    for row, values in zip(shown, rows, strict=True):
        cells = [
            cell.rjust(w) if isinstance(values.get(c), int | float) else cell.ljust(w)
            for cell, w, c in zip(row, widths, columns, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def is_rich(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether standard output is a terminal of somebody who wants more than plain text."""
    asks_for_plain = environ.get("NO_COLOR") or environ.get("CI") or environ.get("TERM") in (None, "", "dumb")
    return not asks_for_plain and sys.stdout.isatty()


def shown_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


# Pages and profiles hide small groups; what a command tells the operator is exact.
INTERNAL = "internal: exact counts, of small groups too; not to be passed on"


def marked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each marked as internal for programs that pass them on."""
    return [{**row, "internal": True} for row in rows]


def say_internal(as_json: bool) -> None:
    """Mark what was printed for people; programs find the mark in the rows."""
    if not as_json:
        click.echo(INTERNAL)


def say_published(*described: Mapping[str, Any]) -> None:
    """Say of which days the shown profile is the published one."""
    days = sorted({str(one["segment_date"]) for one in described if one["profile_is"] == "published"})
    if days:
        click.echo(
            f"of {' and '.join(days)} only the published profile is stored: it is rounded and hides small groups"
        )


def progress_lines(quiet: bool = False) -> Any:
    from segspark.pipeline.progress import Lines, Quiet

    return Quiet() if quiet else Lines()


# Families of mailbox providers that a preview names; the rest are few people.
MOST_PROVIDERS = 6


def preview_lines(preview: Mapping[str, Any]) -> list[str]:
    """What a preview says besides sizes: revenue, mailbox providers, the change since the day before, and who answered if it took
    long."""
    lines = [f"net revenue of 365 days: {preview['revenue_cents_365d'] / 100:,.0f} {preview['currency']}"]
    if preview["margin_cents_365d"] is not None:
        lines.append(f"margin of 365 days: {preview['margin_cents_365d'] / 100:,.0f} {preview['currency']}")
    if (n := preview["contactable"]) and set(preview["mailbox_providers"]) != {"unknown"}:
        shares = [f"{name} {of / n:.0%}" for name, of in preview["mailbox_providers"].items()]
        lines.append(f"mailbox providers: {', '.join(shares[:MOST_PROVIDERS])}")
    if preview["change"] is not None:
        lines.append(f"since {preview['since']}: {preview['change']:+,} people")
    if preview["engine"].startswith("Spark"):
        lines.append(f"answered by {preview['engine']}")
    if not preview["is_verified"]:
        lines.append("the files are many: they were not compared with their checksums")
    return lines


def matrix_lines(previews: Sequence[Mapping[str, Any]]) -> list[str]:
    """The number of people shared by each pair of previewed segments; the diagonal has the size of each."""
    numbers = [
        [f"{row['people'] if other is row else row['among_previewed'][other['name']]:,}" for other in previews]
        for row in previews
    ]
    width = max(len(n) for row in numbers for n in row)
    names = [f"{at} {row['name']}" for at, row in enumerate(previews, 1)]
    longest = max(map(len, names))
    heads = "  ".join(f"{at:>{width}}" for at in range(1, len(previews) + 1))
    return [
        "overlap matrix, people in both:",
        f"{'':{longest}}  {heads}",
        *(
            f"{name:{longest}}  {'  '.join(f'{n:>{width}}' for n in row)}"
            for name, row in zip(names, numbers, strict=True)
        ),
    ]
