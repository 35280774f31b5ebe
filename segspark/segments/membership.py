"""The memberships of a day, in one wide pass over the people for any number of schemes and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.ids import mint
from segspark.segments.definitions import Definitions, Levels, Rule
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.tree import And, Not, Or
from segspark.segments.segment import Segment
from segspark.segments.validity import Validity
from segspark.tables.contracts.gold import SEGMENTS

EXCLUSIVE = ("levels", "rfm", "behaviour", "rare")


@dataclass(frozen=True)
class Grouping:
    """An exclusive scheme whose groups are named by a column: RFM cells, clusters.

    Attributes:
        column: the people's column with the group's key.
        segments: key -> segment.
        version: definition_version of all rows.
        score: column by which the scheme ranks, or None.
        paths: key -> segment ids of the nested groups, from the coarsest to the segment itself; by default the key.
    """

    scheme: str
    column: str
    segments: Mapping[str, Segment]
    version: str
    score: str | None = None
    model_version: str | None = None
    paths: Mapping[str, tuple[str, ...]] | None = None


def level_keys(levels: Levels) -> Column:
    """The keys of a person's groups, from the first level to the last: an array of text."""
    return F.array(*[_first_group([(g.key, to_column(g.when)) for g in level.groups]) for level in levels.levels])


def _first_group(groups: Sequence[tuple[str, Column]]) -> Column:
    chosen = F.lit(groups[-1][0])
    for key, holds in reversed(groups[:-1]):
        chosen = F.when(holds, F.lit(key)).otherwise(chosen)
    return chosen


def read_path_sizes(people: DataFrame, levels: Levels) -> dict[tuple[str, ...], int]:
    """People per full path: at most the product of the numbers of groups per level."""
    rows = people.groupBy(level_keys(levels).alias("path")).count().collect()
    return {tuple(r["path"]): r["count"] for r in rows}


def roll_up(sizes: Mapping[tuple[str, ...], int], min_size: int) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Full path -> the path where its people are placed: the deepest group that is large enough, counting those rolled
    up into it. The first level keeps the rest however small.

    Small siblings do not join a path that is large enough: they go to the parent together.
    """
    placed = {path: path for path in sizes}
    depth = max((len(p) for p in sizes), default=0)
    for length in range(depth, 1, -1):
        totals: dict[tuple[str, ...], int] = {}
        for path, n in sizes.items():
            totals[placed[path]] = totals.get(placed[path], 0) + n
        for path, at in placed.items():
            if len(at) == length and totals[at] < min_size:
                placed[path] = at[:-1]
    return placed


def level_segments(levels: Levels, placed: Mapping[tuple[str, ...], tuple[str, ...]]) -> list[Segment]:
    """The segments that have people, each a path of groups."""
    names = [{g.key: g.name for g in level.groups} for level in levels.levels]
    paths = sorted(set(placed.values()))
    return [
        Segment(
            "levels",
            mint("levels", "/".join(path)),
            "/".join(path),
            {lang: " › ".join(names[i][k][lang] for i, k in enumerate(path)) for lang in ("fr", "en")},
        )
        for path in paths
    ]


def rule_segments(rules: Sequence[Rule]) -> list[Segment]:
    return [Segment("rules", mint("rules", r.key), r.key, r.name, r.description) for r in rules]


def assign_segments(
    people: DataFrame,
    definitions: Definitions,
    placed: Mapping[tuple[str, ...], tuple[str, ...]] | None,
    groupings: Sequence[Grouping],
    as_of: date,
    language: str,
    ahead: Validity | None = None,
    entries: Sequence[Column] | None = None,
) -> DataFrame:
    """The memberships of a day.

    Args:
        people: feature frame with profile, scores, calendar and contactability (person_id, is_contactable,
            not_contactable_reason, and all values used by the definitions).
        placed: roll_up of the levels; None if the scheme is switched off.
        ahead: validity of values in the coming days; without it a membership is valid until the next day.
        entries: ``entries_of`` the definitions and groupings, if computed already.

    Returns:
        Rows of gold.segments, without the run's mark: one per person and exclusive scheme, one per matched rule.
    """
    if placed is None:
        definitions = replace(definitions, levels=None)
    if entries is None:
        entries = entries_of(definitions, groupings, language, ahead)
    base = people
    if definitions.levels is not None and placed is not None:
        base = _with_placed_path(people, definitions.levels, placed)
    # The array comes first and by itself, without a lambda over it: otherwise Spark interprets all conditions instead
    # of compiling them.
    of_person = ("person_id", "is_contactable", "not_contactable_reason")
    each = base.select(*of_person, F.array(*entries).alias("all")).select(*of_person, F.explode("all").alias("s"))
    exploded = each.where(F.col("s").isNotNull()).select(*of_person, "s.*")
    until = F.coalesce("valid_until", F.lit(as_of + timedelta(days=1)))
    columns = [c for c in SEGMENTS.column_names if c != "is_provisional"]
    return exploded.withColumns({"segment_date": F.lit(as_of), "valid_until": until}).select(*columns)


def entries_of(
    definitions: Definitions, groupings: Sequence[Grouping], language: str, ahead: Validity | None
) -> list[Column]:
    """A column per scheme and rule with a person's membership, or null. Building them takes some thousand JVM calls,
    but needs no rows of people."""
    entries: list[Column] = []
    if definitions.levels is not None:
        entries.append(_levels_entry(definitions.levels, language, _levels_until(definitions.levels, ahead)))
    entries += [_grouping_entry(g, language) for g in groupings]
    entries += [_rule_entry(rule, language, ahead.until(rule.when) if ahead else None) for rule in definitions.rules]
    return entries


def _entry(
    *, scheme: str, segment_id: Column, name: Column, level: Column, path: Column, branch: Column, version: str,
    score: Column | None = None, model_version: str | None = None, until: Column | None = None,
) -> Column:  # fmt: skip
    return F.struct(
        F.lit(scheme).alias("scheme"),
        segment_id.alias("segment_id"),
        name.alias("segment_name"),
        level.cast("int").alias("level"),
        path.alias("path"),
        (score if score is not None else F.lit(None)).cast("double").alias("score"),
        branch.alias("branch_id"),
        F.lit(version).alias("definition_version"),
        F.lit(model_version).cast("string").alias("model_version"),
        (until if until is not None else F.lit(None)).cast("date").alias("valid_until"),
    )


def _with_placed_path(
    people: DataFrame, levels: Levels, placed: Mapping[tuple[str, ...], tuple[str, ...]]
) -> DataFrame:
    """Join the placed path to each person's full path, by a small table."""
    segments = {s.key: s for s in level_segments(levels, placed)}
    rows = [
        ("/".join(path), "/".join(at), len(at), segments["/".join(at)].segment_id, segments["/".join(at)].name["fr"],
         segments["/".join(at)].name["en"])
        for path, at in placed.items()
    ]  # fmt: skip
    columns = "_full string, _path string, _level int, _level_id string, _name_fr string, _name_en string"
    table = people.sparkSession.createDataFrame(rows, columns)
    full = F.array_join(level_keys(levels), "/")
    return people.withColumn("_full", full).join(F.broadcast(table), on="_full", how="left")


def _levels_until(levels: Levels, ahead: Validity | None) -> Column | None:
    """The day on which a person may change the group of some level: by entering an earlier group or leaving its own."""
    if ahead is None:
        return None
    of_levels = []
    for level in levels.levels:
        stays = [
            And((*(Not(earlier.when) for earlier in level.groups[:at]), g.when)) for at, g in enumerate(level.groups)
        ]
        until = ahead.until(stays[-1])
        for group, tree in reversed(list(zip(level.groups[:-1], stays[:-1], strict=True))):
            until = F.when(to_column(group.when), ahead.until(tree)).otherwise(until)
        of_levels.append(until)
    return F.least(*of_levels) if len(of_levels) > 1 else of_levels[0]


def _levels_entry(levels: Levels, language: str, until: Column | None) -> Column:
    is_rolled = F.col("_full") != F.col("_path")
    return _entry(
        scheme="levels",
        segment_id=F.col("_level_id"),
        name=F.col(f"_name_{language}"),
        level=F.col("_level"),
        path=F.col("_path"),
        branch=F.when(is_rolled, F.concat("_full", F.lit(":rolled_up"))).otherwise(F.col("_full")),
        version=levels.version,
        until=until,
    )


def _grouping_entry(grouping: Grouping, language: str) -> Column:
    key = F.col(grouping.column).cast("string")
    pairs = [(k, s) for k, s in sorted(grouping.segments.items())]
    ids = F.create_map(*[F.lit(x) for k, s in pairs for x in (k, s.segment_id)])
    labels = F.create_map(*[F.lit(x) for k, s in pairs for x in (k, s.name[language])])
    nested = sorted((grouping.paths or {}).items())
    paths = F.create_map(*[F.lit(x) for k, p in nested for x in (k, "/".join(p))]) if nested else None
    depths = F.create_map(*[F.lit(x) for k, p in nested for x in (k, len(p))]) if nested else None
    entry = _entry(
        scheme=grouping.scheme,
        segment_id=F.try_element_at(ids, key),
        name=F.try_element_at(labels, key),
        level=F.lit(1) if depths is None else F.try_element_at(depths, key),
        path=key if paths is None else F.try_element_at(paths, key),
        branch=key,
        version=grouping.version,
        score=F.col(grouping.score) if grouping.score else None,
        model_version=grouping.model_version,
    )
    return F.when(F.try_element_at(ids, key).isNotNull(), entry)


def _rule_entry(rule: Rule, language: str, until: Column | None) -> Column:
    branch = F.lit("when")
    if isinstance(rule.when, Or):
        for at, part in reversed(list(enumerate(rule.when.parts))):
            branch = F.when(to_column(part), F.lit(f"any[{at}]")).otherwise(branch)
    entry = _entry(
        scheme="rules",
        segment_id=F.lit(mint("rules", rule.key)),
        name=F.lit(rule.name[language]),
        level=F.lit(1),
        path=F.lit(rule.key),
        branch=branch,
        version=rule.version,
        until=until,
    )
    return F.when(to_column(rule.when), entry)
