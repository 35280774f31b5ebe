"""From the documents of groups to printed rows, with small groups hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from segspark.measure.small_groups import NO_FLOOR, rounded
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.map import Map
from segspark.models.clustering.documents.migration import Migration
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.documents.tree import Tree
from segspark.reports.small_groups import Shown, share_of, show

# Number of joins drawn, the last ones of the tree.
DRAWN_JOINS = 29


def group_features(groups: Sequence[GroupDocument], least: int) -> list[str]:
    """Features of the profile map, ordered by how much the shown groups differ."""
    spread: dict[str, float] = {}
    for group in groups:
        if not show(group.n_people, least).is_hidden:
            for name, z in group.z_scores.items():
                spread[name] = max(spread.get(name, 0.0), abs(z))
    return sorted(spread, key=lambda n: (-spread[n], n))


def hidden_clusters(groups: Sequence[GroupDocument], least: int) -> set[int]:
    """The groups that are too small to be shown."""
    return {g.cluster for g in groups if show(g.n_people, least).is_hidden}


def open_map(drawn: Map, least: int) -> Map:
    """The map with as few dots of each group as its rounded count may stand for: dots can be counted."""
    if least <= NO_FLOOR:
        return drawn
    room: dict[int, int] = {}
    for point in drawn.points:
        room[point.cluster] = room.get(point.cluster, 0) + 1
    left = {cluster: max(rounded(n, least) - least, 0) for cluster, n in room.items()}
    points = []
    for point in drawn.points:
        if left[point.cluster]:
            left[point.cluster] -= 1
            points.append(point)
    return replace(drawn, points=tuple(points))


def least_share(groups: Sequence[GroupDocument], least: int) -> float:
    """The share of the smallest group that may be shown."""
    total = rounded(sum(g.n_people for g in groups), least)
    return min(least / total, 1.0) if total else 0.0


def open_sweep(documents: ClusteringDocuments, least: int) -> list[SweepRow]:
    """The search for k; the shares of the smallest groups are of rounded counts, at least the least that is shown."""
    total = sum(g.n_people for g in documents.groups.groups)
    floor, whole = least_share(documents.groups.groups, least), show(total, least)

    def of(share: float) -> float:
        return max(share_of(show(round(share * total), least), whole) or 0.0, floor)

    return [
        row if row.smallest_share is None else replace(row, smallest_share=of(row.smallest_share))
        for row in documents.sweep.rows
    ]


@dataclass(frozen=True)
class Branch:
    """A drawn join: positions of its two sides along the leaves, the heights where they begin and where they meet, and
    the group it belongs to (None above the groups)."""

    left: float
    left_height: float
    right: float
    right_height: float
    height: float
    group: int | None


def last_joins(tree: Tree, k: int) -> tuple[list[int], list[Branch], float]:
    """The drawn part of a tree: its last joins, with the branches below them as leaves.

    Returns:
        The group of each leaf from left to right, the joins from the lowest up, and the height of the cut into k.
    """
    n, joins = len(tree.groups), tree.joins
    first = max(0, len(joins) - max(DRAWN_JOINS, k))
    groups: list[set[int]] = [{g} for g in tree.groups]
    for join in joins:
        groups.append(groups[join.one] | groups[join.other])
    leaves: list[int] = []
    branches: dict[int, Branch] = {}

    def place(node: int) -> tuple[float, float]:
        """Position and height of a node."""
        if node < n + first:
            leaves.append(min(groups[node]))
            return float(len(leaves) - 1), 0.0
        join = joins[node - n]
        (left, low), (right, high) = place(join.one), place(join.other)
        inside = min(groups[node]) if len(groups[node]) == 1 else None
        branches[node] = Branch(left, low, right, high, join.height, inside)
        return (left + right) / 2, join.height

    place(n + len(joins) - 1)
    heights = tree.heights
    below = heights[-k] if k <= len(heights) else 0.0
    above = heights[-k + 1] if k > 1 else heights[-1]
    return leaves, [branches[node] for node in sorted(branches)], (below + above) / 2


@dataclass(frozen=True)
class MigrationTable:
    """People by their group of the last model (rows) and of this one (columns); in both the largest group first."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def migration_names(documents: ClusteringDocuments, language: str) -> dict[str, str]:
    """The names of the segments of both models; those of the last model that no longer exist keep their name."""
    shares = documents.migration.shares if documents.migration else ()
    before = {s.segment_id: s.name[language] for s in shares}
    return before | {g.segment_id: g.name[language] for g in documents.groups.groups}


def migration_table(migration: Migration, names: dict[str, str], least: int) -> MigrationTable:
    """The table of all moves.

    Args:
        names: segment_id -> name; without one the id is shown.
    """
    cells = {(m.from_id, m.to_id): m.n for m in migration.matrix}

    def in_order(side: int) -> list[str]:
        total: dict[str, int] = {}
        for ids, n in cells.items():
            total[ids[side]] = total.get(ids[side], 0) + n
        return sorted(total, key=lambda i: (-show(total[i], least).known, i))

    before, after = in_order(0), in_order(1)
    return MigrationTable(
        tuple(names.get(i, i) for i in before),
        tuple(names.get(i, i) for i in after),
        tuple(tuple(cells.get((b, a), 0) for a in after) for b in before),
    )


@dataclass(frozen=True)
class MigrationLine:
    """Where the people of a group of the last model are now; shares are of this group, None if hidden."""

    name: str
    size: Shown
    cells: tuple[tuple[Shown, float | None], ...]


def migration_lines(table: MigrationTable, least: int) -> list[MigrationLine]:
    lines = []
    for name, counts in zip(table.before, table.counts, strict=True):
        total, shown = show(sum(counts), least), [show(n, least) for n in counts]
        lines.append(MigrationLine(name, total, tuple((s, share_of(s, total)) for s in shown)))
    return lines
