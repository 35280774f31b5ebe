"""From the report's data to printed rows: shares, bars, trees, with small groups hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from segspark.measure.small_groups import NO_FLOOR
from segspark.models.evaluate.evaluation import Decile, Evaluation
from segspark.reports.data import (
    Headline,
    KpiRow,
    Kpis,
    Measured,
    QuarantineCount,
    Scheme,
    SegmentProfile,
    SegmentSize,
)
from segspark.reports.kpi_columns import KpiColumn
from segspark.reports.small_groups import Shown, means_of, share_of, show
from segspark.segments.level_section import LevelSizes, PathSize
from segspark.segments.rfm_section import Rfm, RfmCell, RfmSquare

TOP_ROWS = 10
# Significance level: differences with a smaller p-value are marked.
SIGNIFICANT = 0.05


def reach_sizes(headline: Headline, least: int) -> tuple[Shown, list[tuple[str, Shown]]]:
    """People who may be written to, and the others by reason, largest first; together they are the whole list."""
    reasons = [(reason, show(n, least)) for reason, n in headline.not_contactable.items()]
    return show(headline.n_contactable, least), sorted(reasons, key=lambda item: (-item[1].known, item[0]))


@dataclass(frozen=True)
class SegmentLine:
    """A line of the size table; ``share`` is None if a part of it is hidden."""

    name: str
    path: str
    size: Shown
    share: float | None
    contactable: Shown | None
    before: Shown | None
    entered: Shown | None
    left: Shown | None


def segment_lines(scheme: Scheme, n_people: int, least: int) -> list[SegmentLine]:
    """Lines of a scheme, largest segment first."""
    whole = show(n_people, least)
    lines = [_segment_line(s, whole, least) for s in scheme.segments]
    # By the shown size: the order of two exact ones tells which is larger.
    return sorted(lines, key=lambda line: (-line.size.known, line.name, line.path))


def _segment_line(segment: SegmentSize, whole: Shown, least: int) -> SegmentLine:
    def of(n: int | None) -> Shown | None:
        return None if n is None else show(n, least)

    size = show(segment.n_people, least)
    return SegmentLine(
        segment.name,
        segment.path,
        size,
        share_of(size, whole),
        of(segment.n_contactable),
        of(segment.n_before),
        of(segment.n_entered),
        of(segment.n_left),
    )


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
    total = show(sum(p.n_people for p in levels.paths), least)
    return _nodes(levels.paths, 0, total, least)


def _nodes(paths: Sequence[PathSize], depth: int, total: Shown, least: int) -> tuple[LevelNode, ...]:
    below: dict[str, list[PathSize]] = {}
    for path in paths:
        if len(path.path) > depth:
            below.setdefault(path.path[depth], []).append(path)
    n_rest = sum(p.n_people for p in paths if len(p.path) == depth) if below else 0
    children = [(name, sum(p.n_people for p in group), group) for name, group in below.items()]
    children.sort(key=lambda f: (-show(f[1], least).known, f[0]))
    nodes = []
    for name, n, group in children:
        size = show(n, least)
        inside = () if size.is_hidden else _nodes(group, depth + 1, total, least)
        nodes.append(LevelNode(name, n, size, share_of(size, total) or 0.0, inside))
    if n_rest:
        size = show(n_rest, least)
        nodes.append(LevelNode("", n_rest, size, share_of(size, total) or 0.0, (), is_rest=True))
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
    counts = [s.n_people for s in squares]
    means = means_of([s.mean_cents for s in squares], counts, sum(counts), least)
    drawn = [HeatSquare(show(n, least), mean) for n, mean in zip(counts, means, strict=True)]
    return [(r, drawn[at * rfm.n_bins : (at + 1) * rfm.n_bins]) for at, r in enumerate(reversed(scores))]


def by_size(cells: Sequence[RfmCell], least: int) -> list[RfmCell]:
    """The largest shown size first, with the means that may be shown."""
    counts = [c.n_people for c in cells]
    means = means_of([c.mean_cents for c in cells], counts, sum(counts), least)
    shown = [replace(c, mean_cents=mean) for c, mean in zip(cells, means, strict=True)]
    return sorted(shown, key=lambda c: (-show(c.n_people, least).known, c.name))


def by_frequency(refused: Sequence[QuarantineCount], least: int) -> list[QuarantineCount]:
    """The most frequent reason as it is shown first."""
    return sorted(refused, key=lambda q: (-show(q.n_records, least).known, q.source, q.reason))


def largest_square(rows: Sequence[tuple[int, Sequence[HeatSquare]]]) -> int:
    """The largest shown size, the end of the colour scale."""
    return max((s.size.n for _, row in rows for s in row if not s.size.is_hidden), default=0)


def kpi_lines(rows: Sequence[KpiRow], columns: Sequence[KpiColumn], least: int) -> list[tuple[KpiRow, Shown]]:
    """Rows ordered by the columns with a rank, largest first and hidden ones last, with sizes as they are shown."""
    ranked = sorted((c for c in columns if c.place.rank is not None), key=lambda c: c.place.rank or 0)
    sized = [(r, show(r.n_people, least)) for r in rows]

    def order(line: tuple[KpiRow, Shown]) -> tuple[object, ...]:
        row, size = line
        values = [0.0 if size.is_hidden else -(row.values.get(c.key) or 0.0) for c in ranked]
        return (size.is_hidden, *values, row.segment, row.path)

    return sorted(sized, key=order)


def computed(columns: Sequence[KpiColumn], kpis: Kpis | None) -> list[KpiColumn]:
    """The columns of the KPIs that the day has; one that was left out has no column of dashes."""
    there = {key for _, rows in kpis.schemes for row in rows for key in row.values} if kpis else set()
    return [c for c in columns if c.key in there]


def profile_lines(profiles: Sequence[SegmentProfile], least: int) -> list[tuple[SegmentProfile, Shown]]:
    """The largest segments that may be shown, with their size and the measures based on enough people."""
    in_order = sorted(profiles, key=lambda p: (-show(p.n_people, least).known, p.name, p.path))
    return [(_open(p, least), show(p.n_people, least)) for p in in_order if p.n_people >= least][:TOP_ROWS]


def _open(profile: SegmentProfile, least: int) -> SegmentProfile:
    """The profile without measures of too few people: a mean over few discloses them, in a large segment too."""
    return replace(profile, measures={k: m for k, m in profile.measures.items() if m.n is None or m.n >= least})


def open_rate(evaluation: Evaluation, least: int) -> float | None:
    """The share of the people who left, from rounded counts."""
    left = round(evaluation.base_rate * evaluation.n) if isfinite(evaluation.base_rate) else 0
    return share_of(show(left, least), show(evaluation.n, least))


def open_tenths(evaluation: Evaluation, least: int) -> tuple[Decile, ...]:
    """All tenths or none: each must hold enough people who left and who stayed, or the one that does not would follow
    from the others."""
    counts = [(d.n, round(d.rate * d.n)) for d in evaluation.deciles if isfinite(d.rate)]
    is_open = all(min(left, n - left) >= least for n, left in counts) or least <= NO_FLOOR
    return evaluation.deciles if is_open else ()


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
