"""The paths of people through the levels: which groups, how many people, and where small ones are placed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from segspark.segments.definitions import Levels
from segspark.segments.entry import entry
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.engine import Column, Functions
from segspark.segments.rules.tree import And, Not, names
from segspark.segments.schemes.scheme import Typed
from segspark.segments.segment import Segment
from segspark.segments.validity import Validity

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Path = tuple[str, ...]


def level_keys(levels: Levels, f: Functions) -> Column:
    """The keys of a person's groups, from the first level to the last: an array of text."""
    return f.array(*[_first_group([(g.key, to_column(g.when, f)) for g in level.groups], f) for level in levels.levels])


def _first_group(groups: Sequence[tuple[str, Column]], f: Functions) -> Column:
    chosen = f.lit(groups[-1][0])
    for key, holds in reversed(groups[:-1]):
        chosen = f.when(holds, f.lit(key)).otherwise(chosen)
    return chosen


def read_path_sizes(people: "DataFrame", levels: Levels, f: Functions) -> dict[Path, int]:
    """People per full path: at most the product of the numbers of groups per level."""
    rows = people.groupBy(level_keys(levels, f).alias("path")).count().collect()
    return {tuple(r["path"]): r["count"] for r in rows}


def roll_up(sizes: Mapping[Path, int], min_size: int) -> dict[Path, Path]:
    """Full path -> the path where its people are placed: the deepest group that is large enough, counting those rolled
    up into it. The first level keeps the rest however small.

    Small siblings do not join a path that is large enough: they go to the parent together.
    """
    placed = {path: path for path in sizes}
    depth = max((len(p) for p in sizes), default=0)
    for length in range(depth, 1, -1):
        totals: dict[Path, int] = {}
        for path, n in sizes.items():
            totals[placed[path]] = totals.get(placed[path], 0) + n
        for path, at in placed.items():
            if len(at) == length and totals[at] < min_size:
                placed[path] = at[:-1]
    return placed


def with_placed_path(
    people: "DataFrame", placed: Mapping[Path, Path], segments: Mapping[str, Segment], f: Functions
) -> "DataFrame":
    """Join the placed path to each person's full path, by a small table.

    Args:
        people: with ``_full``, the full path as text.
        segments: by their path as text.
    """
    rows = [
        ("/".join(path), "/".join(at), len(at), segments["/".join(at)].segment_id, segments["/".join(at)].name["fr"],
         segments["/".join(at)].name["en"])
        for path, at in placed.items()
    ]  # fmt: skip
    columns = "_full string, _path string, _level int, _level_id string, _name_fr string, _name_en string"
    table = people.sparkSession.createDataFrame(rows, columns)
    return people.join(f.broadcast(table), on="_full", how="left")


def with_full_path(people: "DataFrame", levels: Levels, f: Functions) -> "DataFrame":
    """People with ``_full``: the keys of their groups as text."""
    return people.withColumn("_full", f.array_join(level_keys(levels, f), "/"))


def levels_entry(scheme: str, levels: Levels, language: str, ahead: Validity | None, f: Functions) -> Column:
    """The membership of a person with a placed path."""
    is_rolled = f.col("_full") != f.col("_path")
    return entry(
        f,
        scheme=scheme,
        segment_id=f.col("_level_id"),
        name=f.col(f"_name_{language}"),
        level=f.col("_level"),
        path=f.col("_path"),
        branch=f.when(is_rolled, f.concat("_full", f.lit(":rolled_up"))).otherwise(f.col("_full")),
        version=levels.version,
        until=_until(levels, ahead, f) if ahead is not None else None,
    )


def _until(levels: Levels, ahead: Validity, f: Functions) -> Column:
    """The day on which a person may change the group of some level: by entering an earlier group or leaving its own."""
    of_levels = []
    for level in levels.levels:
        stays = [
            And((*(Not(earlier.when) for earlier in level.groups[:at]), g.when)) for at, g in enumerate(level.groups)
        ]
        until = ahead.until(stays[-1])
        for group, tree in reversed(list(zip(level.groups[:-1], stays[:-1], strict=True))):
            until = f.when(to_column(group.when, f), ahead.until(tree)).otherwise(until)
        of_levels.append(until)
    return f.least(*of_levels) if len(of_levels) > 1 else of_levels[0]


def tried_values(levels: Levels, typed: Typed, f: Functions) -> Column:
    """The values that decided a person's path: those of every group that was tried."""
    keys = level_keys(levels, f)
    parts = []
    for at, level in enumerate(levels.levels):
        of_level = typed(())
        tried: dict[str, None] = {}
        for group in level.groups:
            tried.update(dict.fromkeys(names(group.when)))
            of_level = f.when(keys[at] == group.key, typed(list(tried))).otherwise(of_level)
        parts.append(of_level)
    return f.array_distinct(f.concat(*parts))
