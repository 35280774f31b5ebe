"""``segspark segments curve`` and ``overlap``: sizes at every threshold, and people whom segments share. No Spark."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segspark.cli.lists import largest, search_option, searched, top_option
from segspark.cli.output import config_option, json_option, marked, print_rows, say_internal
from segspark.cli.segments import as_of_option

if TYPE_CHECKING:
    from segspark.query.curve import Curve, CurvePoint, Direction

# Windows that people think in.
_WINDOWS = frozenset((1, 2, 3, 7, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365))
_MOST_ROWS = 14
_PAIRS = 20


@click.command("curve")
@click.argument("target", metavar="NAME|CONDITION|everybody")
@click.argument("along", metavar="VALUE|ACT")
@config_option
@as_of_option
@click.option("--at-least", "direction", flag_value="at_least", help="People with a threshold's value or more.")
@click.option("--at-most", "direction", flag_value="at_most", help="People with a threshold's value or less.")
@click.option(
    "--within", type=click.IntRange(min=1), help="Of an act: on how many distinct days of the last so many it was done."
)
@click.option(
    "--between", type=float, nargs=2, help="Two thresholds: who enters or leaves from the first to the second."
)
@json_option
def curve(
    target: str,
    along: str,
    config: Path,
    as_of: date | None,
    direction: "Direction | None",
    within: int | None,
    between: tuple[float, float] | None,
    as_json: bool,
) -> None:
    """People, contactable and revenue at every threshold of a value such as days_since_order, or for every window of an
    act such as click, within a rule or a condition. The rule's own comparison with the value is the one that moves. Windows
    need not be declared; --json has every threshold."""
    from segspark.app.workspace import open_workspace
    from segspark.query.curve import moved
    from segspark.query.curves import curve_of

    found = curve_of(open_workspace(config), target, along, as_of, direction, within)
    change = moved(found.points, found.direction, *between) if between else None
    if as_json:
        told = {**asdict(found), "internal": True}
        click.echo(json.dumps({**told, "moved": asdict(change)} if change else told, default=str, ensure_ascii=False))
        return
    click.echo(f"{found.name} as of {found.as_of}, {_what(found, within)}")
    side = "at least" if found.direction == "at_least" else "at most"
    head = "in the last days" if found.is_window else f"{side}, {found.unit or 'value'}"
    rows = [
        {
            head: _short(p.threshold),
            "people": p.people,
            "contactable": p.contactable,
            "revenue": round(p.revenue_cents / 100),
        }
        for p in shown_points(found.points, found.is_window)
    ]
    print_rows(rows, False, (head, "people", "contactable", "revenue"), "nobody")
    if change and between:
        click.echo(_moved(between, change))
    if found.engine != "bitmaps":
        click.echo(f"answered by {found.engine}")
    say_internal(as_json)


def _what(found: "Curve", within: int | None) -> str:
    if within:
        return f"by the distinct days with {found.along} in the last {within}"
    return f"who did {found.along}" if found.is_window else f"by {found.along}"


def _moved(between: tuple[float, float], change: "CurvePoint") -> str:
    word = "leave" if change.people < 0 else "enter"
    first, second = map(_short, between)
    return (
        f"from {first} to {second}: {abs(change.people):,} people {word}, {abs(change.contactable):,} may be written to"
    )


def _short(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def shown_points(points: "Sequence[CurvePoint]", is_window: bool) -> "list[CurvePoint]":
    """Some of many points: usual windows, else the same number of thresholds apart; always the first and the last."""
    if len(points) <= _MOST_ROWS:
        return list(points)
    if is_window:
        return [p for p in points[:-1] if p.threshold in _WINDOWS] + [points[-1]]
    return [points[round(n * (len(points) - 1) / (_MOST_ROWS - 1))] for n in range(_MOST_ROWS)]


@click.command("overlap")
@config_option
@as_of_option
@search_option
@top_option("both")
@json_option
def overlap(config: Path, as_of: date | None, search: str | None, top: int | None, as_json: bool) -> None:
    """How many people each two segments of a day share, the largest first."""
    from segspark.app.workspace import open_workspace
    from segspark.query.overlap import overlaps

    every = marked(overlaps(open_workspace(config), as_of))
    rows = largest(
        searched(every, search, ("segment_name", "other_segment_name")), top if as_json else top or _PAIRS, "both"
    )
    columns = ("scheme", "segment_name", "people", "other_scheme", "other_segment_name", "other_people", "both")
    print_rows(rows, as_json, columns, "no two segments share anybody")
    say_internal(as_json)


COMMANDS = (curve, overlap)
