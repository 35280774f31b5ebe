"""Keys that have moved: an old file or variable is read as if it had the new place."""

from collections.abc import Mapping
from typing import Any, TypeVar

from segspark.config.merge import merge, nested
from segspark.config.yaml_lines import Place, Problem

V = TypeVar("V")
Moves = Mapping[str, Place]
"""Former top-level key -> its place today."""


def move(data: dict[str, Any], moves: Moves) -> tuple[dict[str, Any], list[str]]:
    """The settings with every moved key at its place of today, and the former keys whose place is given as well."""
    twice = [key for key, place in moves.items() if key in data and _has(data, place)]
    moved = {key: value for key, value in data.items() if key not in moves}
    # The deepest places first, so that what they lie in does not replace them.
    for key, place in sorted(moves.items(), key=lambda item: -len(item[1])):
        if key in data and key not in twice:
            moved = merge(moved, nested(place, data[key]))
    return moved, twice


def move_places(places: Mapping[Place, V], moves: Moves) -> dict[Place, V]:
    """The same for what is known by place: lines, and names of variables."""
    return {moved_place(place, moves): value for place, value in places.items()}


def moved_place(place: Place, moves: Moves) -> Place:
    """Where the value of a place stands today."""
    new = moves.get(place[0]) if place and isinstance(place[0], str) else None
    return place if new is None else (*new, *place[1:])


def given_twice(where: str, line: int | None, key: str, place: Place) -> Problem:
    """The problem of a key that is given at its former place and at that of today."""
    now = ".".join(map(str, place))
    return Problem(
        where, line, key, None, f"it is {now} today, which is given as well.", f"Move it to {now}.", "double_key"
    )


def _has(data: Any, place: Place) -> bool:
    for key in place:
        if not isinstance(data, dict) or key not in data:
            return False
        data = data[key]
    return True
