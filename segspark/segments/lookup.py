"""Look up segments by name, and stored days, in small tables; no Spark."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from segspark.errors import ConfigError
from segspark.near import folded, no_such, several
from segspark.pipeline.view import View
from segspark.segments.schemes.registry import SCHEMES
from segspark.tables.contracts import gold


def find_segment(view: View, name: str) -> dict[str, Any]:
    """The registry's row of a segment that a name means (``segment_named``).

    Raises:
        UnknownName: no such segment, or several of this name; lists what may be meant.
    """
    return segment_named(view.read_small(gold.SEGMENT_REGISTRY).to_pylist(), name)


def segment_named(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """The segment that a name means: its id, its key or one of its names, alone or after its scheme (``levels:cold``).
    Accents and case do not matter unless they alone tell segments of one scheme apart.

    Args:
        rows: of gold.segment_registry.

    Raises:
        UnknownName: no such segment, or several of this name; lists what may be meant.
    """
    meant = [row for row in rows if row["segment_id"] == name] or _called(rows, name)
    if len(meant) > 1 and len({row["scheme"] for row in meant}) == 1:
        written = name.rpartition(":")[2].strip()
        meant = [row for row in meant if written in _names(row)] or meant
    if len(meant) == 1:
        return dict(meant[0])
    if meant:
        raise several("segment", name, _told_apart(meant, name))
    # Whoever names a scheme is shown names with theirs.
    known = [n for row in rows for n in (map(partial(_qualified, row), _names(row)) if ":" in name else _names(row))]
    paths = {scheme.name for scheme in SCHEMES.all() if scheme.has_paths}
    # Groups of a model have ids for keys; neither these nor paths are names that anybody remembers.
    listed = sorted(r["segment_key"] for r in rows if r["segment_key"] != r["segment_id"] and r["scheme"] not in paths)
    raise no_such("segment", name, known, "`segspark segments list` shows all.", listed)


def _called(rows: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """The segments of a name; a name may hold a colon that ends no scheme."""
    scheme, colon, rest = name.partition(":")
    wanted, of_scheme, below = folded(name), folded(scheme), folded(rest)
    return [
        row
        for row in rows
        if wanted in map(folded, _names(row))
        or (colon and of_scheme == folded(row["scheme"]) and below in map(folded, (row["segment_id"], *_names(row))))
    ]


def _told_apart(meant: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """The names of segments with their schemes; ids where these are alike too."""
    wanted = {folded(name), folded(name.partition(":")[2])}
    labels = [_qualified(row, next(n for n in _names(row) if folded(n) in wanted)) for row in meant]
    return [row["segment_id"] if labels.count(label) > 1 else label for row, label in zip(meant, labels, strict=True)]


def _qualified(row: Mapping[str, Any], name: str) -> str:
    return f"{row['scheme']}:{name}"


def _names(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["segment_key"], row["name_fr"], row["name_en"]


def newest_day(view: View, as_of: date | None) -> date:
    """The given day, or the newest stored one.

    Raises:
        ConfigError: no such day.
    """
    days = view.facts(gold.SEGMENTS).days
    if not days:
        raise ConfigError("The lake has no segments yet. Run: segspark run daily --as-of DATE")
    if as_of is not None and as_of not in days:
        raise ConfigError(f"There are no segments of {as_of}; stored days are {days[0]} to {days[-1]}.")
    return as_of or days[-1]


def previous_day(view: View, as_of: date) -> date | None:
    """The newest stored day before another, without provisional ones."""
    earlier = (d for d in reversed(view.facts(gold.SEGMENTS).days) if d < as_of)
    return next((d for d in earlier if not is_provisional_day(view, d)), None)


def is_provisional_day(view: View, day: date) -> bool:
    """Whether the segments of a stored day were made by an hourly run and are not replaced yet."""
    return view.is_marked(gold.SEGMENTS, "is_provisional", day)
