"""A tree, cut into groups of leaves that share a table.

A row's answers to the splits of a subtree and of the path to it are a pattern of bits; the pattern tells for all
leaves of the subtree which of their conditions are met. So their tables are added up once, and a row looks up one table
instead of one per leaf. Larger groups save look-ups, and their tables grow by a factor of two a split.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from itertools import groupby
from operator import and_

import numpy as np

from segspark.errors import CheckFailed
from segspark.models.shapley.product_games import shapley_tables
from segspark.models.shapley.trees import NOTHING, Tree

# Splits of a group, if no path within it has more: two groups for a full tree of depth 4. Six to nine are as fast.
SPLITS = 8
# Of the longest path; a table for more would have millions of numbers.
MOST_SPLITS = 12

Split = tuple[int, float]


@dataclass(frozen=True)
class Leaf:
    """A leaf with what its path asks for.

    Attributes:
        value: what it adds to the margin, the tree's weight included.
        conditions: per input the answers that lead here: a split, and whether the row goes left.
        shares: per input the share of training rows that met its conditions where they were asked.
    """

    value: float
    conditions: dict[int, list[tuple[Split, bool]]]
    shares: tuple[float, ...]

    @property
    def expected(self) -> float:
        """Its part of the expected margin."""
        return self.value * float(np.prod(self.shares))

    @property
    def splits(self) -> set[Split]:
        return {split for asked in self.conditions.values() for split, _ in asked}


@dataclass(frozen=True)
class Group:
    """Leaves that share a table; ``splits`` are its bits, from the lowest, and ``features`` its rows."""

    leaves: tuple[Leaf, ...]
    splits: tuple[Split, ...]
    features: tuple[int, ...]

    @property
    def n_bytes(self) -> int:
        """The size of its table."""
        return 8 * len(self.features) << len(self.splits)


def groups_of(tree: Tree) -> list[Group]:
    """The groups of a tree; together they hold every leaf once.

    Raises:
        CheckFailed: a path has too many splits for a table.
    """
    groups, rest = _cut(tree, 0, {}, {})
    return [*groups, _group(rest)] if rest else groups


def _cut(
    tree: Tree, node: int, conditions: dict[int, list[tuple[Split, bool]]], shares: dict[int, float]
) -> tuple[list[Group], list[Leaf]]:
    """The finished groups below a node, and its leaves if these may still share a group with others."""
    feature = int(tree.feature[node])
    if feature == NOTHING:
        leaf = Leaf(float(tree.value[node]) * tree.weight, conditions, tuple(shares.values()))
        if len(leaf.splits) > MOST_SPLITS:
            raise CheckFailed(
                f"A path of a tree has {len(leaf.splits)} splits; reasons are computed for at most {MOST_SPLITS}. "
                "Train with a smaller max_depth."
            )
        return [], [leaf]
    split, groups, sides = (feature, float(tree.threshold[node])), [], []
    left, right = int(tree.left[node]), int(tree.right[node])
    total = tree.cover[left] + tree.cover[right]
    for child, goes_left in ((left, True), (right, False)):
        # Where no training row ever was, both sides are as likely.
        share = float(tree.cover[child] / total) if total > 0 else 0.5
        asked = [*conditions.get(feature, ()), (split, goes_left)]
        done, rest = _cut(
            tree, child, {**conditions, feature: asked}, {**shares, feature: shares.get(feature, 1.0) * share}
        )
        groups += done
        sides.append(rest)
    both = [*sides[0], *sides[1]]
    # If leaves below were put into a group already, those of this side stay below too.
    if all(sides) and len(_splits(both)) <= max(SPLITS, *(len(leaf.splits) for leaf in both)):
        return groups, both
    return [*groups, *(_group(side) for side in sides if side)], []


def _splits(leaves: Iterable[Leaf]) -> set[Split]:
    return {split for leaf in leaves for split in leaf.splits}


def _group(leaves: list[Leaf]) -> Group:
    features = {feature for leaf in leaves for feature in leaf.conditions}
    return Group(tuple(leaves), tuple(sorted(_splits(leaves))), tuple(sorted(features)))


def tables_of(groups: Iterable[Group]) -> Iterator[np.ndarray]:
    """For each group (features, 2^splits): what a pattern of answers adds to each of its inputs; a set bit says left."""
    for group in groups:
        row = {feature: at for at, feature in enumerate(group.features)}
        table = np.zeros((len(group.features), 1 << len(group.splits)))
        asking = sorted((leaf for leaf in group.leaves if leaf.conditions), key=_n_inputs)
        for _, same in groupby(asking, key=_n_inputs):
            leaves = list(same)
            for leaf, values in zip(leaves, shapley_tables(np.array([x.shares for x in leaves])), strict=True):
                inputs = [row[feature] for feature in leaf.conditions]
                table[inputs] += leaf.value * values[:, _met_by_pattern(leaf, group)]
        yield table


def _n_inputs(leaf: Leaf) -> int:
    return len(leaf.shares)


def _met_by_pattern(leaf: Leaf, group: Group) -> np.ndarray:
    """For each pattern of answers to the group's splits, which inputs meet their conditions: bits of an integer."""
    answers = _answers(len(group.splits))
    bit = {split: at for at, split in enumerate(group.splits)}
    met = np.zeros(1 << len(group.splits), dtype=np.intp)
    for at, asked in enumerate(leaf.conditions.values()):
        met |= reduce(and_, [answers[int(is_left), bit[split]] for split, is_left in asked]) << at
    return met


@cache
def _answers(n_splits: int) -> np.ndarray:
    """(2, splits, patterns) of 0 and 1: whether a pattern says right, and left, to each split."""
    says_left = np.arange(1 << n_splits) >> np.arange(n_splits)[:, None] & 1
    return np.stack([1 - says_left, says_left])
