"""Look up segments by name, and stored days, in small tables; no Spark."""

from datetime import date
from typing import Any

from segspark.errors import ConfigError
from segspark.pipeline.view import View
from segspark.segments.schemes.registry import SCHEMES
from segspark.tables.contracts import gold


def find_segment(view: View, name: str) -> dict[str, Any]:
    """The registry's row of a segment by id, key or one of its names.

    Raises:
        ConfigError: no such segment, or several of this name; lists what exists.
    """
    rows = view.read_small(gold.SEGMENT_REGISTRY).to_pylist()
    wanted = name.strip().lower()
    matches = [r for r in rows if r["segment_id"] == name]
    matches = matches or [
        r for r in rows if wanted in (r["segment_key"].lower(), r["name_fr"].lower(), r["name_en"].lower())
    ]
    if len(matches) == 1:
        return dict(matches[0])
    if matches:
        raise ConfigError(
            f"{name!r} is the name of {len(matches)} segments; use an id: {[r['segment_id'] for r in matches]}"
        )
    paths = {scheme.name for scheme in SCHEMES.all() if scheme.has_paths}
    # Groups of a model have ids for keys; neither these nor paths are names that anybody remembers.
    names = sorted(r["segment_key"] for r in rows if r["segment_key"] != r["segment_id"] and r["scheme"] not in paths)
    raise ConfigError(f"There is no segment {name!r}. There are {names[:20]} and more; see `segspark segments list`.")


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
