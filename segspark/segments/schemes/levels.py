"""Levels: everybody has one path of groups, from the first level to the last; small paths roll up."""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

from segspark.ids import mint
from segspark.sections import Section
from segspark.segments.definitions import Levels, levels_from
from segspark.segments.level_files import read_levels
from segspark.segments.level_section import STEP, levels_section
from segspark.segments.rules.tree import Always, And, Node, Not, looked_at
from segspark.segments.schemes.permission import permits
from segspark.segments.schemes.scheme import (
    Conditions,
    Content,
    Prepared,
    Refused,
    Scheme,
    SchemeContext,
    StoredDay,
    Typed,
    Written,
)
from segspark.segments.segment import Segment

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def _prepare(context: SchemeContext, people: "DataFrame") -> Prepared | Refused:
    from segspark.segments.level_paths import (
        levels_entry,
        read_path_sizes,
        roll_up,
        tried_values,
        with_full_path,
        with_placed_path,
    )

    found = context.definitions.of(LEVELS.name, Levels)
    if not found:
        return Refused()
    (levels,) = found

    def place(computed: "DataFrame") -> "tuple[DataFrame, tuple[Segment, ...]]":
        permitting = computed.where(permits(LEVELS, context.f))
        placed = roll_up(read_path_sizes(permitting, levels, context.f), context.settings.segments.least_people)
        segments = level_segments(levels, placed.values())
        by_path = {s.key: s for s in segments}
        return with_placed_path(with_full_path(computed, levels, context.f), placed, by_path, context.f), segments

    def deciding(typed: Typed) -> "Mapping[str | None, Column]":
        return {None: tried_values(levels, typed, context.f)}

    return Prepared(
        segments=(),
        entries=(levels_entry(LEVELS.name, levels, context.language, context.ahead, context.f),),
        contents=(Content(levels.version, LEVELS.name, levels.content),),
        deciding=deciding,
        place=place,
        looks_at={None: looked_at(group.when for level in levels.levels for group in level.groups)},
    )


def level_segments(levels: Levels, paths: Iterable[tuple[str, ...]]) -> tuple[Segment, ...]:
    """The segments of some paths, each named by its groups."""
    names = [{g.key: g.name for g in level.groups} for level in levels.levels]
    return tuple(
        Segment(
            LEVELS.name,
            mint(LEVELS.name, "/".join(path)),
            "/".join(path),
            {lang: STEP.join(names[i][k][lang] for i, k in enumerate(path)) for lang in ("fr", "en")},
        )
        for path in sorted(set(paths))
    )


def possible_segments(levels: Levels) -> tuple[Segment, ...]:
    """Every segment that the levels may give: each path of groups, and each prefix of one."""
    keys = [[g.key for g in level.groups] for level in levels.levels]
    return level_segments(levels, (path for depth in range(1, len(keys) + 1) for path in product(*keys[:depth])))


def _explain(row: Mapping[str, Any], content: Any) -> Conditions:
    """The groups of the person's path and those tried before them; the sentence names the latter only if there is
    nothing else."""
    tried: list[Node] = []
    shown: list[Node] = []
    n_told = len(row["path"].split("/"))
    keys = row["branch_id"].removesuffix(":rolled_up").split("/")
    for depth, (level, key) in enumerate(zip(levels_from(content).levels, keys, strict=True)):
        at = next(at for at, g in enumerate(level.groups) if g.key == key)
        chosen = level.groups[at].when
        failed = [Not(g.when) for g in level.groups[:at]]
        own = [] if isinstance(chosen, Always) else [chosen]
        tried += [*failed, *own]
        # People who were rolled up are in the group of the level above.
        shown += (own or failed) if depth < n_told else []
    return Conditions(And(tuple(tried)), And(tuple(shown)))


def _section(day: StoredDay) -> Section:
    return levels_section(LEVELS.name, day)


LEVELS = Scheme(
    name="levels",
    titles={"fr": "Niveaux", "en": "Levels"},
    order=4,
    exclusive=True,
    purpose="profiling",
    prepare=_prepare,
    explain=_explain,
    written=Written(read_levels, levels_from, possible_segments, lambda found: f"levels: {'yes' if found else 'no'}"),
    section=_section,
    has_paths=True,
)
