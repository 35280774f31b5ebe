"""From the report's data to printed rows: shares, bars, trees, with small groups hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from segspark.reports.data import (
    Headline,
    KpiRow,
    Measured,
    Scheme,
    SegmentProfile,
    SegmentSize,
)
from segspark.reports.kpi_columns import KpiColumn
from segspark.reports.small_groups import Shown, show, show_parts
from segspark.segments.level_section import LevelSizes, PathSize
from segspark.segments.rfm_section import Rfm, RfmSquare

TOP_ROWS = 10
# Significance level: differences with a smaller p-value are marked.
SIGNIFICANT = 0.05


def reach_sizes(headline: Headline, least: int) -> tuple[Shown, list[tuple[str, Shown]]]:
    """People who may be written to, and the others by reason, largest first; together they are the whole list."""
    reasons = sorted(headline.not_contactable.items(), key=lambda item: (-item[1], item[0]))
    contactable, *others = show_parts([headline.n_contactable, *(n for _, n in reasons)], least)
    return contactable, [(reason, size) for (reason, _), size in zip(reasons, others, strict=True)]


@dataclass(frozen=True)
class SegmentLine:
    """A line of the size table; values that would disclose a small group are None."""

    name: str
    path: str
    size: Shown
    share: float | None
    contactable: float | None
    before: Shown | None
    entered: Shown | None
    left: Shown | None


def segment_lines(scheme: Scheme, n_people: int, least: int) -> list[SegmentLine]:
    """Lines of a scheme, largest segment first."""
    segments = sorted(scheme.segments, key=lambda s: (-s.n_people, s.name, s.path))
    guard = show_parts if scheme.is_exclusive else lambda counts, k: [show(n, k) for n in counts]
    sizes = guard([s.n_people for s in segments], least)
    befores = guard([s.n_before or 0 for s in segments], least)
    return [
        _segment_line(s, size, before if s.n_before is not None else None, n_people, least)
        for s, size, before in zip(segments, sizes, befores, strict=True)
    ]


def _segment_line(segment: SegmentSize, size: Shown, before: Shown | None, n_people: int, least: int) -> SegmentLine:
    # The movement of a group that is hidden today, or was hidden before, would disclose its size.
    is_open = size.kind == "exact" and (before is None or before.kind == "exact")
    entered, left = (show(n, least) if n is not None and is_open else None for n in (segment.n_entered, segment.n_left))
    contactable = None
    if segment.n_contactable is not None and not size.is_hidden and segment.n_people:
        contactable = segment.n_contactable / segment.n_people
    share = None if size.is_hidden or not n_people else size.n / n_people
    return SegmentLine(segment.name, segment.path, size, share, contactable, before, entered, left)


@dataclass(frozen=True)
class LevelNode:
    """A group of the tree with everybody below it; ``is_rest``: the people whose own groups are too small."""

    name: str
    n_people: int
    size: Shown
    share: float
    children: tuple["LevelNode", ...]
    is_rest: bool = False


def level_tree(levels: LevelSizes, least: int) -> tuple[LevelNode, ...]:
    """The paths as a tree, ordered by size; people whose path ends at an inner group are a rest line there."""
    total = sum(p.n_people for p in levels.paths)
    return _nodes(levels.paths, 0, total, least, is_blurred=False)


def _nodes(paths: Sequence[PathSize], depth: int, total: int, least: int, is_blurred: bool) -> tuple[LevelNode, ...]:
    below: dict[str, list[PathSize]] = {}
    for path in paths:
        if len(path.path) > depth:
            below.setdefault(path.path[depth], []).append(path)
    n_rest = sum(p.n_people for p in paths if len(p.path) == depth) if below else 0
    children = [(name, sum(p.n_people for p in group), group) for name, group in below.items()]
    children.sort(key=lambda f: (-f[1], f[0]))
    parts = [n for _, n, _ in children] + ([n_rest] if n_rest else [])
    sizes = show_parts(parts, least, is_blurred)
    nodes = [
        LevelNode(name, n, size, 0.0 if size.is_hidden else size.n / total if total else 0.0,
                  () if size.is_hidden else _nodes(group, depth + 1, total, least, size.kind == "about"))
        for (name, n, group), size in zip(children, sizes, strict=False)
    ]  # fmt: skip
    if n_rest:
        share = 0.0 if sizes[-1].is_hidden or not total else sizes[-1].n / total
        nodes.append(LevelNode("", n_rest, sizes[-1], share, (), is_rest=True))
    return tuple(nodes)


@dataclass(frozen=True)
class HeatSquare:
    """A square of the RFM map; spending is None if the group is empty or hidden."""

    size: Shown
    mean_cents: float | None


def rfm_map(rfm: Rfm, least: int) -> list[tuple[int, list[HeatSquare]]]:
    """Rows of the map: recency from the most recent down, frequency from 1 up."""
    given = {(s.recency, s.frequency): s for s in rfm.squares}
    scores = range(1, rfm.n_bins + 1)
    places = [(r, f) for r in reversed(scores) for f in scores]
    squares = [given.get(place, RfmSquare(*place, 0, None)) for place in places]
    shown = show_parts([s.n_people for s in squares], least)
    drawn = [
        HeatSquare(size, None if size.is_hidden or not s.n_people else s.mean_cents)
        for s, size in zip(squares, shown, strict=True)
    ]
    return [(r, drawn[at * rfm.n_bins : (at + 1) * rfm.n_bins]) for at, r in enumerate(reversed(scores))]


def largest_square(rows: Sequence[tuple[int, Sequence[HeatSquare]]]) -> int:
    """The largest shown size, the end of the colour scale."""
    return max((s.size.n for _, row in rows for s in row if not s.size.is_hidden), default=0)


def kpi_lines(rows: Sequence[KpiRow], columns: Sequence[KpiColumn], least: int) -> list[tuple[KpiRow, Shown]]:
    """Rows ordered by the columns with a rank, largest first, with sizes as they may be shown."""
    ranked = sorted((c for c in columns if c.place.rank is not None), key=lambda c: c.place.rank or 0)
    in_order = sorted(rows, key=lambda r: (*[-(r.values.get(c.key) or 0) for c in ranked], r.segment, r.path))
    return [(r, show(r.n_people, least)) for r in in_order]


def profile_lines(profiles: Sequence[SegmentProfile], least: int) -> list[tuple[SegmentProfile, Shown]]:
    """The largest segments that may be shown, with their size and the measures based on enough people."""
    in_order = sorted(profiles, key=lambda p: (-p.n_people, p.name, p.path))
    return [(_open(p, least), show(p.n_people, least)) for p in in_order if p.n_people >= least][:TOP_ROWS]


def _open(profile: SegmentProfile, least: int) -> SegmentProfile:
    """The profile without measures of too few people: a mean over few discloses them, in a large segment too."""
    return replace(profile, measures={k: m for k, m in profile.measures.items() if m.n is None or m.n >= least})


def is_significant(measured: Measured) -> bool:
    return measured.p_value is not None and measured.p_value < SIGNIFICANT


def known(columns: Sequence[KpiColumn], lines: Sequence[tuple[SegmentProfile, Shown]]) -> list[KpiColumn]:
    """Columns in which some segment has a value."""
    return [c for c in columns if any(c.key in p.measures and p.measures[c.key].value is not None for p, _ in lines)]


@dataclass(frozen=True)
class IntervalLine:
    name: str
    value: float
    low: float
    high: float


def interval_lines(measure: str, lines: Sequence[tuple[SegmentProfile, Shown]]) -> list[IntervalLine]:
    """The segments that have the measure with an interval, highest first."""
    measured = [(p, p.measures[measure]) for p, _ in lines if measure in p.measures]
    drawn = [
        IntervalLine(p.path or p.name, m.value, m.low, m.high)
        for p, m in measured
        if m.value is not None and m.low is not None and m.high is not None
    ]
    return sorted(drawn, key=lambda line: (-line.value, line.name))
